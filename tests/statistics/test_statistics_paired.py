"""Two on the same items: the interval of their difference holds it, and tests of equals err no more than they say."""

import math
import random

import pytest

from swarm import statistics


def test_an_interval_holds_the_difference_as_often_as_it_says() -> None:
    rng = random.Random(1)
    for size, cells, win, loss in ((5, 10, 0.1, 0.1), (20, 10, 0.5, 0.05), (55, 4, 0.3, 0.1)):
        held = 0
        for _ in range(400):
            drawn = [[rng.random() for _ in range(size)] for _ in range(cells)]
            counts = [(sum(x < win for x in row), sum(win <= x < win + loss for x in row), size) for row in drawn]
            found = statistics.macro_difference(counts)
            held += found.lower <= win - loss <= found.upper
        assert held / 400 >= 0.92


def test_cells_weigh_alike_and_equals_are_not_certain() -> None:
    found = statistics.macro_difference([(1, 0, 1), (0, 10, 100), (0, 0, 0)])
    assert found.estimate == pytest.approx((1 - 0.1) / 2)
    even = statistics.macro_difference([(0, 0, 20)])
    assert even.lower < 0 < even.upper
    assert statistics.macro_difference([]) == (0.0, -1.0, 1.0)


def test_equals_come_below_alpha_no_more_often_than_that() -> None:
    for pairs in (5, 20, 61):
        below = [
            math.comb(pairs, won) / 2**pairs for won in range(pairs + 1) if statistics.mcnemar(won, pairs - won) <= 0.05
        ]
        assert sum(below) <= 0.05
    assert statistics.mcnemar(0, 0) == 1
    assert statistics.mcnemar(10, 0) == pytest.approx(2 / 2**10)


def test_several_p_values_are_corrected_in_their_order() -> None:
    assert statistics.holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert statistics.holm([0.9, 0.8]) == [1.0, 1.0]
    assert statistics.holm([]) == []


def test_more_wins_and_losses_than_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="wins and losses is 3 of 2"):
        statistics.macro_difference([(2, 1, 2)])
    with pytest.raises(ValueError, match="wins is -1"):
        statistics.mcnemar(-1, 2)
