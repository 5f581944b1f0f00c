"""Ordering keys: one of a key at a time, in the order of revisions, whoever works and whatever becomes of it."""

import pytest
from exchange_rig import JUDGE, OPERATOR, PROBER, STUDENT, TEACHER, Rig, attempt_at, codes, correction_of, probe
from pydantic import ValidationError

from swarm.exchange import Identity
from swarm.records import Purpose, Sample
from swarm.roles import Role
from swarm.work import FailKind, Lease

OTHER = Identity("student-2", Role.STUDENT)


def ids(leases: list[Lease]) -> list[str]:
    return [lease.sample.id for lease in leases]


def test_one_of_a_key_is_out_at_a_time_and_others_flow_past(rig: Rig) -> None:
    keyed, loose, foreign = rig.probes(3, key="a"), rig.probes(2), rig.probes(1, key="b")
    first = rig.lease(STUDENT, 10)
    assert ids(first) == [keyed[0].id, loose[0].id, loose[1].id, foreign[0].id]
    assert rig.lease(OTHER, 10) == []
    assert rig.complete(STUDENT, first[0], attempt_at(first[0].sample)).ok
    assert ids(rig.lease(OTHER, 10)) == [keyed[1].id]


def test_a_retry_holds_up_its_key_until_it_is_done_or_dead(rig: Rig) -> None:
    first, second = rig.probes(2, key="a")
    (lease,) = rig.lease(STUDENT, 10)
    rig.fail(STUDENT, lease, FailKind.RETRY)
    assert rig.lease(OTHER, 10) == [], "the first is delayed, and the second waits behind it"
    rig.clock.turn(2)
    (again,) = rig.lease(OTHER, 10)
    assert again.sample.id == first.id
    rig.fail(OTHER, again, FailKind.REJECT)
    assert ids(rig.lease(STUDENT, 10)) == [second.id]


def test_a_lease_that_runs_out_is_the_next_again(rig: Rig) -> None:
    first, _ = rig.probes(2, key="a")
    rig.lease(STUDENT, 10)
    rig.clock.turn(31)
    assert rig.lease(OTHER, 10) == [], "it wasn't taken back yet"
    assert rig.exchange.expire() == 1
    assert ids(rig.lease(OTHER, 10)) == [first.id]


def test_a_requeued_letter_waits_for_the_one_that_is_out_and_goes_first_then(rig: Rig) -> None:
    first, second, third = rig.probes(3, key="a")
    (lease,) = rig.lease(STUDENT)
    rig.fail(STUDENT, lease, FailKind.REJECT)
    (held,) = rig.lease(STUDENT, 10)
    assert held.sample.id == second.id
    rig.exchange.requeue_dead(OPERATOR, [first.id])
    assert rig.lease(OTHER, 10) == []
    rig.complete(STUDENT, held, attempt_at(held.sample))
    (back,) = rig.lease(OTHER, 10)
    rig.complete(OTHER, back, attempt_at(back.sample))
    assert (back.sample.id, ids(rig.lease(OTHER, 10))) == (first.id, [third.id])


def test_a_more_urgent_one_waits_for_its_key_too(rig: Rig) -> None:
    (early,) = rig.probes(1, key="a")
    rig.probes(1, Purpose.ASK, key="a")
    assert ids(rig.lease(STUDENT, 10)) == [early.id]


def test_queues_are_ordered_each_for_itself_and_answers_carry_the_key_on(rig: Rig) -> None:
    rig.probes(3, key="a")
    attempts = [rig.attempt() for _ in range(2)]
    assert [attempt.ordering_key for attempt in attempts] == ["a", "a"]
    assert ids(rig.lease(JUDGE, 10)) == [attempts[0].id]
    assert len(rig.lease(STUDENT, 10)) == 1
    (kept,) = rig.exchange.samples(kind="attempt", limit=1)
    assert kept.ordering_key == "a"


def test_released_breaches_keep_their_key(rig: Rig) -> None:
    for _ in range(2):
        rig.probes(1, Purpose.SIEGE, key="a")
        rig.attempt()
        rig.verdict(False)
    assert rig.exchange.release_breaches(0) == 2
    (lease,) = rig.lease(TEACHER, 10)
    rig.complete(TEACHER, lease, correction_of(lease.sample))
    assert len(rig.lease(TEACHER, 10)) == 1


def test_another_key_is_another_content(rig: Rig) -> None:
    (sample,) = rig.probes(1, key="a")
    other = sample.model_copy(update={"ordering_key": "b"})
    assert codes(rig.exchange.publish(PROBER, [sample, other])) == ["OK", "DIGEST_CONFLICT"]


@pytest.mark.parametrize("key", ["x" * 129, "a\nb"])
def test_a_key_is_a_short_word(key: str) -> None:
    with pytest.raises(ValidationError, match="ordering_key"):
        Sample.model_validate(probe().model_dump() | {"ordering_key": key})
