"""Drift from the base: nothing at first, more with each round, and as a sum written out says."""

from pathlib import Path

import pytest
import torch
from tiny_student import lessons, tiny_folder

from swarm.sections import TrainerSection, TrainMode
from trainers.drift import STEPS, Drift, share_within
from trainers.learner import Learner
from trainers.recipes import Example

TEXTS = [
    Example(sample_id=f"general-{number}", prompt=prompt, completion=completion, general=True)
    for number, (prompt, completion) in enumerate([("Once upon a", " time there was"), ("Two and", " two"), ("", "x")])
]


@pytest.mark.parametrize("mode", list(TrainMode))
def test_the_base_has_not_moved_and_a_learner_moves_away(mode: TrainMode, tmp_path: Path) -> None:
    section = TrainerSection(mode=mode, threads=1, batch=4, rank=4, learning_rate=5e-3)
    learner = Learner(tiny_folder(tmp_path / "base"), section, seed=3)
    drift = Drift(learner, TEXTS)
    assert drift.kl(learner) == pytest.approx(0, abs=1e-4)
    found = []
    for _ in range(2):
        learner.learn(lessons(8), 1, tmp_path)
        found.append(drift.kl(learner))
    assert 5e-4 < found[0] < found[1]
    learner.load_weights(tmp_path / "base")
    assert drift.kl(learner) == pytest.approx(0, abs=1e-4)


def test_it_is_the_sum_that_it_says(tmp_path: Path) -> None:
    section = TrainerSection(mode=TrainMode.FULL, threads=1, batch=4, learning_rate=5e-3, average=0.0)
    learner = Learner(tiny_folder(tmp_path / "base"), section, seed=3)
    ids = learner.tokenizer(TEXTS[1].prompt + TEXTS[1].completion, return_tensors="pt").input_ids
    drift = Drift(learner, TEXTS[1:2])
    with torch.no_grad():
        before = learner.model(ids).logits[0, -2].double().log_softmax(-1)
        learner.model.train()
    learner.learn(lessons(8), 1, tmp_path)
    learner.model.eval()
    with torch.no_grad():
        after = learner.model(ids).logits[0, -2].double().log_softmax(-1)
    by_hand = float((after.exp() * (after - before)).sum())
    assert drift.kl(learner) == pytest.approx(by_hand, rel=0.05, abs=1e-4)


def test_without_texts_there_is_no_figure(tmp_path: Path) -> None:
    learner = Learner(tiny_folder(tmp_path / "base"), TrainerSection(threads=1), seed=3)
    assert Drift(learner, []).kl(learner) == Drift(learner, TEXTS[2:]).kl(learner) == 0.0


@pytest.mark.parametrize(("limit", "share"), [(0.0, 1.0), (2.0, 1.0), (0.5, 0.5), (0.49, 0.45), (1e-9, 1 / STEPS)])
def test_the_largest_share_within_a_limit_is_taken(limit: float, share: float) -> None:
    asked = list[float]()

    def kl_of(share: float) -> float:
        asked.append(share)
        return 2 * share**2

    assert share_within(kl_of, limit) == (share, pytest.approx(2 * share**2))
    assert len(asked) <= 7
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("mode", list(TrainMode))
def test_a_candidate_is_drawn_to_the_base_and_what_learns_on_is_not(mode: TrainMode, tmp_path: Path) -> None:
    base = tiny_folder(tmp_path / "base")
    section = TrainerSection(mode=mode, threads=1, batch=4, rank=4, learning_rate=5e-3)
    learner = Learner(base, section, seed=3)
    drift = Drift(learner, TEXTS)
    for _ in range(3):
        learner.learn(lessons(8), 1, tmp_path)
    whole, masters = drift.kl(learner), [each.clone() for each in learner.optimizer.masters]
    share, kl = drift.within(whole / 3, learner)
    assert 0 < share < 1
    assert kl <= whole / 3
    learner.save_weights(tmp_path / "drawn")
    canary = learner.canary_logprob()
    assert all(torch.equal(*pair) for pair in zip(masters, learner.optimizer.masters, strict=True))
    learner.draw_to_base(1.0)
    assert drift.kl(learner) == pytest.approx(whole, rel=1e-6)
    assert drift.within(0.0, learner) == (1.0, pytest.approx(whole, rel=1e-6))
    other = Learner(base, section, seed=3)
    other.load_weights(tmp_path / "drawn")
    assert Drift.kl(drift, other) == pytest.approx(kl, rel=0.05)
    assert other.canary_logprob() == pytest.approx(canary, abs=1e-2)


def test_an_adapter_is_scaled_and_full_weights_lie_between(tmp_path: Path) -> None:
    base = tiny_folder(tmp_path / "base")
    for mode in TrainMode:
        section = TrainerSection(mode=mode, threads=1, batch=4, rank=4, learning_rate=5e-3, average=0.0)
        learner = Learner(base, section, seed=3)
        name = "model.layers.1.mlp.up_proj.weight" if mode is TrainMode.FULL else "lora_B"
        (first,) = [value for key, value in learner.model.named_parameters() if name in key and value.requires_grad][:1]
        start = first.detach().float().clone()
        learner.learn(lessons(8), 1, tmp_path)
        moved = first.detach().float() - start
        learner.draw_to_base(0.25)
        with learner.optimizer.averaged():
            assert torch.allclose(first.detach().float() - start, moved / 4, atol=4e-3 * float(start.abs().max() or 1))
        assert float(moved.abs().max()) > 1e-3
