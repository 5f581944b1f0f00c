"""The budget goes to the family that finds most, forgets, and starves none."""

import random

import pytest

from swarm.probing.budget import FLOOR, Budget
from swarm.records import Origin

FAMILIES = (Origin.GRAMMAR, Origin.MUTATION, Origin.REPLAY)


def taught(**yields: float) -> Budget:
    budget = Budget(FAMILIES)
    for _ in range(60):
        for name, gain in yields.items():
            budget.add(Origin(name), gain)
    return budget


def test_the_best_gets_most_and_the_others_their_floor() -> None:
    shares = taught(grammar=0.1, mutation=0.2, replay=0.7).allot(3000, random.Random(1))
    assert sum(shares.values()) == 3000
    assert shares[Origin.REPLAY] > 2000
    assert all(share > 0.5 * FLOOR * 3000 for share in shares.values())


def test_what_paid_once_is_forgotten_when_it_pays_no_more() -> None:
    budget = taught(grammar=0.3, mutation=0.1, replay=0.8)
    for _ in range(200):
        budget.add(Origin.REPLAY, 0)
    assert budget.mean(Origin.REPLAY) < 0.1 < budget.mean(Origin.GRAMMAR)
    shares = budget.allot(1000, random.Random(2))
    assert max(shares, key=lambda family: shares[family]) is Origin.GRAMMAR


def test_who_has_no_share_changes_nothing() -> None:
    budget = Budget(FAMILIES[:1])
    budget.add(Origin.PRODUCTION, 1)
    assert budget.allot(7, random.Random(3)) == {Origin.GRAMMAR: 7}


def test_impossible_yields_and_numbers_of_families_are_refused() -> None:
    for families in ((), (Origin.GRAMMAR,) * 21):
        with pytest.raises(ValueError, match="families share a budget"):
            Budget(families)
    with pytest.raises(ValueError, match=r"yield is 1\.5"):
        Budget(FAMILIES).add(Origin.GRAMMAR, 1.5)
