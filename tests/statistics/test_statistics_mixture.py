"""The mixture test of promotions and experiments, and the test against a regression."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm import statistics

counts = st.integers(0, 300)


@settings(deadline=None)
@given(wins=counts, losses=counts, null=st.floats(0.05, 0.9))
def test_mixture_is_a_martingale_at_its_null(wins: int, losses: int, null: float) -> None:
    """E(W, L) is the mean of its two successors: with the constant start E = 1 that is the whole proof."""
    now, won = statistics.mixture_e_value(wins, losses, null), statistics.mixture_e_value(wins + 1, losses, null)
    after = null * won + (1 - null) * statistics.mixture_e_value(wins, losses + 1, null)
    assert now == pytest.approx(after, rel=1e-5)


@settings(deadline=None)
@given(wins=st.integers(0, 60), losses=st.integers(0, 60), rate=st.floats(0, 0.5))
def test_under_a_worse_coin_it_falls_in_the_mean(wins: int, losses: int, rate: float) -> None:
    won, lost = statistics.mixture_e_value(wins + 1, losses), statistics.mixture_e_value(wins, losses + 1)
    assert rate * won + (1 - rate) * lost <= statistics.mixture_e_value(wins, losses) * (1 + 1e-9)


def test_mixture_values() -> None:
    assert statistics.mixture_e_value(0, 0) == 1
    assert statistics.mixture_e_value(8, 0) == pytest.approx(511 / 9)
    assert statistics.mixture_e_value(0, 3000) == pytest.approx(1 / 3001)
    assert statistics.mixture_e_value(5000, 3) == math.inf


def test_what_is_no_count_or_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="losses is -1"):
        statistics.mixture_e_value(1, -1)
    with pytest.raises(ValueError, match="null is 1"):
        statistics.mixture_e_value(1, 1, 1.0)


def test_noninferiority_needs_evidence() -> None:
    assert not statistics.paired_noninferiority(0, 0, 51, 0.05).passed
    assert statistics.paired_noninferiority(0, 0, 52, 0.05).passed
    assert not statistics.paired_noninferiority(0, 0, 0, 0.05).passed
    assert statistics.paired_noninferiority(30, 10, 200, 0.05).passed
    assert not statistics.paired_noninferiority(10, 20, 200, 0.05).passed


@settings(deadline=None)
@given(pairs=st.integers(1, 200), data=st.data())
def test_the_lower_bound_lies_under_the_difference_and_mirrors(pairs: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, pairs))
    losses = data.draw(st.integers(0, pairs - wins))
    result = statistics.paired_noninferiority(wins, losses, pairs, 0.05)
    assert -1 <= result.lower <= result.difference == (wins - losses) / pairs
    assert result.passed == (result.lower >= -0.05)
    if losses:
        assert statistics.paired_noninferiority(wins, losses - 1, pairs, 0.05).lower >= result.lower - 1e-6


def test_more_discordant_pairs_than_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="wins and losses is 3 of 2"):
        statistics.paired_noninferiority(2, 1, 2, 0.05)
