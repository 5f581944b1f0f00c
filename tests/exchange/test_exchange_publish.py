"""Publishing: durable, idempotent, each item with its own answer, and bounded."""

from exchange_rig import CELL, JUDGE, OPERATOR, PROBER, STUDENT, Rig, attempt_at, codes, probe, verdict_on

from swarm.records import Annotation, Purpose, answer_to
from swarm.work import Stage


def test_the_gateway_sets_producer_root_and_revision(rig: Rig) -> None:
    sent = probe().model_copy(update={"producer": "somebody else", "revision": 99, "root_id": "f" * 32})
    (answer,) = rig.exchange.publish(PROBER, [sent])
    (stored,) = rig.exchange.samples(kind="probe")
    assert (stored.producer, stored.root_id, stored.revision) == (PROBER.name, sent.id, answer.revision)
    assert stored.created_at == sent.created_at
    assert stored.payload == sent.payload


def test_publishing_again_is_success_and_changes_nothing(rig: Rig) -> None:
    sent = probe()
    first = rig.exchange.publish(PROBER, [sent, sent])
    again = rig.exchange.publish(PROBER, [sent, rig.exchange.samples()[0]])
    assert [a.revision for a in first + again] == [first[0].revision] * 4
    assert len(rig.exchange.samples()) == 1
    assert rig.exchange.queue_counts()[0].accepted == 1


def test_another_digest_under_a_known_id_is_refused(rig: Rig) -> None:
    sent = probe()
    other = probe(question="another").model_copy(update={"id": sent.id})
    assert codes(rig.exchange.publish(PROBER, [sent, other])) == ["OK", "DIGEST_CONFLICT"]
    (answer,) = rig.exchange.publish(PROBER, [other])
    assert answer.code == "DIGEST_CONFLICT"
    assert sent.id in answer.message
    assert rig.exchange.samples()[0].payload == sent.payload


def test_each_item_of_a_batch_fails_alone(rig: Rig) -> None:
    (stored,) = rig.probes()
    note = Annotation(schema_name="note", body="{}")
    batch = [
        probe(),
        answer_to(stored, note),
        answer_to(probe(), note),
        attempt_at(stored),
        probe().model_copy(update={"parent_id": stored.id}),
        probe(),
    ]
    answers = rig.exchange.publish(PROBER, batch)
    assert codes(answers) == ["OK", "OK", "UNKNOWN_PARENT", "FORBIDDEN", "WRONG_PARENT", "OK"]
    assert [a.id for a in answers] == [s.id for s in batch]
    assert len(rig.exchange.samples()) == 4


def test_a_parent_may_come_in_the_same_batch(rig: Rig) -> None:
    parent = probe()
    child = answer_to(parent, Annotation(schema_name="note", body="{}"))
    assert codes(rig.exchange.publish(PROBER, [parent, child])) == ["OK", "OK"]
    assert [s.id for s in rig.exchange.lineage(child.id)] == [parent.id, child.id]


def test_a_verdict_stands_under_an_attempt_only(rig: Rig) -> None:
    (stored,) = rig.probes()
    assert codes(rig.exchange.publish(JUDGE, [verdict_on(stored, True)])) == ["WRONG_PARENT"]


def test_a_full_queue_refuses_and_takes_again_when_there_is_room(rig: Rig) -> None:
    rig.queue_limit = 2
    rig.reopen()
    late = probe()
    answers = rig.exchange.publish(PROBER, [probe(), probe(), late, probe(Purpose.EXAM)])
    assert codes(answers) == ["OK", "OK", "QUEUE_FULL", "OK"]
    rig.attempt()
    assert codes(rig.exchange.publish(PROBER, [late])) == ["OK"]
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())


def test_a_full_next_queue_keeps_the_lease_and_stores_nothing(rig: Rig) -> None:
    rig.queue_limit = 1
    rig.reopen()
    rig.probes()
    rig.attempt()
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    output = attempt_at(lease.sample)
    assert rig.complete(STUDENT, lease, output).code == "QUEUE_FULL"
    assert len(rig.exchange.samples(kind="attempt")) == 1
    rig.verdict(True)
    assert rig.complete(STUDENT, lease, output).ok


def test_what_waits_where(rig: Rig) -> None:
    rig.exchange.publish(PROBER, [probe(Purpose.EXAM)])
    assert rig.lease(STUDENT) == []
    rig.exchange.publish(OPERATOR, [probe(Purpose.ASK)])
    rig.attempt()
    assert rig.lease(JUDGE) == []
    for purpose in (Purpose.SIEGE, Purpose.CENSUS):
        rig.failure(purpose)
    rig.probes()
    rig.attempt()
    rig.verdict(True)
    assert {c.stage: c.accepted for c in rig.exchange.queue_counts()}[Stage.FAILURES] == 0
    rig.failure()
    assert {c.stage: c.ready for c in rig.exchange.queue_counts()}[Stage.FAILURES] == 1


def test_the_most_urgent_go_first_and_then_the_oldest(rig: Rig) -> None:
    order = [Purpose.LEARN, Purpose.SIEGE, Purpose.LEARN, Purpose.CENSUS, Purpose.ASK]
    made = [rig.probes(1, purpose)[0] for purpose in order]
    leased = [lease.sample.id for lease in rig.lease(STUDENT, limit=10)]
    assert leased == [made[position].id for position in (4, 1, 3, 0, 2)]


def test_a_verdict_counts_once_under_each_rubric(rig: Rig) -> None:
    rig.probes()
    attempt = rig.attempt()
    rig.verdict(False)
    again = [verdict_on(attempt, True, version) for version in (2, 2)]
    other = verdict_on(attempt, True, 3).model_copy(update={"id": "a" * 32})
    second = verdict_on(attempt, False, 3).model_copy(update={"id": "b" * 32})
    assert codes(rig.exchange.publish(JUDGE, [*again, other, second])) == ["OK"] * 4
    counts = {(c.rubric_version, c.passed, c.failed) for c in rig.exchange.cell_counts("base")}
    assert counts == {(1, 0, 1), (2, 1, 0), (3, 1, 0)}
    assert {c.stage: c.accepted for c in rig.exchange.queue_counts()}[Stage.FAILURES] == 1
    assert rig.exchange.verdicts(Purpose.LEARN, "base", rubric_version=3) == [(attempt.root_id, True)]


def test_samples_are_found_by_cell_purpose_and_decision(rig: Rig) -> None:
    rig.failure()
    rig.failure(Purpose.SIEGE)
    exchange = rig.exchange
    assert len(exchange.samples(kind="verdict", cell=CELL.key, passed=False)) == 2
    (found,) = exchange.samples(kind="verdict", purpose=Purpose.SIEGE)
    assert exchange.samples(since_revision=found.revision) == []
    assert exchange.samples(limit=1, descending=True) == [found]
    assert exchange.samples(kind="verdict", passed=True) == []
    assert exchange.samples(cell="relative/wind/date") == []
