"""What is compiled before a run: nothing unless it is asked for; else what its trainer would."""

from pathlib import Path

import pytest
import torch
from tiny_student import tiny_folder

from swarm.config import Config
from swarm.sections import StudentSection, TrainerSection, TrainMode
from swarm.weights import folder
from trainers.compiling import can_compile
from trainers.warm import warm

pytestmark = pytest.mark.real


def config_of(base: Path, *, compiled: bool) -> Config:
    """A config whose student is the tiny one."""
    trainer = TrainerSection(mode=TrainMode.FULL, frozen_blocks=1, threads=1, batch=2, compile=compiled)
    return Config(student=StudentSection(weights=str(base)), trainer=trainer)


@pytest.mark.skipif(not can_compile(), reason="no C++ compiler")
def test_it_compiles_what_the_trainer_of_that_config_will(tmp_path: Path) -> None:
    base = tiny_folder(tmp_path)
    (base / "general.jsonl").write_bytes((folder("smollm2-135m") / "general.jsonl").read_bytes())
    graphs = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    assert not warm(config_of(base, compiled=False))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == graphs
    assert warm(config_of(base, compiled=True))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] > graphs
