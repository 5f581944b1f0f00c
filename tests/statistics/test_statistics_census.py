"""The census's sequential test: its counts, and the exact chance to accept a student at the boundary rate."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm import statistics


def test_census_counts() -> None:
    assert statistics.census_decision(197, 0) == "continue"
    assert statistics.census_decision(198, 0) == "accept"
    assert statistics.census_decision(198 + 91, 1) == "continue"
    assert statistics.census_decision(198 + 92, 1) == "accept"
    assert statistics.census_decision(40, 4) == "reject"


@settings(deadline=None)
@given(failures=st.integers(0, 30), epsilon=st.floats(0.005, 0.3), alpha=st.floats(1e-5, 0.3))
def test_the_probes_needed_are_the_first_that_accept(failures: int, epsilon: float, alpha: float) -> None:
    needed = statistics.census_probes_needed(failures, epsilon, alpha)
    assert statistics.census_decision(needed + 1, failures, epsilon, alpha) == "accept"
    if needed - 2 >= failures:
        assert statistics.census_decision(needed - 2, failures, epsilon, alpha) != "accept"


@settings(deadline=None)
@given(probes=st.integers(0, 200), data=st.data(), epsilon=st.floats(0.005, 0.5), excess=st.floats(1, 2))
def test_the_ratio_is_a_supermartingale_at_and_above_epsilon(
    probes: int, data: st.DataObject, epsilon: float, excess: float
) -> None:
    """One more probe of chance p >= epsilon multiplies the likelihood ratio by at most 1 in the mean."""
    failures, rate = data.draw(st.integers(0, probes)), min(1.0, epsilon * excess)
    now = statistics.census_log_ratio(probes, failures, epsilon)
    failed = statistics.census_log_ratio(probes + 1, failures + 1, epsilon) - now
    passed = statistics.census_log_ratio(probes + 1, failures, epsilon) - now
    assert rate * 2.718281828459045**failed + (1 - rate) * 2.718281828459045**passed <= 1 + 1e-9


def accepted(rate: float, probes: int = 1500) -> float:
    """The exact chance to be accepted within so many probes, by stepping the distribution of failures."""
    waiting, total = {0: 1.0}, 0.0
    for number in range(1, probes + 1):
        after: dict[int, float] = {}
        for failures, weight in waiting.items():
            for more, chance in ((0, 1 - rate), (1, rate)):
                decision = statistics.census_decision(number, failures + more)
                total += weight * chance if decision == "accept" else 0.0
                if decision == "continue":
                    after[failures + more] = after.get(failures + more, 0.0) + weight * chance
        waiting = after
    return total


def test_it_errs_no_more_than_promised_and_lets_a_good_student_through() -> None:
    assert 0.02 < accepted(0.02) <= 0.05
    assert accepted(0.005) >= 0.90


def test_more_failures_than_probes_are_refused() -> None:
    with pytest.raises(ValueError, match="failures is 3 of 2"):
        statistics.census_log_ratio(2, 3)
