"""Rates over a window, from counters and a clock that the test turns."""

from swarm.gateway.pace import WINDOW_SECONDS, Pace, Totals
from swarm.roles import Role
from swarm.work import Stage


def totals(accepted: int, closed: int, completed: int) -> Totals:
    return {
        ("accepted", Stage.PROBES): accepted,
        ("closed", Stage.PROBES): closed,
        ("completed", Role.JUDGE): completed,
        ("failed", Role.JUDGE): 0,
    }


def test_there_is_no_rate_before_the_second_reading() -> None:
    pace = Pace()
    assert pace.rates() is None
    pace.take(0.0, totals(5, 5, 5))
    assert pace.rates() is None


def test_a_rate_is_what_came_in_the_window_by_its_seconds() -> None:
    pace = Pace()
    for reading in range(0, 600, 5):
        pace.take(float(reading), totals(2 * reading, reading, 3 * reading))
    rates = pace.rates()
    assert rates is not None
    assert rates.window_seconds == WINDOW_SECONDS
    probes = next(rate for rate in rates.stages if rate.stage is Stage.PROBES)
    assert (probes.accepted, probes.closed) == (2.0, 1.0)
    assert [(rate.role, rate.completed, rate.failed) for rate in rates.roles] == [(Role.JUDGE, 3.0, 0.0)]
    pace.take(655.0, totals(1190, 595, 1785))
    quiet = pace.rates()
    assert quiet is not None
    assert quiet.window_seconds == WINDOW_SECONDS
    assert all(rate.accepted == rate.closed == 0.0 for rate in quiet.stages), "an idle minute shows as one"


def test_a_counter_that_went_down_has_no_rate_below_zero() -> None:
    pace = Pace()
    pace.take(0.0, totals(9, 9, 9))
    pace.take(5.0, totals(9, 4, 9))
    rates = pace.rates()
    assert rates is not None
    assert all(rate.closed == 0.0 for rate in rates.stages)


def test_declared_queues_and_roles_have_rates_of_their_own() -> None:
    pace = Pace()
    for now in (0, 10):
        counted = {("accepted", "critic"): 10 * now, ("accepted", "curator"): now, ("completed", "critic"): 20 * now}
        pace.take(float(now), counted)
    rates = pace.rates()
    assert rates is not None
    assert [(rate.stage, rate.queue, rate.accepted) for rate in rates.stages] == [
        (Stage.DECLARED, "critic", 10.0),
        (Stage.DECLARED, "curator", 1.0),
    ]
    assert [(rate.role, rate.role_name, rate.completed) for rate in rates.roles] == [(Role.DECLARED, "critic", 20.0)]
