"""What ends a round: a gradient that explodes or is no number undoes it, and its samples are set apart."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboardX.proto.event_pb2 import Event
from tiny_student import lessons, tiny_folder

from swarm.errors import ConfigError
from swarm.recipes import CotSection, RecipesSection
from swarm.sections import TrainerSection, TrainMode
from trainers.curves import Curves
from trainers.learner import Learner
from trainers.recipes import Example
from trainers.recipes.rounds import divergence

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("base"))


def learner(base: Path, curves: Curves | None = None, **recipes: Any) -> Learner:
    section = TrainerSection(mode=TrainMode.FULL, threads=1, batch=4, learning_rate=5e-3)
    return Learner(base, section, seed=3, recipes=RecipesSection(**recipes), curves=curves)


def spoils(learner: Learner, word: str) -> None:
    """Make what holds a word a text whose gradient is no number, as a broken kernel would."""
    (token,) = learner.tokenizer.encode(word, add_special_tokens=False)

    def hook(_module: Any, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        return output.masked_fill((inputs[0] == token).any(1)[:, None, None], float("nan"))

    learner.model.get_input_embeddings().register_forward_hook(hook)


def weights(learner: Learner) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in learner.model.named_parameters()}


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], two[name]) for name in one)


def spoilt(number: int) -> Example:
    (lesson,) = lessons(1, first=number)
    return lesson.model_copy(update={"completion": lesson.completion + " zebra"})


@pytest.mark.parametrize(
    ("norm", "before", "said"),
    [
        (float("nan"), [], "loss is no number: its gradient's norm is nan"),
        (float("inf"), [2.0] * 20, "norm is inf"),
        (1e6, [2.0] * 7, ""),
        (201.0, [2.0] * 8, "explodes: its norm is 201, where 2 is usual"),
        (199.0, [2.0] * 8, ""),
        (99.0, [1e-6] * 30, ""),
        (101.0, [1e-6] * 30, "explodes"),
        (150.0, [2.0] * 20 + [1e5], ""),
    ],
)
def test_a_step_is_refused_for_a_gradient_out_of_all_proportion(norm: float, before: list[float], said: str) -> None:
    found = divergence(norm, before)
    assert said in found if said else found == ""


def test_a_sample_that_spoils_a_step_undoes_the_round_which_goes_on_without_it(base: Path, tmp_path: Path) -> None:
    bad = spoilt(20)
    one, two = learner(base), learner(base)
    spoils(one, " zebra")
    for each in (one, two):
        each.learn(lessons(8), 1, tmp_path)
    # The moments of before are gone with the round.
    two.optimizer.state.clear()
    done = one.learn([*lessons(11, first=8), bad], 1, tmp_path)
    refused = {each.sample_id: each.reason for each in done.refused}
    assert bad.sample_id in refused
    assert 1 <= len(refused) <= 4, "what is in one batch can't be told apart"
    assert "undid its round: the round's loss is no number" in refused[bad.sample_id]
    assert done.examples == 12 - len(refused)
    assert not done.undone
    two.learn([each for each in lessons(11, first=8) if each.sample_id not in refused], 1, tmp_path)
    assert same(weights(one), weights(two)), "as if the samples had never come"
    assert one.learn(lessons(8, first=30), 1, tmp_path).loss > 0


def test_a_round_that_never_holds_is_given_up_and_changes_nothing(base: Path, tmp_path: Path) -> None:
    one = learner(base)
    spoils(one, " zebra")
    one.learn(lessons(8), 1, tmp_path)
    before = weights(one)
    done = one.learn([spoilt(number) for number in range(20, 36)], 1, tmp_path)
    assert done.undone
    assert (done.tokens, done.examples) == (0, 0)
    assert len({each.sample_id for each in done.refused}) == 16
    assert any("round 2 was given up after 3 tries" in each.reason for each in done.refused)
    assert same(weights(one), before)
    assert one.learn(lessons(8), 1, tmp_path).loss > 0


def test_weights_that_are_spoilt_already_are_an_error(base: Path, tmp_path: Path) -> None:
    one = learner(base)
    one.optimizer.masters[3].view(-1)[0] = float("nan")
    one.optimizer.write_back(one.optimizer.masters)
    with pytest.raises(FloatingPointError, match="weights before the round were spoilt already"):
        one.learn(lessons(4), 1, tmp_path)


def test_a_recipe_has_a_rate_of_its_own(base: Path, tmp_path: Path) -> None:
    one = learner(base, cot=CotSection(rate=0.25))
    for _ in range(2):
        one.learn(lessons(4), 1, tmp_path)
    assert one.optimizer.param_groups[0]["lr"] == 0.25 * one.section.learning_rate
    with pytest.raises(KeyError):
        one.learn(lessons(4), 1, tmp_path, "alchemy")


def logged(folder: Path) -> Iterator[tuple[str, int, float]]:
    """Tag, step and value of every scalar, read as TensorBoard frames them: length, checksum, event, checksum."""
    for file in sorted(folder.iterdir()):
        data, place = file.read_bytes(), 0
        while place < len(data):
            (length,) = struct.unpack_from("<Q", data, place)
            event = Event.FromString(data[place + 12 : place + 12 + length])
            place += 16 + length
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    yield value.tag, event.step, value.simple_value


def test_the_curves_of_a_run_go_on_from_round_to_round(base: Path, tmp_path: Path) -> None:
    one = learner(base, Curves(("tensorboard",), tmp_path / "curves"))
    losses = [one.learn(lessons(8, first=8 * number), 1, tmp_path).loss for number in range(3)]
    one.curves.close()  # type: ignore[union-attr]
    told = [(step, value) for tag, step, value in logged(tmp_path / "curves") if tag == "train/train_loss"]
    assert [step for step, _ in told] == [2, 4, 6]
    assert [value for _, value in told] == pytest.approx(losses, rel=1e-4)


def test_a_callback_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"report_to is \['tensorbord'\]: tensorbord is not supported"):
        Curves(("tensorbord",), tmp_path)
