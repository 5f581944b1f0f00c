"""The statistics keep what they promise, and the naive variants that they replace do not."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm import statistics

counts = st.integers(0, 300)


def test_spent_levels_sum_to_alpha() -> None:
    head = sum(statistics.spent_alpha(j) for j in range(1, 200_000))
    tail = 0.05 / statistics.SPENDING_NORMALISER / math.log(200_000)
    assert head + tail == pytest.approx(0.05, rel=1e-4)
    assert [statistics.siege_probes_needed(0, alpha=statistics.spent_alpha(j)) for j in (1, 10)] == [233, 552]


def test_an_attempt_counts_from_one() -> None:
    with pytest.raises(ValueError, match="attempt 0"):
        statistics.spent_alpha(0)


def test_siege_needs_the_published_counts() -> None:
    assert [statistics.siege_probes_needed(failures) for failures in range(4)] == [200, 293, 385, 477]


@given(failures=st.integers(0, 20), epsilon=st.floats(0.005, 0.2), attempt=st.integers(1, 30))
def test_siege_bound_and_probes_needed_agree(failures: int, epsilon: float, attempt: int) -> None:
    alpha = statistics.spent_alpha(attempt)
    needed = statistics.siege_probes_needed(failures, epsilon, alpha)
    assert statistics.siege_bound(needed, failures, alpha) <= epsilon + 1e-12
    assert statistics.siege_bound(needed - 1, failures, alpha) > epsilon


def test_more_failures_than_probes_are_refused() -> None:
    for function in (statistics.siege_bound, statistics.census_log_ratio, statistics.proportion):
        with pytest.raises(ValueError, match="3 of 2"):
            function(2, 3) if function is not statistics.proportion else function(3, 2)


def _adaptive_siege(rng: random.Random, epsilon: float, naive: bool) -> bool:
    """A prober that watches: it asks hard probes (rate 6%) after a failure, easier ones after a clean streak.

    True where the student is passed although the mean rate of what was asked is above epsilon.
    """
    rates = failures = streak = 0.0
    for n in range(1, 601):
        rate = 0.06 if streak < 5 else 0.021
        rates += rate
        failed = rng.random() < rate
        failures += failed
        streak = 0 if failed else streak + 1
        if n < 20:
            continue
        wald = failures / n + 1.645 * math.sqrt(failures + 1) / n
        bound = wald if naive else statistics.siege_bound(n, int(failures))
        if bound <= epsilon and rates / n > epsilon:
            return True
    return False


def test_siege_holds_against_an_adaptive_prober_and_a_watched_interval_does_not() -> None:
    rng = random.Random(1)
    wrong = sum(_adaptive_siege(rng, 0.02, naive=False) for _ in range(800)) / 800
    naive = sum(_adaptive_siege(rng, 0.02, naive=True) for _ in range(400)) / 400
    assert wrong <= 0.05
    assert naive > 0.10


def test_retried_sieges_need_spending() -> None:
    """A student at 2.1% that may retry ten times: spending keeps the error under 5%, a fixed level does not."""
    rng = random.Random(2)

    def passes(spend: bool) -> bool:
        for attempt in range(1, 11):
            need = statistics.siege_probes_needed(0, alpha=statistics.spent_alpha(attempt) if spend else 0.05)
            if math.floor(math.log(1 - rng.random()) / math.log(1 - 0.021)) >= need:
                return True
        return False

    assert sum(passes(True) for _ in range(4000)) / 4000 <= 0.05
    assert sum(passes(False) for _ in range(4000)) / 4000 > 0.09


def test_census_counts() -> None:
    assert statistics.census_decision(197, 0) == "continue"
    assert statistics.census_decision(198, 0) == "accept"
    assert statistics.census_decision(198 + 91, 1) == "continue"
    assert statistics.census_decision(198 + 92, 1) == "accept"
    assert statistics.census_decision(40, 4) == "reject"


def test_census_errs_no_more_than_promised() -> None:
    rng = random.Random(3)

    def outcome(rate: float) -> str:
        failures = 0
        for n in range(1, 4000):
            failures += rng.random() < rate
            decision = statistics.census_decision(n, failures)
            if decision != "continue":
                return decision
        return "continue"

    assert sum(outcome(0.02) == "accept" for _ in range(500)) / 500 <= 0.05
    assert sum(outcome(0.005) == "accept" for _ in range(200)) / 200 >= 0.90


@given(wins=counts, losses=counts)
def test_mixture_is_a_martingale_under_a_fair_coin(wins: int, losses: int) -> None:
    """E(W, L) is the mean of its two successors: with the constant start E = 1 that is the whole proof."""
    after = (statistics.mixture_e_value(wins + 1, losses) + statistics.mixture_e_value(wins, losses + 1)) / 2
    assert statistics.mixture_e_value(wins, losses) == pytest.approx(after, rel=1e-6)


def test_mixture_values() -> None:
    assert statistics.mixture_e_value(0, 0) == 1
    assert statistics.mixture_e_value(8, 0) == pytest.approx(511 / 9)
    assert statistics.mixture_e_value(0, 3000) == pytest.approx(1 / 3001)
    assert statistics.mixture_e_value(5000, 3) == math.inf


def test_mixture_holds_under_optional_stopping_and_a_fixed_test_does_not() -> None:
    rng = random.Random(4)

    def false_alarm(naive: bool) -> bool:
        wins = 0
        for n in range(1, 201):
            wins += rng.random() < 0.5
            if naive and n >= 10 and (wins - n / 2) / math.sqrt(n / 4) > 1.645:
                return True
            if not naive and statistics.mixture_e_value(wins, n - wins) >= 20:
                return True
        return False

    assert sum(false_alarm(False) for _ in range(600)) / 600 <= 0.05
    assert sum(false_alarm(True) for _ in range(600)) / 600 > 0.15


def test_noninferiority_needs_evidence() -> None:
    assert not statistics.paired_noninferiority(0, 0, 51, 0.05).passed
    assert statistics.paired_noninferiority(0, 0, 52, 0.05).passed
    assert not statistics.paired_noninferiority(0, 0, 0, 0.05).passed
    assert statistics.paired_noninferiority(30, 10, 200, 0.05).passed
    assert not statistics.paired_noninferiority(10, 20, 200, 0.05).passed


def test_noninferiority_holds_its_level_at_the_margin() -> None:
    rng = random.Random(5)

    def passes() -> bool:
        draws = [rng.random() for _ in range(150)]
        wins, losses = sum(d < 0.05 for d in draws), sum(d > 0.90 for d in draws)
        return statistics.paired_noninferiority(wins, losses, 150, 0.05).passed

    assert sum(passes() for _ in range(800)) / 800 <= 0.075


def test_defect_recall_bounds() -> None:
    bounds = [statistics.rate_lower_bound(caught, 60) for caught in (60, 59, 58, 0)]
    assert [round(bound, 3) for bound in bounds] == [0.951, 0.923, 0.899, 0.0]
    for caught, planted in ((29, 29), (45, 46), (59, 61)):
        assert statistics.rate_lower_bound(caught, planted) >= 0.90


@given(total=st.integers(1, 400), data=st.data())
def test_intervals_hold_their_estimate(total: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, total))
    for method in ("wilson", "exact"):
        estimate, lower, upper = statistics.proportion(passed, total, method=method)
        assert 0 <= lower <= estimate + 1e-9
        assert estimate - 1e-9 <= upper <= 1


def test_calibration_recovers_the_truth() -> None:
    rng = random.Random(6)
    covered = 0
    for _ in range(300):
        right = sum(rng.random() < 0.7 for _ in range(400))
        passed = sum(rng.random() < (0.95 if i < right else 0.10) for i in range(400))
        wrong_failed = sum(rng.random() < 0.90 for _ in range(120))
        right_passed = sum(rng.random() < 0.95 for _ in range(120))
        interval = statistics.calibrated_rate((passed, 400), (wrong_failed, 120), (right_passed, 120))
        covered += interval.lower <= 0.7 <= interval.upper
    assert covered / 300 >= 0.92


def test_a_longer_calibration_narrows_the_interval() -> None:
    few = statistics.calibrated_rate((50, 100), (54, 60), (57, 60))
    more_wrong = statistics.calibrated_rate((50, 100), (540, 600), (57, 60))
    more_right = statistics.calibrated_rate((50, 100), (54, 60), (570, 600))
    for longer in (more_wrong, more_right):
        assert longer.estimate == few.estimate
        assert longer.upper - longer.lower < few.upper - few.lower - 1e-3


def test_a_judge_that_tells_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="tells nothing"):
        statistics.calibrated_rate((50, 100), (30, 60), (30, 60))


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
