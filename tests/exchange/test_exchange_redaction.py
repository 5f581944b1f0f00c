"""A student never sees what is right: not on lease, not in a list, not on watch."""

from exchange_rig import JUDGE, STUDENT, TEACHER, Rig, checkpoint, probe

from swarm.events import EventKind
from swarm.exchange import redact
from swarm.records import Annotation, Probe, answer_to
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import Stage

SECRETS = ("2026-02-03", "impossible-date", "0" * 32, "because")


def test_a_students_lease_holds_the_question_only(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    assert not any(secret in lease.model_dump_json() for secret in SECRETS)
    assert isinstance(lease.sample.payload, Probe)
    assert lease.sample.payload.question == "question 0"
    assert lease.chain == (lease.sample,)


def test_judge_and_teacher_see_the_reference(rig: Rig) -> None:
    rig.probes()
    rig.attempt()
    (seen,) = rig.lease(JUDGE)
    assert all(secret in seen.model_dump_json() for secret in SECRETS)
    rig.clock.turn(31)
    rig.exchange.expire()
    rig.verdict(False)
    (seen,) = rig.lease(TEACHER)
    assert all(secret in seen.model_dump_json() for secret in SECRETS)


def test_lists_and_lineage_hide_what_was_decided(rig: Rig) -> None:
    failed = rig.failure()
    rig.correction()
    for seen in (rig.exchange.samples(role=Role.STUDENT), rig.exchange.lineage(failed.id, role=Role.STUDENT)):
        assert [sample.kind for sample in seen] == ["probe", "attempt"]
        assert not any(secret in sample.model_dump_json() for sample in seen for secret in SECRETS)
    assert len(rig.exchange.lineage(failed.id, role=Role.JUDGE)) == 4


def test_a_watch_stays_gap_free_with_bookmarks_for_what_is_hidden(rig: Rig) -> None:
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    rig.failure()
    rig.correction()
    seen = rig.exchange.events(0, role=Role.STUDENT)
    assert [event.revision for event in seen] == list(range(1, rig.exchange.revision() + 1))
    assert [event.kind for event in seen[-2:]] == [EventKind.BOOKMARK] * 2
    assert seen[1].checkpoint == rig.exchange.champion()
    assert not any(secret in event.model_dump_json() for event in seen for secret in SECRETS)


def test_a_note_may_quote_the_answer_and_is_hidden_too() -> None:
    note = answer_to(probe(), Annotation(schema_name="note", body="2026-02-03"))
    assert redact(note, Role.STUDENT) is None
    assert redact(note, Role.PROBER) == note


def test_what_is_stored_keeps_its_reference(rig: Rig) -> None:
    (sent,) = rig.probes()
    rig.exchange.lease(STUDENT, Stage.PROBES, 1)
    assert rig.exchange.samples()[0].payload == sent.payload
