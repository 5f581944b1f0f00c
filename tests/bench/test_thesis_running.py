"""A tiny student through the whole bench: every arm, gone on with where it was left, with an honest ledger."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.thesis.composing import families, unsteered
from bench.thesis.data import question
from bench.thesis.hunting import FLOOR, Tally, armed, faded, hunted, shares
from bench.thesis.ledger import Ledger, code_digest
from bench.thesis.plan import Arm, ThesisPlan
from bench.thesis.questions import MIRROR, cells, operators, question_sets
from bench.thesis.report import filled, write
from bench.thesis.running import Run
from bench.thesis.tables import balanced, by_label, compared
from swarm.domains.labelled.operators import Rewrite
from swarm.domains.nli.contrast import Contrast
from swarm.domains.nli.shortcuts import suspects
from swarm.errors import ConfigError
from tests.bench.thesis_rig import small_data, small_plan
from tests.trainers.tiny_student import tiny_folder

LABELS = ["entailment", "neutral", "contradiction"] * 10


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("base"))


def opened(folder: Path, plan: ThesisPlan, said: list[str]) -> Run:
    data = small_data(folder)
    ledger = Ledger(folder / "run" / "ledger.jsonl")
    ledger.begin(plan, data.sha256, code_digest(), "now")
    questions = question_sets(plan, data)
    return Run(plan, data, questions, operators(), cells(), folder / "run", ledger, said.append)


def test_every_arm_comes_to_its_points_at_equal_cost_and_a_second_start_adds_nothing(
    base: Path, tmp_path: Path
) -> None:
    from bench.thesis.__main__ import results_of

    plan = small_plan(arms=tuple(Arm), points=(8,), weights=str(base))
    run = opened(tmp_path, plan, [])
    run.play()
    measured = run.ledger.measured()
    assert set(measured) == {(arm, 1, 8) for arm in Arm}
    for entry in measured.values():
        assert (len(entry.bought), entry.books.gold_train) == (8, 8)
        assert 8 * 80 - 2 * 110 < entry.books.training_tokens <= 8 * 80
        assert entry.books.student_calls <= 8 * plan.calls_per_label
    assert measured[Arm.RANDOM, 1, 8].bought == measured[Arm.RANDOM_OPERATORS, 1, 8].bought
    assert {arm for arm in Arm if measured[arm, 1, 8].books.palm_answers} == {Arm.RATIONALES}
    assert all(bool(measured[arm, 1, 8].books.composed_labels) is arm.composes for arm in Arm)

    again = opened(tmp_path, plan, [])
    again.play()
    assert len(again.ledger.entries) == len(run.ledger.entries) == 1 + 2 * len(Arm)

    results = results_of(plan, run.data, dict(run.questions), run.ledger)
    page = tmp_path / "results.md"
    page.write_text("<!-- begin thesis -->\n<!-- end thesis -->\n")
    assert all(file.stat().st_size for file in write(results, tmp_path / "out", page))
    assert "(d) swarm" in page.read_text()
    assert "with seed 1, 12 dev items" in page.read_text()
    with pytest.raises(ValueError, match="begin thesis"):
        filled("no place", results)

    sealed = [question(item) for item in run.data.sealed]
    assert set(again.open_sealed(sealed).said) == {f"{arm}/1/8" for arm in Arm}
    with pytest.raises(ConfigError, match="the sealed split was opened"):
        opened(tmp_path, plan, []).open_sealed(sealed)


def test_tuning_is_as_dear_for_every_arm_and_booked(base: Path, tmp_path: Path) -> None:
    from bench.thesis.__main__ import results_of

    arms = (Arm.RANDOM, Arm.SWARM)
    plan = small_plan(arms=arms, points=(4,), rates=(1e-3, 2e-3), weights=str(base))
    run = opened(tmp_path, plan, [])
    run.play()
    dev = len(run.questions["dev"])
    assert {len(run.ledger.tried(arm)) for arm in arms} == {2}
    for trial in run.ledger.trials():
        assert (trial.books.gold_train, trial.books.gold_dev) == (4, dev)
        assert 4 * 80 - 110 < trial.books.training_tokens <= 4 * 80
    found = results_of(plan, run.data, dict(run.questions), run.ledger).costs
    assert [(one.arm, one.books.gold_train, one.books.gold_dev) for one in found if one.seed is None] == [
        (arm, 8, 2 * dev) for arm in arms
    ]
    with pytest.raises(ValueError, match="training_tokens=-1"):
        found[0].books.plus(training_tokens=-1)


def test_a_curve_gone_on_with_is_the_one_drawn_in_one_go(base: Path, tmp_path: Path) -> None:
    plan = small_plan(arms=(Arm.UNCERTAINTY,), weights=str(base))
    whole = opened(tmp_path / "whole", plan, [])
    whole.play()
    half = opened(tmp_path / "half", plan, [])
    half.point(Arm.UNCERTAINTY, 1, 1e-3, 0, 8)
    rest = opened(tmp_path / "half", plan, [])
    rest.play()
    one, other = (run.ledger.measured()[Arm.UNCERTAINTY, 1, 16] for run in (whole, rest))
    assert (one.said, one.bought) == (other.said, other.bought)
    assert [entry.from_point for entry in rest.ledger.started()] == [8]
    with pytest.raises(ConfigError, match="is not at 16 labels yet"):
        replace(half).open_sealed([])


def test_a_ledger_keeps_its_plan_and_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    Ledger(file).begin(small_plan(), "a" * 64, "c" * 64, "now")
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"kind": "mea')
    assert len(Ledger(file).entries) == 1
    assert file.read_bytes() == whole
    with pytest.raises(ConfigError, match=r"points \(8, 16\), not \(8, 32\)"):
        Ledger(file).begin(small_plan(points=(8, 32)), "a" * 64, "c" * 64, "now")
    with pytest.raises(ConfigError, match="is about data aaaaaaaaaaaa"):
        Ledger(file).begin(small_plan(), "b" * 64, "c" * 64, "now")
    with pytest.raises(ConfigError, match="was begun by other code"):
        Ledger(file).begin(small_plan(), "a" * 64, code_digest(), "now")
    Ledger(file).begin(small_plan(), "a" * 64, "", "now")
    assert file.read_bytes() == whole
    file.write_bytes(b"{}\n")
    with pytest.raises(ConfigError, match="line 1 is no entry"):
        Ledger(file)


def test_a_hunt_keeps_families_that_fail_and_asks_no_more_than_it_may(tmp_path: Path) -> None:
    items = list(small_data(tmp_path).pool[:40])
    made, rng = operators(), random.Random(1)
    found = hunted(made, {}, items, set(), lambda cases: [False] * len(cases), 30, 10, rng)
    assert 0 < sum(len(family.cases) for family in found.failed) <= 10
    assert found.asked <= 30
    passed = hunted(made, {}, items, set(), lambda cases: [True] * len(cases), 30, 10, rng)
    assert not passed.failed
    assert 0 < passed.asked <= 30
    assert 0 < sum(len(family.cases) for family in passed.unasked) <= 10, "what calls can't find is drawn unasked"
    assert sum(one.passed for one in passed.tallies.values()) == passed.asked
    even = unsteered(made, items, set(), 10, rng)
    assert 0 < sum(len(family.cases) for family in even) <= 10
    assert list(families(made, [1.0] * len(made), [], [], set(), rng)) == [], "nothing bought, nothing made"


def test_a_hunt_goes_where_the_student_breaks_and_forgets_no_operator(tmp_path: Path) -> None:
    items, made = list(small_data(tmp_path, 200).pool), operators()
    asked = Counter[str]()

    def breaks(cases: Sequence[Rewrite]) -> list[bool]:
        asked.update(case.operator for case in cases)
        return [case.operator != "negated" for case in cases]

    hunted(made, {}, items, set(), breaks, 400, 400, random.Random(1))
    assert asked["negated"] > 2 * asked["silent"], "it fails, and the other never does"
    known = {"negated": Tally(passed=1, failed=29), "silent": Tally(passed=30)}
    share = dict(zip([one.name for one in made], shares(known, made), strict=True))
    assert share["negated"] > 3 * share["silent"] > 3 * FLOOR / len(made) * 0.99
    half = {**known, "negated": Tally(passed=15, failed=15)}
    even = dict(zip([one.name for one in made], shares(half, made), strict=True))
    assert even["negated"] > share["negated"], "most is learned where half of the cases fail"
    assert faded(known)["negated"] == Tally(passed=0.5, failed=14.5)
    with pytest.raises(ValueError, match="0 operators"):
        shares({}, [])


def test_the_swarm_mirrors_bought_items_that_a_shortcut_gets_right_and_the_other_arms_anything(tmp_path: Path) -> None:
    items = list(small_data(tmp_path).pool)
    bought, others = items[:60], items[60:]
    suspected = {one.item.id for one in suspects(bought)}
    plain, hunting = (
        next(one for one in found if one.name == MIRROR.name) for found in (operators(), armed(operators(), bought))
    )
    assert isinstance(plain, Contrast)
    assert isinstance(hunting, Contrast)
    rng = random.Random(1)
    mirrored = {item.id for item in items if hunting.family(item, rng, items)}
    assert mirrored
    assert mirrored <= suspected
    assert any(plain.family(item, rng, items) for item in others)
    with pytest.raises(ValueError, match="0 premises"):
        armed(operators(), [])


def test_figures_come_by_label_and_differences_with_intervals() -> None:
    right, worse = "012" * 10, "011" * 10
    assert [(score.right, score.asked) for score in by_label(worse, LABELS)] == [(10, 10), (10, 10), (0, 10)]
    assert balanced(right, LABELS) == 1
    assert abs(balanced(worse, LABELS) - 2 / 3) < 1e-9
    groups = [str(place // 3) for place in range(30)]
    found = compared([right], [worse], LABELS, groups)
    assert (found.wins, found.losses) == (10, 0)
    assert found.lower > 0.3
    assert found.e_value > 20
    with pytest.raises(ValueError, match="2 answers to 30 questions"):
        balanced("01", LABELS)
