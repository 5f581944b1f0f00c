"""Requests under an id: one effect, the first answer to every repeat, durable, and forgotten after two days."""

from dataclasses import replace

import pytest
from exchange_rig import OPERATOR, PROBER, STUDENT, Rig, attempt_at, probe

from swarm.errors import RefusedError, StoreError
from swarm.exchange import Credits, Identity, Request
from swarm.exchange.requests import KEPT_HOURS, PORTION
from swarm.roles import Role
from swarm.work import Lease, Stage

ASKED = Request("student-1", "Lease", "one", "d" * 64)
HOUR = 3600.0


def lease(rig: Rig, request: Request | None = ASKED, limit: int = 2, agent: Identity = STUDENT) -> list[Lease]:
    return rig.exchange.lease(agent, Stage.PROBES, limit, 30.0, request)


def tokens(leases: list[Lease]) -> list[str]:
    return [lease.token for lease in leases]


def test_a_repeat_gets_the_first_answer_and_nothing_is_done(rig: Rig) -> None:
    done = list[bytes]()

    def act() -> bytes:
        done.append(b"%d" % len(done))
        return done[-1]

    assert [rig.exchange.once(ASKED, act) for _ in range(3)] == [b"0"] * 3
    rig.reopen()
    assert rig.exchange.once(ASKED, act) == b"0"
    others = [replace(ASKED, id="two"), replace(ASKED, method="Heartbeat"), replace(ASKED, agent="student-2")]
    assert [rig.exchange.once(other, act) for other in others] == [b"1", b"2", b"3"]
    assert [rig.exchange.once(None, act) for _ in range(2)] == [b"4", b"5"]


def test_an_empty_answer_is_an_answer(rig: Rig) -> None:
    assert rig.exchange.once(ASKED, lambda: b"") == b""
    assert rig.exchange.once(ASKED, lambda: b"x") == b""


def test_an_id_stands_for_one_request(rig: Rig) -> None:
    rig.exchange.once(ASKED, lambda: b"x")
    with pytest.raises(RefusedError, match="request 'one' of student-1 was another Lease") as refused:
        rig.exchange.once(replace(ASKED, digest="e" * 64), lambda: b"y")
    assert refused.value.reason == "REQUEST_CONFLICT"


def test_what_was_refused_or_rolled_back_was_not_answered(rig: Rig) -> None:
    sample = probe()

    def publish() -> bytes:
        rig.exchange.publish(PROBER, [sample])
        raise RefusedError("CONFLICT", "no")

    with pytest.raises(RefusedError, match="no"):
        rig.exchange.once(ASKED, publish)

    def fail() -> None:
        with rig.exchange.transaction():
            rig.exchange.once(ASKED, lambda: b"lost")
            raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        fail()
    assert rig.exchange.once(ASKED, lambda: b"first") == b"first"
    assert rig.exchange.samples() == [], "what a refused request did is undone with it"


def test_a_repeated_lease_is_the_same_leases_with_the_time_they_have_left(rig: Rig) -> None:
    rig.probes(5)
    first = lease(rig)
    rig.reopen()
    rig.clock.turn(12)
    again = lease(rig)
    assert tokens(again) == tokens(first)
    assert [one.ttl_seconds for one in again] == [18.0, 18.0]
    assert [one.model_copy(update={"ttl_seconds": 30.0}) for one in again] == first
    assert rig.exchange.queue_counts()[0].leased == 2, "a repeat takes nothing more"
    assert rig.complete(STUDENT, again[0], attempt_at(again[0].sample)).ok
    rig.clock.turn(31)
    rig.exchange.expire()
    assert [(one.token, one.ttl_seconds) for one in lease(rig)] == [(token, 0.0) for token in tokens(first)]
    assert set(tokens(lease(rig, replace(ASKED, id="two")))).isdisjoint(tokens(first))


def test_a_lease_that_found_nothing_may_find_something_later(rig: Rig) -> None:
    assert lease(rig) == []
    rig.probes(1)
    assert len(lease(rig)) == 1


def test_a_repeat_needs_no_credits_and_shows_no_forgotten_text(rig: Rig) -> None:
    rig.credits = Credits(leases=2)
    rig.reopen()
    rig.probes(2)
    first = lease(rig)
    rig.exchange.forget(OPERATOR, sample_id=first[0].sample.id)
    again = lease(rig)
    assert tokens(again) == tokens(first)
    assert (again[0].sample.forgotten, again[0].ttl_seconds) == (True, 0.0)
    assert again[1].sample == first[1].sample
    with pytest.raises(RefusedError, match="another Lease"):
        lease(rig, replace(ASKED, digest="e" * 64))
    with pytest.raises(RefusedError, match="may not lease"):
        lease(rig, ASKED, agent=Identity("student-1", Role.OPERATOR))


def test_requests_are_kept_for_two_days_and_then_let_go_of(rig: Rig) -> None:
    rig.exchange.once(ASKED, lambda: b"first")
    rig.clock.turn(KEPT_HOURS * HOUR - 1)
    rig.exchange.once(replace(ASKED, id="young"), lambda: b"young")
    assert rig.exchange.sweep_requests() == 0
    assert rig.exchange.once(ASKED, lambda: b"second") == b"first"
    rig.clock.turn(2)
    assert rig.exchange.sweep_requests() == 1
    assert rig.exchange.once(ASKED, lambda: b"second") == b"second"
    assert rig.exchange.once(replace(ASKED, id="young"), lambda: b"other") == b"young"


def test_one_sweep_holds_the_writer_for_a_portion_only(rig: Rig) -> None:
    with rig.exchange.transaction():
        for number in range(PORTION + 10):
            rig.clock.turn(0.001)
            rig.exchange.once(replace(ASKED, id=str(number)), lambda: b"")
    rig.clock.turn(3 * 24 * HOUR)
    assert [rig.exchange.sweep_requests() for _ in range(3)] == [PORTION, 10, 0]
