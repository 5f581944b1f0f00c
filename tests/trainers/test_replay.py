"""Replay by species and age: the weights by hand, and what is drawn by them."""

import random
from collections import Counter

import pytest

from trainers.replay import HALF_LIFE, drawn, weights


def test_without_focus_all_weigh_alike() -> None:
    assert weights(["a", "b", "a"], ["b", "b"], 0.0) == [1.0, 1.0, 1.0]
    assert weights([], ["a"], 1.0) == []


def test_a_species_that_fails_now_weighs_more() -> None:
    found = weights(["a", "b"], ["b", "b", "b"], 1.0)
    # Both are half of what was learned; of the new ones, (1 + 0) / 4 and (1 + 3) / 4.
    assert found[1] / found[0] == pytest.approx(4 * 2 ** (1 / HALF_LIFE))
    assert sum(found) == pytest.approx(2)
    rare = weights(["a"] * 9 + ["b"], [], 1.0)
    assert rare[9] / rare[8] == pytest.approx(9 * 2 ** (1 / HALF_LIFE)), "what was learned less often comes more often"


def test_age_halves_a_weight() -> None:
    found = weights(["a"] * (HALF_LIFE + 1), [], 1.0)
    assert found[-1] / found[0] == pytest.approx(2)
    half = weights(["a"] * (HALF_LIFE + 1), [], 0.5)
    assert half[0] == pytest.approx((1 + found[0]) / 2)


def test_places_are_drawn_by_weight_and_never_twice() -> None:
    rng = random.Random(1)
    first = Counter(drawn([1.0, 3.0, 0.0], 1, rng)[0] for _ in range(4_000))
    assert first[1] / first[0] == pytest.approx(3, rel=0.15)
    assert first[2] == 0
    assert sorted(drawn([1.0, 3.0, 0.0], 3, rng)) == [0, 1, 2]


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="3 places are wanted of 2"):
        drawn([1.0, 1.0], 3, random.Random(1))
