"""Credits: one agent holds so many leases and has so many samples waiting, and no more, and others go on."""

from collections.abc import Iterator

import pytest
from exchange_rig import OPERATOR, PROBER, SQLITE, STUDENT, TEACHER, Rig, attempt_at, codes, probe
from older_store import put_back
from sqlalchemy.dialects import sqlite

from swarm.errors import RefusedError
from swarm.exchange import Credits, Identity
from swarm.exchange.credits import held
from swarm.exchange.schema import LEASED, LIVE, queue
from swarm.records import Purpose
from swarm.roles import Role
from swarm.work import FailKind

OTHER = Identity("student-2", Role.STUDENT)
OTHER_PROBER = Identity("prober-2", Role.PROBER)


@pytest.fixture
def rig(store_url: str) -> Iterator[Rig]:
    made = Rig(store_url, credits=Credits(leases=3, samples=5))
    yield made
    made.exchange.close()


def test_an_agent_gets_no_more_leases_than_it_may_hold(rig: Rig) -> None:
    rig.probes(5)
    first = rig.lease(STUDENT, 2)
    assert len(rig.lease(STUDENT, 4)) == 1, "as many as are left"
    with pytest.raises(RefusedError, match="student-1 holds 3 leases") as refused:
        rig.lease(STUDENT)
    assert refused.value.reason == "CREDITS_SPENT"
    assert len(rig.lease(OTHER, 4)) == 2, "others go on"
    assert rig.complete(STUDENT, first[0], attempt_at(first[0].sample)).ok
    assert rig.fail(STUDENT, first[1], FailKind.RELEASE).ok
    assert len(rig.lease(STUDENT, 4)) == 1


def test_leases_that_ran_out_count_until_they_are_taken_back(rig: Rig) -> None:
    rig.probes(5)
    rig.lease(STUDENT, 3)
    rig.clock.turn(31)
    with pytest.raises(RefusedError, match="holds 3 leases"):
        rig.lease(STUDENT)
    rig.exchange.expire()
    assert len(rig.lease(STUDENT, 4)) == 3


def test_a_producer_has_so_many_samples_waiting_and_no_more(rig: Rig) -> None:
    made = [probe(question=str(number)) for number in range(7)]
    answers = rig.exchange.publish(PROBER, made)
    assert codes(answers) == ["OK"] * 5 + ["CREDITS_SPENT"] * 2
    assert "prober-1 has 5 samples waiting" in answers[-1].message
    assert len(rig.exchange.samples()) == 5, "what is refused isn't stored"
    assert codes(rig.exchange.publish(PROBER, made[:5])) == ["OK"] * 5, "what is stored is answered as before"
    assert codes(rig.exchange.publish(PROBER, [probe(Purpose.EXAM)])) == ["OK"], "it waits nowhere"
    assert codes(rig.exchange.publish(OTHER_PROBER, [probe(question="other")])) == ["OK"]
    rig.attempt()
    assert codes(rig.exchange.publish(PROBER, made[5:])) == ["OK", "CREDITS_SPENT"]
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())


def test_leased_and_delayed_samples_count_and_finished_ones_do_not(rig: Rig) -> None:
    made = rig.probes(5)
    for kind in (FailKind.RETRY, FailKind.REJECT):
        rig.fail(STUDENT, rig.lease(STUDENT)[0], kind)
    rig.lease(STUDENT)
    assert codes(rig.exchange.publish(PROBER, [probe(), probe()])) == ["OK", "CREDITS_SPENT"]
    dead = [letter.sample.id for letter in rig.exchange.dead_letters()]
    assert dead == [made[1].id]
    assert codes(rig.exchange.requeue_dead(OPERATOR, dead)) == ["OK"], "an operator's act isn't the producer's"
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["CREDITS_SPENT"]


def test_a_completion_whose_producer_has_too_many_waiting_keeps_its_lease(rig: Rig) -> None:
    for number in range(6):
        rig.exchange.publish(Identity(f"prober-{number}", Role.PROBER), [probe(question=str(number))])
    for _ in range(5):
        rig.attempt()
    (lease,) = rig.lease(STUDENT)
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).code == "CREDITS_SPENT"
    rig.verdict(True)
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).ok


def test_released_breaches_are_nobodys(rig: Rig) -> None:
    for _ in range(8):
        rig.probes(1, Purpose.SIEGE)
        rig.attempt()
        rig.verdict(False)
    assert rig.exchange.release_breaches(0) == 8
    rig.probes(1)
    rig.attempt()
    failed = rig.verdict(False)
    assert failed.id in {
        lease.sample.id
        for lease in rig.lease(TEACHER, 3)
        + rig.lease(Identity("t", Role.TEACHER), 3)
        + rig.lease(Identity("u", Role.TEACHER), 3)
    }


def test_samples_of_an_older_store_are_charged_to_their_producers(rig: Rig) -> None:
    rig.probes(5)
    rig.exchange.close()
    put_back(rig.url, 5)
    rig.reopen()
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["CREDITS_SPENT"]
    assert codes(rig.exchange.publish(OTHER_PROBER, [probe()])) == ["OK"]


@pytest.mark.parametrize("store_url", [SQLITE], indirect=True)
@pytest.mark.parametrize(
    ("which", "plan"),
    [
        ((LEASED, queue.c.lease_agent == "a"), "SEARCH queue USING INDEX queue_holder (lease_agent=?)"),
        ((LIVE, queue.c.producer == "a"), "SEARCH queue USING INDEX queue_producer (producer=?)"),
    ],
)
def test_what_an_agent_has_is_counted_by_an_index(rig: Rig, which: tuple, plan: str) -> None:  # type: ignore[type-arg]
    query = held(3, *which).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with rig.exchange.store.read() as connection:
        assert [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")] == [plan]
