"""Leases on life, draining and coming back, one call at a time, with a clock that the test turns."""

import pytest
from exchange_rig import OPERATOR, STUDENT, TEACHER, Rig, attempt_at

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Identity
from swarm.exchange.attendance import LINGER_SECONDS
from swarm.exchange.roster import LIFE_SECONDS
from swarm.exchange.statuses import decayed, per_second
from swarm.records import Tier
from swarm.roles import AgentCard, AgentStatus, Role
from swarm.state import PhaseName, PhaseRecord
from swarm.work import Stage

CARD = AgentCard(name="student-1", role=Role.STUDENT)
OTHER = Identity("student-2", Role.STUDENT)


def status(rig: Rig, name: str = "student-1") -> AgentStatus:
    """How an agent stands."""
    return next(agent for agent in rig.exchange.agents() if agent.card.name == name)


def logged(rig: Rig) -> list[tuple[str, bool, bool, bool]]:
    """What the log says of agents: name, absent, draining, gone."""
    told = [event.agent for event in rig.exchange.events(0) if event.kind is EventKind.AGENT]
    return [(a.card.name, a.absent, a.draining, a.gone) for a in told if a is not None]


def test_one_that_falls_silent_is_absent_until_it_reports(rig: Rig) -> None:
    rig.exchange.register(STUDENT, CARD)
    rig.clock.turn(LIFE_SECONDS)
    rig.exchange.heartbeat(STUDENT, "student-1")
    rig.clock.turn(LIFE_SECONDS)
    assert not rig.exchange.attendance_due()
    assert rig.exchange.review_attendance() == 0
    rig.clock.turn(1)
    assert rig.exchange.attendance_due()
    assert rig.exchange.review_attendance() == 1
    assert status(rig).absent
    assert not rig.exchange.attendance_due(), "once is enough"
    rig.exchange.heartbeat(STUDENT, "student-1")
    assert not status(rig).absent
    assert [absent for _, absent, _, _ in logged(rig)] == [False, True, False]


def test_the_last_of_a_role_that_falls_silent_is_an_alarm(rig: Rig) -> None:
    rig.exchange.register(STUDENT, CARD, life_seconds=10)
    rig.exchange.register(OTHER, AgentCard(name="student-2", role=Role.STUDENT), life_seconds=100)
    rig.clock.turn(11)
    rig.exchange.review_attendance()
    assert status(rig).absent
    assert rig.exchange.state().alarms == ()
    rig.clock.turn(100)
    rig.exchange.review_attendance()
    (alarm,) = rig.exchange.state().alarms
    assert alarm.startswith("no student is here: student-")
    phase = rig.exchange.state().phase
    rig.exchange.set_phase(PhaseRecord(name=PhaseName.STOPPED, reason="the budget is used up"), phase.revision)
    assert rig.exchange.state().alarms == (), "nobody has to be here once a run is over"
    rig.exchange.set_phase(PhaseRecord(name=PhaseName.LEARN), rig.exchange.state().phase.revision)
    assert rig.exchange.state().alarms == (alarm,)
    rig.exchange.register(STUDENT, CARD)
    assert rig.exchange.state().alarms == ()


def test_nobody_is_absent_because_the_gateway_was_away(rig: Rig) -> None:
    rig.exchange.register(STUDENT, CARD)
    rig.clock.turn(5)
    rig.exchange.heartbeat(STUDENT, "student-1")
    rig.exchange.close()
    rig.clock.turn(3600)
    rig.exchange = rig.open()
    assert not rig.exchange.attendance_due()
    rig.clock.turn(LIFE_SECONDS + 1)
    assert rig.exchange.review_attendance() == 1


def test_one_that_is_drained_finishes_what_it_holds_and_gets_no_more(rig: Rig) -> None:
    rig.probes(4)
    rig.exchange.register(STUDENT, CARD)
    first, second = rig.lease(STUDENT, 2)
    assert rig.exchange.drain("student-1").draining
    assert rig.exchange.drain("student-1").draining, "again changes nothing"
    assert rig.exchange.is_draining("student-1")
    assert rig.lease(STUDENT, 2) == []
    assert rig.exchange.heartbeat(STUDENT, "student-1").draining
    assert rig.complete(STUDENT, first, attempt_at(first.sample)).ok
    assert rig.exchange.extend(STUDENT, [second.token])[0].ok
    assert rig.complete(STUDENT, second, attempt_at(second.sample)).ok
    rig.exchange.leave(STUDENT, "student-1")
    gone = status(rig)
    assert (gone.gone, gone.draining) == (True, True), "it is listed until it is let back"
    assert rig.exchange.state().agents == ()
    assert rig.exchange.register(STUDENT, CARD).draining, "a process that comes later is told so"
    assert rig.lease(STUDENT) == []
    assert not rig.exchange.undrain("student-1").draining
    assert len(rig.lease(STUDENT, 2)) == 2
    assert logged(rig) == [
        ("student-1", False, False, False),
        ("student-1", False, True, False),
        ("student-1", False, True, True),
        ("student-1", False, True, False),
        ("student-1", False, False, False),
    ]


def test_one_that_does_not_heed_it_is_taken_off_after_its_leases(rig: Rig) -> None:
    rig.probes(2)
    rig.exchange.register(STUDENT, CARD, life_seconds=1000)
    rig.lease(STUDENT, 1, ttl_seconds=LINGER_SECONDS + 20)
    rig.exchange.drain("student-1")
    rig.clock.turn(LINGER_SECONDS + 1)
    assert not rig.exchange.attendance_due(), "it still holds a lease"
    rig.clock.turn(20)
    assert rig.exchange.expire() == 1
    assert rig.exchange.review_attendance() == 1
    assert status(rig).gone
    with pytest.raises(RefusedError, match="no agent 'student-1' is registered"):
        rig.exchange.heartbeat(STUDENT, "student-1")


