"""The benchmark of rubric evolution on sums: the swarm's way gets better, and what tests nothing is told from it."""

import pytest

from bench.evolver import evolved, judge_error
from bench.evolver.__main__ import lines, main, sound
from bench.evolver.arms import ARMS, Condition, Ground, Trail, trail
from bench.evolver.error import fresh_items
from swarm.calibration import Bench
from swarm.rubric import seed_rubric
from tests.fakes import SumDomain

SEED = seed_rubric("sums").model_copy(update={"criteria": seed_rubric("calendar").criteria})


def test_the_swarms_way_gets_better_and_chance_does_not() -> None:
    domain, test = SumDomain(), fresh_items(SumDomain(), seed=1, items=200)
    trails = [trail(arm, Ground(domain, Condition.GRAMMAR, 1), SEED, test, 4) for arm in ARMS]
    by_arm = {one.arm: one for one in trails}
    ours, nothing = by_arm["as the swarm evolves"], by_arm["no evolution"]
    assert ours.last.sensitivity.estimate > nothing.last.sensitivity.estimate + 0.2
    assert ours.last.passed == nothing.last.passed == ours.last.right
    assert sound(trails)
    assert not sound([ours.model_copy(update={"epochs": ours.epochs[::-1]})])
    assert not sound([ours.model_copy(update={"alarm": "stopped"})])
    rows = {(row["arm"], row["condition"]): row for row in lines([*trails, *words(domain, test)])}
    assert rows["no evolution", Condition.GRAMMAR]["made"] == 0


def words(domain: SumDomain, test: Bench) -> list[Trail]:
    return [trail(arm, Ground(domain, Condition.WORDS, 1), SEED, test, 1) for arm in ARMS]


async def test_the_judges_error_before_and_after_for_others_to_use() -> None:
    rubric, ledger = await evolved(SumDomain(), experiments=2)
    assert len(ledger) <= 2
    before, after = judge_error(SumDomain(), seed_rubric("sums")), judge_error(SumDomain(), rubric)
    assert (before.wrong, before.right) == (after.wrong, after.right) == (500, 500)
    assert after.sensitivity.lower > before.sensitivity.upper
    assert after.passed == 500


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "0"])
