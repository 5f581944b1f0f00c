"""Drift from the base: nothing at first, more with each round, and as a sum written out says."""

from pathlib import Path

import pytest
import torch
from tiny_student import lessons, tiny_folder

from swarm.sections import TrainerSection, TrainMode
from trainers.drift import Drift
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
