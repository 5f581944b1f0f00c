"""The learner on a tiny real model: saved, restored, handed to an engine, and sent back to earlier weights."""

import json
from pathlib import Path
from typing import get_args

import pytest
import torch
from safetensors import safe_open
from tiny_student import lessons, tiny_folder

from agents.engines.transformers_engine import TransformersEngine
from swarm.checkpoints import CANARY, CANARY_TOLERANCE, manifest, name_base
from swarm.errors import ConfigError, WeightsError
from swarm.precision import Format
from swarm.sections import TrainerSection, TrainMode
from swarm.students import Checkpoint, CheckpointStatus
from trainers.learner import Learner
from trainers.recipes import Example

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("base"))


@pytest.fixture(params=list(TrainMode))
def section(request: pytest.FixtureRequest) -> TrainerSection:
    return TrainerSection(mode=request.param, threads=1, batch=4, rank=4, learning_rate=5e-3)


def learned(learner: Learner) -> dict[str, torch.Tensor]:
    """The weights that change, by name."""
    return {name: value.detach().clone() for name, value in learner.model.named_parameters() if value.requires_grad}


def apart(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> float:
    """The largest difference between two sets of weights."""
    assert one.keys() == two.keys()
    return max(float((one[name] - two[name]).abs().max()) for name in one)


def grow(learner: Learner, rounds: int, scratch: Path) -> None:
    """Some rounds that teach the canary, so that it tells one set of weights from another."""
    canary = Example(sample_id="canary", prompt=CANARY[0], completion=CANARY[1])
    for _ in range(rounds):
        learner.learn([canary, *lessons(3)] * 4, 1, scratch)


def checkpoint(learner: Learner, folder: Path) -> Checkpoint:
    """The weights of a learner, written and declared as the trainer group does."""
    learner.save_weights(folder)
    return checkpoint_of(folder, learner)


def checkpoint_of(folder: Path, learner: Learner) -> Checkpoint:
    """A folder that was written, declared."""
    return Checkpoint(
        id="c1",
        status=CheckpointStatus.CANDIDATE,
        url=folder.as_uri(),
        adapter=learner.section.mode is TrainMode.LORA,
        files=manifest(folder),
        canary_logprob=learner.canary_logprob(),
    )


def test_a_restored_learner_goes_on_as_if_nothing_had_been(base: Path, section: TrainerSection, tmp_path: Path) -> None:
    one = Learner(base, section, seed=3)
    for number in range(3):
        one.learn(lessons(8, first=8 * number), 1, tmp_path)
    one.save_state(tmp_path / "state")
    assert not [file for file in (tmp_path / "state").rglob("*") if file.suffix in {".bin", ".pt", ".pkl"}]

    two = Learner(base, section, seed=3)
    assert apart(learned(one), learned(two)) > 1e-3
    two.load_state(tmp_path / "state", rounds=3)
    assert apart(learned(one), learned(two)) == 0
    told, again = (learner.learn(lessons(8, first=50), 1, tmp_path) for learner in (one, two))
    assert again.loss == pytest.approx(told.loss, rel=1e-5)
    assert apart(learned(one), learned(two)) < 1e-6
    assert (one.rounds, two.rounds) == (4, 4)

    three = Learner(base, section, seed=3)
    three.load_state(tmp_path / "state", rounds=3)
    three.optimizer = three._fresh_optimizer()
    three.learn(lessons(8, first=50), 1, tmp_path)
    assert apart(learned(one), learned(three)) > 1e-5, "the optimizer's memory matters"


@pytest.mark.parametrize(
    "other", [{"mode": "other"}, {"average": 0.9}, {"frozen_blocks": 1, "mode": TrainMode.FULL}, {"rank": 8}]
)
def test_a_state_of_other_weights_is_refused(
    base: Path, section: TrainerSection, other: dict[str, object], tmp_path: Path
) -> None:
    if other.get("mode") == "other":
        other = {"mode": {TrainMode.FULL: TrainMode.LORA, TrainMode.LORA: TrainMode.FULL}[section.mode]}
    elif "rank" in other and section.mode is TrainMode.FULL:
        pytest.skip("full weights have no rank")
    saved = Learner(base, section.model_copy(update={"average": 0.0, "frozen_blocks": 0}), seed=3)
    saved.save_state(tmp_path)
    loads = Learner(base, saved.section.model_copy(update=other), seed=3)
    before = learned(loads)
    with pytest.raises(WeightsError, match="saved state lacks"):
        loads.load_state(tmp_path, rounds=1)
    assert apart(learned(loads), before) == 0


@pytest.mark.parametrize("precision", get_args(Format))
async def test_an_engine_takes_what_a_learner_saved(
    base: Path, section: TrainerSection, precision: Format, tmp_path: Path
) -> None:
    learner = Learner(base, section.model_copy(update={"precision": precision}), seed=3)
    assert learner.model.dtype == getattr(torch, precision)
    before = learner.canary_logprob()
    grow(learner, 4, tmp_path / "scratch")
    saved = checkpoint(learner, tmp_path / "weights")
    assert {file.path.rpartition(".")[2] for file in saved.files} <= {"safetensors", "json", "jinja", "txt", "md"}
    engine = TransformersEngine(base, threads=1, batch=8, precision=precision)
    await engine.take(saved)
    assert {model.dtype for model in engine.models.values()} == {learner.model.dtype}
    (untouched,) = await engine.logprobs([CANARY], "")
    (served,) = await engine.logprobs([CANARY], "c1")
    assert untouched == pytest.approx(before, abs=CANARY_TOLERANCE)
    assert served == pytest.approx(saved.canary_logprob, abs=CANARY_TOLERANCE)
    assert abs(served - untouched) > 2 * CANARY_TOLERANCE, "the canary tells the two apart"
    with pytest.raises(WeightsError, match="canary"):
        await engine.take(saved.model_copy(update={"id": "c2", "canary_logprob": before}))


async def test_an_adapter_of_another_base_is_refused(base: Path, tmp_path: Path) -> None:
    learner = Learner(base, TrainerSection(threads=1, rank=4), seed=3)
    learner.save_weights(tmp_path / "weights")
    name_base(tmp_path / "weights", base)
    saved = checkpoint_of(tmp_path / "weights", learner)
    other = tiny_folder(tmp_path / "other", spread=0.04)
    await TransformersEngine(base, threads=1, batch=8).take(saved)
    with pytest.raises(WeightsError, match="c1 is an adapter of a base with fingerprint"):
        await TransformersEngine(other, threads=1, batch=8).take(saved)


@pytest.mark.parametrize("precision", get_args(Format))
def test_full_weights_are_saved_in_bfloat16_without_a_second_head(
    base: Path, precision: Format, tmp_path: Path
) -> None:
    Learner(base, TrainerSection(mode=TrainMode.FULL, threads=1, precision=precision), seed=3).save_weights(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == "bfloat16"
    with safe_open(tmp_path / "model.safetensors", "pt") as tensors:
        kinds = {name: tensors.get_tensor(name).dtype for name in tensors.keys()}  # noqa: SIM118
    assert set(kinds.values()) == {torch.bfloat16}
    assert "model.embed_tokens.weight" in kinds
    assert "lm_head.weight" not in kinds


def test_it_goes_back_to_a_champion_and_to_the_base(base: Path, section: TrainerSection, tmp_path: Path) -> None:
    learner = Learner(base, section, seed=3)
    at_first = learner.canary_logprob()
    grow(learner, 2, tmp_path)
    learner.save_weights(tmp_path / "champion")
    champion = learner.canary_logprob()
    grow(learner, 3, tmp_path)
    assert learner.canary_logprob() > champion + 0.1 > at_first + 0.2
    learner.load_weights(tmp_path / "champion")
    assert learner.canary_logprob() == pytest.approx(champion, abs=0.03)
    assert not learner.optimizer.state
    learner.load_weights(base)
    assert learner.canary_logprob() == pytest.approx(at_first, abs=0.03)
    assert learner.learn(lessons(8), 1, tmp_path).loss > 0
    assert abs(learner.canary_logprob() - at_first) > 1e-3, "it still learns"


def test_a_folder_without_weights_is_refused(base: Path, section: TrainerSection, tmp_path: Path) -> None:
    with pytest.raises((ValueError, WeightsError)):
        Learner(base, section, seed=3).load_weights(tmp_path)


def test_the_learning_rate_warms_up_over_two_rounds(base: Path, section: TrainerSection, tmp_path: Path) -> None:
    learner = Learner(base, section, seed=3)
    rates = []
    for _ in range(3):
        learner.learn(lessons(4), 1, tmp_path)
        rates.append(learner.optimizer.param_groups[0]["lr"])
    assert rates == [section.learning_rate / 2, section.learning_rate, section.learning_rate]


def test_words_and_the_lowest_blocks_stay_as_they_are(base: Path, tmp_path: Path) -> None:
    section = TrainerSection(mode=TrainMode.FULL, threads=1, batch=4, learning_rate=5e-3, frozen_blocks=1)
    learner = Learner(base, section, seed=3)
    before = {name: value.detach().clone() for name, value in learner.model.named_parameters()}
    learner.learn(lessons(8), 1, tmp_path)
    changed = {name for name, value in learner.model.named_parameters() if not torch.equal(value, before[name])}
    assert changed == {name for name in before if "embed" not in name and "layers.0." not in name}


def test_a_student_of_which_nothing_could_learn_is_refused(base: Path) -> None:
    section = TrainerSection(mode=TrainMode.FULL, threads=1, frozen_blocks=2)
    with pytest.raises(ConfigError, match="frozen_blocks is 2, and the student has 2 blocks"):
        Learner(base, section, seed=3)
