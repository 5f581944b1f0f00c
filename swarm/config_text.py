"""A config as TOML text, the way it lies in a run folder: with every key, and with all that a run needs beside it."""

from pathlib import Path

from swarm.config import Config
from swarm.domains.settled import settled
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.general import kept_exam
from swarm.toml_text import toml_text


def write_config(config: Config, run: Path) -> Path:
    """Write the config into the run folder, as TOML with every setting."""
    run.mkdir(parents=True, exist_ok=True)
    file = run / CONFIG_FILE
    file.write_text(toml_text(config.model_dump(mode="json")))
    return file


def located(config: Config, run: Path, filling: Path | None = None) -> Config:
    """The config with the run folder in it, as an absolute path; the files of a domain and of a general exam are the
    run's own copies.

    `filling` is a folder that is filled first and then becomes the run folder.
    """
    domain = settled(config.swarm.domain, config.swarm.data, run, filling or run)
    changes = {"run": str(run.absolute()), "domain": domain, "data": ""}
    exam = {"general": kept_exam(config.exam.general, run, filling or run)}
    return config.model_copy(
        update={"swarm": config.swarm.model_copy(update=changes), "exam": config.exam.model_copy(update=exam)}
    )
