"""The siege bound and the spending of levels: their published counts, and the inequalities of their proofs."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm import statistics
from swarm.statistics import SIEGE_LAMBDA

rates = st.lists(st.floats(0, 1), min_size=1, max_size=6)


def test_spent_levels_sum_to_alpha() -> None:
    head = sum(statistics.spent_alpha(j) for j in range(1, 200_000))
    tail = 0.05 / statistics.SPENDING_NORMALISER / math.log(200_000)
    assert head + tail == pytest.approx(0.05, rel=1e-4)
    assert [statistics.siege_probes_needed(0, alpha=statistics.spent_alpha(j)) for j in (1, 10)] == [233, 552]


@settings(deadline=None)
@given(attempt=st.integers(1, 10_000), alpha=st.floats(1e-6, 0.5))
def test_spent_levels_fall_and_scale(attempt: int, alpha: float) -> None:
    assert statistics.spent_alpha(attempt + 1, alpha) < statistics.spent_alpha(attempt, alpha) < alpha
    assert statistics.spent_alpha(attempt, alpha) == pytest.approx(alpha * statistics.spent_alpha(attempt, 1.0))


def test_an_attempt_counts_from_one() -> None:
    with pytest.raises(ValueError, match="attempt 0"):
        statistics.spent_alpha(0)


def test_siege_needs_the_published_counts() -> None:
    assert [statistics.siege_probes_needed(failures) for failures in range(4)] == [200, 293, 385, 477]


@settings(deadline=None)
@given(failures=st.integers(0, 20), epsilon=st.floats(0.005, 0.2), attempt=st.integers(1, 30))
def test_siege_bound_and_probes_needed_agree(failures: int, epsilon: float, attempt: int) -> None:
    alpha = statistics.spent_alpha(attempt)
    needed = statistics.siege_probes_needed(failures, epsilon, alpha)
    assert statistics.siege_bound(needed, failures, alpha) <= epsilon + 1e-12
    assert statistics.siege_bound(needed - 1, failures, alpha) > epsilon


@settings(deadline=None)
@given(probes=st.integers(1, 2000), data=st.data())
def test_a_failure_raises_the_bound_and_a_pass_lowers_it(probes: int, data: st.DataObject) -> None:
    failures = data.draw(st.integers(0, probes))
    bound = statistics.siege_bound(probes, failures)
    assert statistics.siege_bound(probes + 1, failures) <= bound
    assert statistics.siege_bound(probes, failures, alpha=0.01) >= bound
    if failures < probes:
        assert statistics.siege_bound(probes, failures + 1) >= bound


@settings(deadline=None)
@given(rates)
def test_the_process_behind_the_bound_is_a_supermartingale(chances: list[float]) -> None:
    """The mean of exp((1-e^-lam) sum p - lam F) over all outcomes is at most 1, whatever the chances are.

    Where the bound lies under the mean chance, that process is over 1/alpha: together they are the statement.
    """
    n, drift = len(chances), -math.expm1(-SIEGE_LAMBDA)
    mean = 0.0
    for outcome in range(2**n):
        failed = [bool(outcome >> place & 1) for place in range(n)]
        weight = math.prod(p if hit else 1 - p for p, hit in zip(chances, failed, strict=True))
        value = math.exp(drift * sum(chances) - SIEGE_LAMBDA * sum(failed))
        mean += weight * value
        if statistics.siege_bound(n, sum(failed)) < sum(chances) / n - 1e-12:
            assert value > 1 / 0.05 * (1 - 1e-9)
    assert mean <= 1 + 1e-9


def test_more_failures_than_probes_are_refused() -> None:
    with pytest.raises(ValueError, match="failures is 3 of 2"):
        statistics.siege_bound(2, 3)
