"""What the store lets go of with age, on either store, by a clock that is turned: and all that it keeps."""

import pytest
from exchange_rig import PROBER, STUDENT, Rig, checkpoint, probe
from sqlalchemy import Table, func, select

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Keep
from swarm.exchange.schema import events, history
from swarm.roles import AgentCard, Role
from swarm.students import CheckpointStatus
from swarm.work import FailKind, Stage

DAY = 86_400.0
MONTH = Keep(events_days=30, history_days=30)


def rows(rig: Rig, table: Table) -> int:
    with rig.exchange.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_the_log_begins_later_and_says_so(rig: Rig) -> None:
    old = rig.probes(5)
    rig.clock.turn(31 * DAY)
    young = rig.probes(3)
    assert not rig.exchange.compact(MONTH)
    assert (rig.exchange.oldest_revision(), rig.exchange.revision()) == (7, 9)
    assert [event.sample.id for event in rig.exchange.events(6) if event.sample] == [sample.id for sample in young]
    with pytest.raises(RefusedError, match="revision 5 is outside the log, which holds 7 to 9") as refused:
        rig.exchange.events(5)
    assert refused.value.reason == "OUT_OF_RANGE"
    rig.reopen()
    assert rig.exchange.oldest_revision() == 7
    assert [sample.id for sample in rig.exchange.samples()] == [sample.id for sample in old + young]


def test_the_newest_event_stays_so_that_no_revision_comes_twice(rig: Rig) -> None:
    rig.probes(3)
    rig.clock.turn(400 * DAY)
    assert not rig.exchange.compact(MONTH)
    assert rig.exchange.oldest_revision() == rig.exchange.revision() == 4
    (answer,) = rig.exchange.publish(PROBER, [probe(question="next")])
    assert answer.revision == 5
    assert [event.revision for event in rig.exchange.events(3)] == [4, 5]


def test_a_repeat_is_answered_as_the_first_time_long_after_its_event(rig: Rig) -> None:
    sample = probe()
    (first,) = rig.exchange.publish(PROBER, [sample])
    rig.probes(2)
    rig.clock.turn(400 * DAY)
    rig.exchange.compact(MONTH)
    assert rig.exchange.publish(PROBER, [sample]) == [first]


def test_portions_go_the_oldest_first_and_leave_no_gap(rig: Rig) -> None:
    rig.probes(10)
    rig.clock.turn(31 * DAY)
    seen = []
    while rig.exchange.compact(MONTH, portion=3):
        seen.append(rig.exchange.oldest_revision())
        revisions = [event.revision for event in rig.exchange.events(seen[-1] - 1)]
        assert revisions == list(range(seen[-1], 12))
    assert seen == [4, 7, 10]
    assert rig.exchange.oldest_revision() == 11


def test_a_clock_that_stepped_back_drops_nothing_that_is_young(rig: Rig) -> None:
    rig.probes(2)
    rig.clock.turn(-40 * DAY)
    rig.probes(2)
    rig.clock.turn(41 * DAY)
    rig.exchange.compact(MONTH)
    assert rig.exchange.oldest_revision() == 1, "an old event behind a young one waits for it"


def test_what_reports_and_certificates_rest_on_is_kept(rig: Rig) -> None:
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    rig.exchange.register(STUDENT, AgentCard(name="student-1", role=Role.STUDENT))
    rig.promote("c1")
    rig.failure()
    rig.correction()
    before = rig.exchange.state(), rig.exchange.corrections(0), rig.exchange.cell_counts(), rig.exchange.promotions()
    rig.clock.turn(400 * DAY)
    rig.exchange.compact(MONTH)
    after = rig.exchange.state(), rig.exchange.corrections(0), rig.exchange.cell_counts(), rig.exchange.promotions()
    ages = {"queues": before[0].queues}
    assert after[0].model_copy(update=ages) == before[0]
    assert after[1:] == before[1:]
    with rig.exchange.store.read() as connection:
        kinds = connection.execute(select(events.c.kind, func.count()).group_by(events.c.kind)).all()
    assert {EventKind(kind): count for kind, count in kinds} == {
        EventKind.PHASE: 1, EventKind.CHECKPOINT: 3, EventKind.PROMOTION: 1, EventKind.SAMPLE: 1,
    }  # fmt: skip


def test_burned_deliveries_of_finished_work_become_counters(rig: Rig) -> None:
    rig.probes(2)
    for kind in (FailKind.RETRY, FailKind.REJECT):
        (lease,) = rig.lease(STUDENT)
        rig.fail(STUDENT, lease, kind)
    rig.clock.turn(10)
    rig.lease(STUDENT)
    rig.clock.turn(40)
    assert rig.exchange.expire() == 1
    rig.attempt()
    whole = rig.exchange.burned()
    assert whole == {(Stage.PROBES, "retry"): 1, (Stage.PROBES, "reject"): 1, (Stage.PROBES, "expired"): 1}
    rig.clock.turn(31 * DAY)
    rig.exchange.compact(MONTH)
    rig.exchange.compact(MONTH)
    assert rows(rig, history) == 1, "of the dead letter"
    assert rig.exchange.burned() == whole
    (dead,) = rig.exchange.dead_letters(Stage.PROBES)
    assert [(burned.kind, burned.reason) for burned in dead.history] == [("reject", "because")]
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())


def test_work_that_still_waits_keeps_its_history(rig: Rig) -> None:
    rig.probes(1)
    for _ in range(10):
        rig.clock.turn(101)
        (lease,) = rig.lease(STUDENT)
        rig.fail(STUDENT, lease, FailKind.RETRY)
        rig.clock.turn(31 * DAY)
        rig.exchange.compact(MONTH)
    (dead,) = rig.exchange.dead_letters(Stage.PROBES)
    assert [burned.attempt for burned in dead.history] == list(range(1, 11))


def test_nothing_is_dropped_where_it_is_kept_for_ever(rig: Rig) -> None:
    rig.probes(3)
    (lease,) = rig.lease(STUDENT)
    rig.fail(STUDENT, lease, FailKind.RETRY)
    rig.clock.turn(101)
    rig.attempt()
    rig.clock.turn(4000 * DAY)
    assert not rig.exchange.compact(Keep())
    assert (rig.exchange.oldest_revision(), rows(rig, history)) == (1, 1)
    assert len(rig.exchange.events(0)) == rig.exchange.revision()
