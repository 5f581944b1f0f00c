"""Engines are opened by config, and importing the roles brings no model library along."""

import subprocess
import sys
from pathlib import Path

import pytest

from agents.engines import chosen_kind, open_engine
from agents.engines.openai_engine import OpenAIEngine
from swarm.errors import ConfigError
from swarm.sections import EngineKind, EngineSection


def test_roles_bring_no_model_library() -> None:
    script = (
        "import sys, agents.engines;from agents import evolver, examiner, judge, prober, student, teacher;"
        "print([name for name in ('torch', 'vllm', 'transformers', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_auto_is_what_is_installed() -> None:
    assert chosen_kind(EngineSection()) in (EngineKind.VLLM, EngineKind.TRANSFORMERS)
    assert chosen_kind(EngineSection(kind=EngineKind.TRANSFORMERS)) is EngineKind.TRANSFORMERS


async def test_engines_open_by_config(tmp_path: Path) -> None:
    endpoint = EngineSection(kind=EngineKind.OPENAI, url="http://127.0.0.1:9/v1", model="m")
    engine = open_engine(endpoint)
    assert isinstance(engine, OpenAIEngine)
    await engine.close()
    with pytest.raises(ConfigError, match="no environment variable"):
        open_engine(endpoint.model_copy(update={"key": str(tmp_path / "none")}))
    with pytest.raises(ConfigError, match="opened without weights"):
        open_engine(EngineSection(kind=EngineKind.TRANSFORMERS))
