"""What a judge's pass rate says about the truth, and what audits with planted defects show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm import statistics


@settings(deadline=None)
@given(attempts=st.integers(1, 2000), items=st.integers(8, 500), data=st.data())
def test_the_interval_holds_its_estimate(attempts: int, items: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, attempts))
    caught, known = (data.draw(st.integers(items // 2 + 2, items)) for _ in range(2))
    interval = statistics.calibrated_rate((passed, attempts), (caught, items), (known, items))
    assert 0 <= interval.lower <= interval.estimate <= interval.upper <= 1
    wider = statistics.calibrated_rate((passed, attempts), (caught, items), (known, items), confidence=0.999)
    assert wider.upper - wider.lower >= interval.upper - interval.lower - 1e-9


def test_a_perfect_judge_is_taken_at_its_word() -> None:
    interval = statistics.calibrated_rate((700, 1000), (100_000, 100_000), (100_000, 100_000))
    plain = statistics.proportion(700, 1000)
    assert interval.estimate == pytest.approx(0.7)
    assert (interval.lower, interval.upper) == pytest.approx((plain.lower, plain.upper), abs=2e-3)


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
    with pytest.raises(ValueError, match="wrong_failed is 61 of 60"):
        statistics.calibrated_rate((50, 100), (61, 60), (30, 60))


def test_defect_recall_bounds() -> None:
    bounds = [statistics.rate_lower_bound(caught, 60) for caught in (60, 59, 58, 0)]
    assert [round(bound, 3) for bound in bounds] == [0.951, 0.923, 0.899, 0.0]
    assert [statistics.planted_needed(missed) for missed in range(3)] == [29, 46, 61]


def test_an_audit_that_is_watched_needs_more() -> None:
    assert [statistics.planted_needed(missed, watched=True) for missed in range(3)] == [43, 66, 85]
    with pytest.raises(ValueError, match="share is 1"):
        statistics.planted_needed(0, share=1.0)


@settings(deadline=None)
@given(planted=st.integers(1, 300), data=st.data())
def test_the_watched_bound_is_what_the_mixture_test_rules_out(planted: int, data: st.DataObject) -> None:
    found = data.draw(st.integers(0, planted))
    bound = statistics.watched_lower_bound(found, planted)
    assert bound <= statistics.rate_lower_bound(found, planted) + 1e-9
    if 0 < bound < 1:
        assert statistics.mixture_e_value(found, planted - found, bound) == pytest.approx(20, rel=1e-3)
        assert statistics.mixture_e_value(found, planted - found, bound * 0.99) > 20


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted), min_size=1, max_size=40))
def test_students_count_once_however_many_holes_they_have(students: list[list[int]]) -> None:
    pairs = [(found, planted) for found, planted in students]
    bound = statistics.students_lower_bound(pairs)
    assert bound == statistics.students_lower_bound([(10 * found, 10 * planted) for found, planted in pairs])
    holed = [found / planted for found, planted in pairs if planted]
    assert bound <= (sum(holed) / len(holed) if holed else 0)


def test_more_found_than_planted_is_refused() -> None:
    for bound in (
        statistics.watched_lower_bound,
        lambda found, planted: statistics.students_lower_bound([(found, planted)]),
    ):
        with pytest.raises(ValueError, match="found is 3 of 2"):
            bound(3, 2)