def test_one_that_is_absent_and_drained_goes_at_once(rig: Rig) -> None:
    rig.exchange.register(STUDENT, CARD)
    rig.clock.turn(LIFE_SECONDS + 1)
    rig.exchange.review_attendance()
    rig.exchange.drain("student-1")
    assert rig.exchange.review_attendance() == 1
    assert status(rig).gone


def test_in_quarantine_one_is_drained_too(rig: Rig) -> None:
    rig.probes(1)
    rig.exchange.issue("student-1", Role.STUDENT)
    held = Identity("student-1", Role.STUDENT, "c", Tier.QUARANTINED)
    rig.exchange.register(held, CARD)
    assert len(rig.lease(held)) == 1
    assert status(rig).leases == 1
    rig.probes(1)
    rig.exchange.drain("student-1")
    assert rig.lease(held) == []


def test_another_process_of_a_name_ends_the_leases_of_the_one_before(rig: Rig) -> None:
    rig.probes(3)
    rig.exchange.register(STUDENT, CARD, "first")
    rig.exchange.heartbeat(STUDENT, "student-1", completed=7)
    lost, other = rig.lease(STUDENT, 2, ttl_seconds=600), rig.lease(OTHER, ttl_seconds=600)
    rig.exchange.register(STUDENT, CARD, "first")
    rig.exchange.register(STUDENT, CARD)
    assert rig.exchange.expire() == 0, "the same process, or one that doesn't say, ends nothing"
    rig.exchange.register(STUDENT, CARD, "second")
    assert rig.complete(STUDENT, lost[0], attempt_at(lost[0].sample)).code == "LEASE_LOST"
    assert rig.exchange.expire() == 2
    again = rig.lease(STUDENT, 3)
    assert [lease.sample.id for lease in again] == [lease.sample.id for lease in lost]
    assert {lease.attempt for lease in again} == {2}, (
        "what ended a process burns a delivery, or it would do so for ever"
    )
    assert status(rig).completed == 7
    assert rig.complete(OTHER, other[0], attempt_at(other[0].sample)).ok


def test_what_one_that_leaves_still_holds_goes_back_and_burns_nothing(rig: Rig) -> None:
    rig.probes(1)
    rig.exchange.register(STUDENT, CARD)
    (lease,) = rig.lease(STUDENT)
    rig.exchange.leave(OPERATOR, "student-1")
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).code == "LEASE_LOST"
    (again,) = rig.lease(OTHER)
    assert (again.sample.id, again.attempt) == (lease.sample.id, 1)
    (count, *_) = rig.exchange.queue_counts()
    assert (count.accepted, count.leased, count.unaccounted) == (1, 1, 0)


def test_a_card_may_ask_for_less_and_never_for_more(rig: Rig) -> None:
    rig.probes(5)
    rig.exchange.register(STUDENT, CARD.model_copy(update={"lease_limit": 2}))
    assert len(rig.lease(STUDENT, 5)) == 2
    with pytest.raises(RefusedError, match="holds 2 leases, as many as its card says") as refused:
        rig.lease(STUDENT)
    assert refused.value.reason == "CREDITS_SPENT"
    rig.exchange.register(STUDENT, CARD.model_copy(update={"lease_limit": 4}))
    assert len(rig.lease(STUDENT, 5)) == 2


def test_what_is_held_is_shown_with_its_age(rig: Rig) -> None:
    rig.probes(3)
    rig.exchange.register(STUDENT, CARD)
    assert (status(rig).leases, status(rig).oldest_lease_at) == (0, None)
    rig.clock.turn(10)
    rig.lease(STUDENT, 2)
    since = rig.clock()
    rig.clock.turn(5)
    rig.lease(STUDENT)
    assert (status(rig).leases, status(rig).oldest_lease_at) == (3, since)


def test_the_pace_is_that_of_about_the_last_minute(rig: Rig) -> None:
    rig.exchange.register(STUDENT, CARD)
    for _ in range(100):
        rig.clock.turn(3)
        rig.exchange.heartbeat(STUDENT, "student-1", completed=6)
    assert status(rig).per_second == pytest.approx(2.0, rel=0.05)
    for _ in range(100):
        rig.clock.turn(3)
        rig.exchange.heartbeat(STUDENT, "student-1")
    assert status(rig).per_second < 0.05
    assert per_second(decayed(10, 0), 0) == 0.0


@pytest.mark.parametrize("role", [Role.TRAINER, Role.OPERATOR])
def test_who_hands_no_work_on_can_not_be_drained(rig: Rig, role: Role) -> None:
    rig.exchange.register(Identity("one", role), AgentCard(name="one", role=role))
    with pytest.raises(RefusedError, match=f"one is the {role}") as refused:
        rig.exchange.drain("one")
    assert refused.value.reason == "CONFLICT"


def test_a_name_that_never_registered_is_refused(rig: Rig) -> None:
    for call in (rig.exchange.drain, rig.exchange.undrain):
        with pytest.raises(RefusedError, match="no agent 'nobody' was ever registered") as refused:
            call("nobody")
        assert refused.value.reason == "NOT_FOUND"
    assert not rig.exchange.is_draining("nobody")
    assert rig.exchange.lease(TEACHER, Stage.FAILURES, 1) == []
