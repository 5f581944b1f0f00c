"""Intervals of plain rates, retention, and the diagnostics."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from swarm import statistics


@settings(deadline=None)
@given(total=st.integers(1, 400), data=st.data())
def test_intervals_hold_their_estimate(total: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, total))
    for method in ("wilson", "exact"):
        estimate, lower, upper = statistics.proportion(passed, total, method=method)
        assert 0 <= lower <= estimate + 1e-9
        assert estimate - 1e-9 <= upper <= 1


@settings(deadline=None)
@given(trials=st.integers(1, 200), rate=st.floats(0.01, 0.99), alpha=st.floats(0.001, 0.3))
def test_the_exact_lower_bound_errs_at_most_alpha(trials: int, rate: float, alpha: float) -> None:
    """Summed over every outcome, those whose bound lies above the true rate weigh at most alpha."""
    over = [n for n in range(trials + 1) if statistics.rate_lower_bound(n, trials, alpha) > rate]
    assert sum(float(stats.binom.pmf(n, trials, rate)) for n in over) <= alpha * (1 + 1e-6)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        statistics.proportion(3, 2)


def test_macro_accuracy_weighs_cells_alike() -> None:
    interval = statistics.macro_accuracy([(90, 100), (0, 10), (0, 0)])
    assert interval.estimate == pytest.approx(0.45)
    assert interval.lower < 0.45 < interval.upper
    assert statistics.macro_accuracy([]) == (0.0, 0.0, 1.0)


def test_retention_is_above_chance() -> None:
    assert statistics.above_chance(0.25, 4) == 0
    assert statistics.retention(240, 240, 300, 2).estimate == pytest.approx(1)
    assert statistics.retention(150, 240, 300, 2).estimate == pytest.approx(0)
    with pytest.raises(ValueError, match="not above chance"):
        statistics.retention(150, 150, 300, 2)


def test_diagnostics() -> None:
    assert statistics.good_turing(3, 60) == pytest.approx(0.05)
    assert statistics.chao1(10, 4, 1) == 13
    with pytest.raises(ValueError, match="5 of 4"):
        statistics.chao1(4, 4, 1)
