"""Blocks that are compiled for training: they learn what plain ones do, and only where gradients are taken."""

from pathlib import Path

import pytest
import torch
from tiny_student import lessons, tiny_folder

from swarm.sections import TrainerSection, TrainMode
from trainers.compiling import can_compile
from trainers.learner import Learner

pytestmark = pytest.mark.real
PLAIN = TrainerSection(mode=TrainMode.FULL, frozen_blocks=1, threads=1, batch=4, learning_rate=5e-3)
COMPILED = PLAIN.model_copy(update={"compile": True})


def compiled_graphs() -> int:
    """How many graphs this process has compiled."""
    return int(torch._dynamo.utils.counters["stats"]["unique_graphs"])


def grown(folder: Path, section: TrainerSection, scratch: Path) -> tuple[Learner, torch.Tensor, torch.Tensor]:
    """A learner after a round of rows of several lengths, with its upper block's weights before and after."""
    learner = Learner(folder, section, seed=3)
    weight = learner.model.get_decoder().layers[1].mlp.up_proj.weight
    before = weight.detach().clone()
    learner.learn(lessons(12), 1, scratch)
    return learner, before, weight.detach().clone()


@pytest.mark.skipif(not can_compile(), reason="no C++ compiler")
def test_compiled_blocks_learn_what_plain_ones_do(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "base")
    plain, before, after = grown(folder, PLAIN, tmp_path)
    graphs = compiled_graphs()
    compiled, same, compiled_after = grown(folder, COMPILED, tmp_path)
    assert torch.equal(before, same)
    moved = (after - before).float().norm()
    assert moved > 0
    assert (compiled_after - after).float().norm() < 0.2 * moved
    assert compiled_graphs() > graphs
    graphs = compiled_graphs()
    assert compiled.canary_logprob() == pytest.approx(plain.canary_logprob(), abs=0.05)
    assert compiled_graphs() == graphs, "a look compiles nothing"


def test_without_a_compiler_it_learns_all_the_same_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch._inductor.config.cpp, "cxx", ("no-such-compiler",))
    graphs = compiled_graphs()
    _, before, after = grown(tiny_folder(tmp_path / "base"), COMPILED, tmp_path)
    assert not torch.equal(before, after)
    assert compiled_graphs() == graphs
    assert "no C++ compiler" in caplog.text
