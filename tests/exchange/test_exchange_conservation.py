"""Conservation and order hold after any sequence of calls, turned one step at a time."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from exchange_rig import (
    JUDGE,
    OPERATOR,
    POSTGRES,
    PROBER,
    SQLITE,
    STUDENT,
    TEACHER,
    Rig,
    attempt_at,
    checkpoint,
    codes,
    correction_of,
    fresh_store,
    probe,
    verdict_on,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from swarm.exchange import Identity
from swarm.exchange.queues import waiting
from swarm.records import Purpose, Sample
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import STAGES, FailKind, Lease, Stage

QUEUE_LIMIT = 6
AGENTS = st.sampled_from([STUDENT, JUDGE, TEACHER])


class Deliveries(RuleBasedStateMachine):
    """Agents that lease, complete, fail, die, come late and repeat themselves."""

    kind = SQLITE

    def __init__(self) -> None:
        super().__init__()
        self.ended = ExitStack()
        folder = self.ended.enter_context(tempfile.TemporaryDirectory())
        self.rig = Rig(self.ended.enter_context(fresh_store(self.kind, Path(folder))), QUEUE_LIMIT)
        self.rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
        self.leases: list[tuple[Identity, Lease]] = []
        self.sent: list[Sample] = []
        self.done: dict[str, str] = {}
        self.promoted = 0

    def teardown(self) -> None:
        self.rig.exchange.close()
        self.ended.close()

    @rule(purpose=st.sampled_from(list(Purpose)), again=st.booleans(), key=st.sampled_from(["", "a"]))
    def publish(self, purpose: Purpose, again: bool, key: str) -> None:
        sample = self.sent[0] if again and self.sent else probe(purpose, f"q{len(self.sent)}", key=key)
        (answer,) = self.rig.exchange.publish(PROBER, [sample])
        assert answer.code in ("OK", "QUEUE_FULL")
        self.sent.append(sample)

    @rule(agent=AGENTS, limit=st.integers(1, 4))
    def lease(self, agent: Identity, limit: int) -> None:
        self.leases += [(agent, lease) for lease in self.rig.lease(agent, limit)]

    @rule(number=st.integers(0, 50), passed=st.booleans())
    def complete(self, number: int, passed: bool) -> None:
        if not self.leases:
            return
        agent, lease = self.leases[number % len(self.leases)]
        match agent.role:
            case Role.STUDENT:
                output = attempt_at(lease.sample)
            case Role.JUDGE:
                output = verdict_on(lease.sample, passed)
            case _:
                output = correction_of(lease.sample)
        answer = self.rig.complete(agent, lease, output)
        assert answer.code in ("OK", "QUEUE_FULL", "LEASE_LOST")
        if answer.ok:
            assert self.done.setdefault(lease.sample.id, lease.token) == lease.token, "two deliveries had an effect"

    @rule(number=st.integers(0, 50), kind=st.sampled_from(list(FailKind)))
    def fail(self, number: int, kind: FailKind) -> None:
        if self.leases:
            self.rig.fail(*self.leases[number % len(self.leases)], kind)

    @rule(number=st.integers(0, 50))
    def extend(self, number: int) -> None:
        if self.leases:
            agent, lease = self.leases[number % len(self.leases)]
            self.rig.exchange.extend(agent, [lease.token])

    @rule(seconds=st.sampled_from([0.3, 2.0, 31.0, 120.0]))
    def turn(self, seconds: float) -> None:
        self.rig.clock.turn(seconds)

    @rule()
    def expire(self) -> None:
        self.rig.exchange.expire()

    @rule(bound=st.integers(0, 2))
    def promote_and_expire_stale(self, bound: int) -> None:
        self.promoted += 1
        self.rig.promote(f"c{self.promoted}")
        self.rig.exchange.expire_stale(bound)

    @rule()
    def release_breaches(self) -> None:
        self.rig.exchange.release_breaches(0)

    @rule(stage=st.sampled_from(STAGES))
    def discard(self, stage: Stage) -> None:
        self.rig.exchange.discard(stage, Purpose.SIEGE)

    @rule(back=st.booleans(), most=st.integers(1, 4))
    def settle_letters(self, back: bool, most: int) -> None:
        ids = [letter.sample.id for letter in self.rig.exchange.dead_letters(limit=most)]
        act = self.rig.exchange.requeue_dead if back else self.rig.exchange.discard_dead
        assert set(codes(act(OPERATOR, ids))) <= {"OK", "QUEUE_FULL"}

    @rule()
    def reopen(self) -> None:
        self.rig.reopen()

    @invariant()
    def nothing_is_unaccounted_for(self) -> None:
        for count in self.rig.exchange.queue_counts():
            assert count.unaccounted == 0, count
            assert count.ready + count.leased + count.delayed <= QUEUE_LIMIT, count
        assert not any("unaccounted" in alarm for alarm in self.rig.exchange.state().alarms)

    @invariant()
    def the_running_counters_agree_with_the_rows(self) -> None:
        with self.rig.exchange.store.read() as connection:
            closed = "SELECT count(*) FROM queue q WHERE q.stage = s.stage AND q.state NOT IN "
            closed += "('ready', 'leased', 'delayed')"
            drifted = text(f"SELECT s.stage FROM stages s WHERE s.closed <> ({closed})")
            assert connection.scalars(drifted).all() == []
            counted = "SELECT count(*) FROM samples WHERE counted"
            assert connection.scalar(text(f"SELECT coalesce(sum(passed + failed), 0) = ({counted}) FROM cell_counts"))

    @invariant()
    def the_log_is_gap_free(self) -> None:
        revisions = [event.revision for event in self.rig.exchange.events(0, limit=10_000)]
        assert revisions == list(range(1, self.rig.exchange.revision() + 1))


class DeliveriesOnPostgres(Deliveries):
    """The same over PostgreSQL."""

    kind = POSTGRES


EXAMPLES = settings(max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = EXAMPLES
TestDeliveriesOnPostgres = DeliveriesOnPostgres.TestCase
TestDeliveriesOnPostgres.settings = settings(EXAMPLES, max_examples=8)


def test_a_lost_row_raises_the_alarm(rig: Rig) -> None:
    rig.probes(3)
    with rig.exchange.store.write() as connection:
        connection.execute(text("DELETE FROM queue WHERE sample_id = (SELECT min(sample_id) FROM queue)"))
    count = rig.exchange.queue_counts()[0]
    assert (count.accepted, count.ready, count.unaccounted) == (3, 2, 1)
    assert rig.exchange.state().alarms == ("queue probes: 1 samples unaccounted for",)


@pytest.mark.parametrize("store_url", [SQLITE], indirect=True)
def test_a_lease_reads_indexes_only(rig: Rig) -> None:
    query = waiting(Stage.PROBES, 8).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with rig.exchange.store.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert [row[3] for row in plan] == [
        "SEARCH queue USING INDEX queue_ready (stage=?)",
        "CORRELATED SCALAR SUBQUERY 1",
        "SEARCH queue_1 USING INDEX queue_ordered (stage=? AND ordering_key=?)",
    ]
