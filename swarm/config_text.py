"""A config as TOML text, the way it lies in a run folder: with every key."""

import json
from pathlib import Path
from typing import Any

from swarm.config import Config
from swarm.gateway.run_folder import CONFIG_FILE


def write_config(config: Config, run: Path) -> Path:
    """Write the config into the run folder, as TOML with every setting."""
    run.mkdir(parents=True, exist_ok=True)
    file = run / CONFIG_FILE
    file.write_text("\n".join(_toml("", config.model_dump(mode="json"))).lstrip() + "\n")
    return file


def _toml(name: str, table: dict[str, Any]) -> list[str]:
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"\n[{name}]"] if name and values else []
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _toml(f"{name}.{key}" if name else key, value)
    return lines


def located(config: Config, run: Path) -> Config:
    """The config with the run folder in it, as an absolute path."""
    return config.model_copy(update={"swarm": config.swarm.model_copy(update={"run": str(run.absolute())})})
