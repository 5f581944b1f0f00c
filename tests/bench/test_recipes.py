"""The comparison of recipes: what is fed to them, what is paired, and a run that was cut off and goes on."""

import json
from pathlib import Path

import pytest

from bench.recipes.__main__ import arguments, attempts, main
from bench.recipes.ledger import Ledger, best
from bench.recipes.plan import FULL, QUICK, Size, plan
from bench.recipes.table import rows
from bench.recipes.trial import CELLS, ROUND, Outcome, Trial, made, rounds, tried
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.records import Purpose
from swarm.sections import TrainMode
from tests.trainers.tiny_student import tiny_folder
from trainers.recipes import Example


def outcome(name: str, right: str, seed: int = 1, seconds: float = 1.0) -> Outcome:
    trial = Trial(name=name, stages=((name, 1.0),), seed=seed)
    answered = tuple(letter == "+" for letter in right)
    return Outcome(trial=trial, right=answered, tokens=100, written=0, rounds=1, refused=0, loss=1.0, seconds=seconds)


def test_each_correction_comes_once_before_any_comes_again() -> None:
    examples = [Example(sample_id=str(n), prompt="p", completion="c") for n in range(3 * ROUND)]
    feed = rounds(examples, seed=1)
    first, second = ([each.sample_id for _ in range(3) for each in next(feed)] for _ in range(2))
    assert first == [each.sample_id for each in examples]
    assert sorted(second) == sorted(first)
    assert second != first


def test_questions_are_of_every_cell_and_the_exams_are_others() -> None:
    domain = load_domain("calendar")
    pool, exam = made(40, Purpose.LEARN, "learn/1", domain), made(40, Purpose.EXAM, "exam", domain)
    assert {probe.cell.key for probe in pool} == {probe.cell.key for probe in exam} == set(CELLS)
    assert made(40, Purpose.LEARN, "learn/1", domain) == pool
    assert not {probe.question for probe in pool} & {probe.question for probe in exam}


def test_items_are_paired_with_those_of_the_same_seed() -> None:
    cot, spin, again = rows(
        [outcome("cot", "++--"), outcome("spin", "+-++"), outcome("grpo", "----", seed=2), outcome("cot", "+++-", 2)]
    )
    assert (cot.name, cot.seeds, cot.failing, cot.won, cot.lost) == ("cot", 2, 3 / 8, 0, 0)
    assert (spin.won, spin.lost) == (2, 1)
    assert (again.won, again.lost) == (0, 3)
    assert cot.low < cot.failing < cot.high


def test_the_best_fail_least_and_of_equals_the_quicker() -> None:
    found = [outcome("cot", "++-"), outcome("spin", "+--"), outcome("grpo", "++-", seconds=0.5)]
    assert [trial.name for trial in best(found, 2)] == ["grpo", "cot"]


def test_a_ledger_knows_exactly_what_was_tried(tmp_path: Path) -> None:
    one = outcome("cot", "++-")
    Ledger(tmp_path).add(one)
    again = Ledger(tmp_path)
    assert again.find(one.trial) == one
    assert again.find(one.trial.model_copy(update={"tokens": 7})) is None
    (tmp_path / "ledger.jsonl").write_text("{}\n")
    with pytest.raises(ConfigError, match="line 1 is no entry of a ledger: trial: Field required"):
        Ledger(tmp_path)


def test_every_recipe_is_in_the_plan_with_the_same_budget() -> None:
    trials = plan(Size(tokens=500, pool=30, items=20), teacher="t")
    assert {(trial.tokens, trial.pool, trial.items) for trial in trials} == {(500, 30, 20)}
    full, adapter = (trial for trial in trials if trial.name.startswith("cot") and len(trial.stages) == 1)
    assert (full.mode, adapter.mode) == (TrainMode.FULL, TrainMode.LORA)
    assert {recipe for trial in trials for recipe, _ in trial.stages} == {
        "cot", "step_by_step", "spin", "on_policy", "self_distill", "grpo",
    }  # fmt: skip
    assert all(sum(share for _, share in trial.stages) == 1 for trial in trials)
    assert len({trial.name for trial in trials}) == len(trials)


@pytest.mark.real
def test_a_trial_spends_its_tokens_and_sits_the_exam(tmp_path: Path) -> None:
    base = str(tiny_folder(tmp_path / "base"))
    stages = (("cot", 0.5), ("step_by_step", 0.5))
    trial = Trial(name="x", stages=stages, mode=TrainMode.LORA, tokens=800, items=10, pool=12, base=base)
    found = tried(trial, [""] * 12)
    assert 800 <= found.tokens < 5_000
    assert len(found.right) == 10
    assert found.rounds >= 2
    assert found.failing == 1.0, "a random student knows nothing"
    assert Outcome.model_validate_json(found.model_dump_json()) == found


def test_a_name_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "alchemy", "--folder", str(tmp_path)]) == 2
    assert "there is no recipe 'alchemy' here: choose of plain SFT, cot," in capsys.readouterr().err


def test_a_quick_run_is_smaller_with_one_seed_and_an_end() -> None:
    quick, whole = arguments(["--quick", "--items", "20"]), arguments([])
    assert (quick.size, quick.seeds) == (QUICK._replace(items=20), 1)
    assert (whole.size, whole.seeds, whole.minutes) == (FULL, 3, float("inf"))
    assert quick.minutes < 20
    assert quick.folder != whole.folder


def test_only_a_start_by_spin_needs_the_attempts_of_the_base(tmp_path: Path) -> None:
    spin = Trial(name="x", stages=(("spin", 1.0),), pool=2)
    (tmp_path / "attempts-1-2.json").write_text('["a", "b"]')
    assert attempts(Ledger(tmp_path), spin) == ["a", "b"]
    after = spin.model_copy(update={"stages": (("cot", 0.5), ("spin", 0.5))})
    assert attempts(Ledger(tmp_path), after) == ["", ""]


def test_what_is_late_is_named_and_what_is_known_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = next(trial for trial in plan(QUICK, "") if trial.name == "cot")
    Ledger(tmp_path).add(outcome("cot", "+" * 60).model_copy(update={"trial": known}))
    only = ["--only", "cot", "spin", "--minutes", "1e-9", "--folder", str(tmp_path)]
    assert main(["--quick", *only]) == 0
    assert "not begun after 1e-09 minutes: spin, seed 1." in capsys.readouterr().out
    whole = json.loads((tmp_path / "table.json").read_text())
    assert (whole["tokens"], whole["not_run"]) == (QUICK.tokens, ["spin, seed 1"])
    assert [(row["name"], row["failing"]) for row in whole["rows"]] == [("cot", 0.0)]
