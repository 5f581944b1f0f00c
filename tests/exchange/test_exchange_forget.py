"""Forgetting: the text goes from everything that may quote it and from the files, the skeleton stays."""

import random
from pathlib import Path

import pytest
from exchange_rig import (
    JUDGE,
    OPERATOR,
    PROBER,
    SQLITE,
    STUDENT,
    TEACHER,
    Rig,
    attempt_at,
    checkpoint,
    codes,
    correction_of,
    exam,
    fresh_store,
    probe,
    verdict_on,
)

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Identity
from swarm.records import Annotation, Correction, Probe, Purpose, Sample, TeacherKind, Verdict, answer_to
from swarm.students import CheckpointStatus, ExamItem
from swarm.work import FailKind, Stage

SECRET = "Ana Pereira lives at Rua das Flores 12"


def asked(rig: Rig, question: str, producer: Identity = PROBER, purpose: Purpose = Purpose.LEARN) -> Sample:
    sample = probe(purpose, question)
    assert rig.exchange.publish(producer, [sample])[0].ok
    return sample


def taught(rig: Rig, question: str = SECRET, producer: Identity = PROBER) -> list[Sample]:
    """One probe with attempt, verdict, correction and a note, each of which quotes it."""
    first = asked(rig, question, producer)
    (lease,) = rig.lease(STUDENT)
    attempt = attempt_at(lease.sample, text=f"= {question}")
    assert rig.complete(STUDENT, lease, attempt).ok
    (lease,) = rig.lease(JUDGE)
    said = {"answer": question, "explanation": question, "species": question}
    verdict = answer_to(lease.sample, Verdict(passed=False, rubric_version=1, decided_by="verifier", **said), 1)
    assert rig.complete(JUDGE, lease, verdict).ok
    (lease,) = rig.lease(TEACHER)
    payload = Correction(rationale=question, answer=question, teacher=TeacherKind.WORKED, verified=True)
    correction = answer_to(lease.sample, payload)
    assert rig.complete(TEACHER, lease, correction).ok
    note = answer_to(attempt, Annotation(schema_name="note", body=f'"{question}"'))
    assert rig.exchange.publish(OPERATOR, [note])[0].ok
    return [first, attempt, verdict, correction, note]


def in_files(folder: Path, text: str) -> list[str]:
    """The files of a SQLite store that hold these bytes."""
    return [file.name for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


@pytest.mark.parametrize("store_url", [SQLITE], indirect=True)
def test_an_ordering_key_goes_too(rig: Rig) -> None:
    first, second = (probe(question=question, key=SECRET) for question in ("one", "two"))
    assert codes(rig.exchange.publish(PROBER, [first, second])) == ["OK", "OK"]
    rig.attempt()
    assert rig.exchange.forget(OPERATOR, sample_id=first.id).erased == 2
    assert {sample.ordering_key for sample in rig.exchange.samples()} == {"", SECRET}
    rig.exchange.forget(OPERATOR, sample_id=second.id)
    assert rig.exchange.scrub()
    assert in_files(rig.path.parent, SECRET) == []


def test_a_probe_goes_with_all_that_quotes_it_and_its_skeleton_stays(rig: Rig) -> None:
    family, other = taught(rig), taught(rig, "another question")
    before = {sample.id: sample for sample in rig.exchange.samples()}
    counts, cells = rig.exchange.queue_counts(), rig.exchange.cell_counts()
    report = rig.exchange.forget(OPERATOR, sample_id=family[0].id)
    assert (report.samples, report.erased, report.corrections, report.discarded) == (5, 5, 1, 0)
    after = {sample.id: sample for sample in rig.exchange.samples()}
    for sample in family:
        left, was = after[sample.id], before[sample.id]
        assert left.forgotten
        assert SECRET not in left.model_dump_json()
        assert left.model_copy(update={"forgotten": False, "payload": was.payload}) == was
        assert (left.kind, left.payload.model_fields_set) == (was.kind, was.payload.model_fields_set)
    assert [after[sample.id] for sample in other] == [before[sample.id] for sample in other]
    assert isinstance(kept := after[family[0].id].payload, Probe)
    assert isinstance(was := family[0].payload, Probe)
    assert (kept.cell, kept.purpose, kept.origin, kept.twin_id) == (was.cell, was.purpose, was.origin, was.twin_id)
    assert [chain[0].id for chain in rig.exchange.corrections(0)] == [other[3].id]
    assert (rig.exchange.queue_counts(), rig.exchange.cell_counts()) == (counts, cells)
    assert [sample.id for sample in rig.exchange.lineage(family[3].id)] == [sample.id for sample in family[:4]]


def test_what_waits_is_discarded_and_nobody_can_complete_it(rig: Rig) -> None:
    leased, ready, dead = (asked(rig, f"{SECRET} {number}") for number in range(3))
    (first,) = rig.lease(STUDENT)
    (second,) = rig.exchange.lease(STUDENT, Stage.PROBES, 1)
    (third,) = rig.lease(STUDENT)
    assert rig.fail(STUDENT, second, FailKind.RELEASE).ok
    assert rig.fail(STUDENT, third, FailKind.REJECT, SECRET).ok
    for sample in (leased, ready, dead):
        assert rig.exchange.forget(OPERATOR, sample_id=sample.id).discarded == 1
    (count, *_) = rig.exchange.queue_counts()
    assert (count.accepted, count.discarded, count.unaccounted) == (3, 3, 0)
    assert rig.lease(STUDENT) == []
    assert rig.complete(STUDENT, first, attempt_at(first.sample, text=SECRET)).code == "LEASE_LOST"
    assert rig.exchange.dead_letters(Stage.PROBES) == []
    rig.probes(1)
    assert len(rig.lease(STUDENT)) == 1


def test_the_text_does_not_come_back(rig: Rig) -> None:
    family = taught(rig)
    rig.exchange.forget(OPERATOR, sample_id=family[0].id)
    again = rig.exchange.publish(PROBER, [family[0]])
    assert codes(again) == ["OK"]
    assert SECRET not in str(rig.exchange.lineage(family[0].id))
    late = verdict_on(family[1], True, rubric_version=2)
    note = answer_to(family[0], Annotation(schema_name="note", body='"x"'))
    assert codes(rig.exchange.publish(JUDGE, [late, note])) == ["FORGOTTEN", "FORGOTTEN"]
    assert codes(rig.exchange.publish(PROBER, [family[0].model_copy(update={"payload": probe().payload})])) == [
        "DIGEST_CONFLICT"
    ]


def test_an_attempt_goes_without_its_probe(rig: Rig) -> None:
    family = taught(rig)
    assert rig.exchange.forget(OPERATOR, sample_id=family[1].id).erased == 4
    assert [sample.forgotten for sample in rig.exchange.lineage(family[0].id)] == [False, True, True, True, True]


def test_twins_and_replays_of_a_question_go_too(rig: Rig) -> None:
    first, replay, other = asked(rig, SECRET), asked(rig, SECRET), asked(rig, "other")
    payload = probe(question=f"not {SECRET}").payload.model_copy(update={"twin_id": first.id})
    twin = Sample(payload=payload)
    assert rig.exchange.publish(PROBER, [twin])[0].ok
    assert rig.exchange.forget(OPERATOR, sample_id=first.id).erased == 3
    left = {sample.id for sample in rig.exchange.samples() if not sample.forgotten}
    assert left == {other.id}
    assert not {first.id, replay.id, twin.id} & left


def test_a_producers_samples_go_with_their_families(rig: Rig) -> None:
    mine, theirs = Identity("ana", PROBER.role), PROBER
    gone, kept = taught(rig, producer=mine), taught(rig, "another", theirs)
    assert rig.exchange.forget(OPERATOR, producer="ana").erased == 5
    assert {sample.id for sample in rig.exchange.samples() if not sample.forgotten} == {sample.id for sample in kept}
    assert all(sample.producer for sample in rig.exchange.lineage(gone[0].id))


def test_checkpoints_and_exams_that_used_it_are_named(rig: Rig) -> None:
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    early = rig.exchange.revision()
    rig.exchange.put_checkpoint(checkpoint("early", cursor=early))
    family = taught(rig)
    rig.exchange.put_checkpoint(checkpoint("late", cursor=rig.exchange.revision()))
    record, decision = exam("e1", "base", "late", promoted=False)
    texts = {"champion_text": SECRET, "candidate_text": SECRET, "champion_passed": True, "candidate_passed": True}
    items = [ExamItem(probe=probe(Purpose.EXAM, question), **texts) for question in (SECRET, "other")]
    rig.exchange.submit_exam(record.model_copy(update={"items": tuple(items)}), decision)
    report = rig.exchange.forget(OPERATOR, sample_id=family[0].id)
    assert (report.checkpoints, report.exams) == (("late",), ("e1",))
    left = rig.exchange.exam("e1").items
    assert (left[0].champion_text, left[0].probe.forgotten, left[0].champion_passed) == ("", True, True)
    assert left[1] == items[1]


def test_watchers_are_told_and_an_old_watch_shows_nothing(rig: Rig) -> None:
    family = taught(rig)
    report = rig.exchange.forget(OPERATOR, sample_id=family[0].id)
    events = rig.exchange.events(0)
    assert SECRET not in str(events)
    told = events[-1]
    assert (told.kind, told.revision) == (EventKind.FORGETTING, report.revision)
    assert told.forgetting is not None
    assert set(told.forgetting.sample_ids) == {sample.id for sample in family}
    assert rig.exchange.forgotten(0) == [told.forgetting]
    assert rig.exchange.forgotten(report.revision) == []
    assert rig.exchange.scrub()


def test_trying_and_repeating_change_nothing(rig: Rig) -> None:
    family = taught(rig)
    before = rig.exchange.samples(), rig.exchange.revision()
    tried = rig.exchange.forget(OPERATOR, sample_id=family[0].id, dry_run=True)
    assert (rig.exchange.samples(), rig.exchange.revision()) == before
    done = rig.exchange.forget(OPERATOR, sample_id=family[0].id)
    assert tried == done.model_copy(update={"revision": 0})
    again = rig.exchange.forget(OPERATOR, sample_id=family[0].id)
    assert (again.samples, again.erased, again.corrections, again.revision) == (5, 0, 1, 0)


@pytest.mark.parametrize("subject", [{"sample_id": "0" * 32}, {"producer": "nobody"}])
def test_what_is_not_there_is_refused(rig: Rig, subject: dict[str, str]) -> None:
    with pytest.raises(RefusedError, match="no sample is stored of"):
        rig.exchange.forget(OPERATOR, **subject)
    with pytest.raises(RefusedError, match="Name one"):
        rig.exchange.forget(OPERATOR)


def test_breaches_that_were_forgotten_are_not_taught(rig: Rig) -> None:
    breach = rig.failure(Purpose.SIEGE)
    rig.exchange.forget(OPERATOR, sample_id=breach.id)
    assert rig.exchange.release_breaches(0) == 0


def test_no_file_of_the_store_holds_the_bytes_after_a_scrub(tmp_path: Path) -> None:
    """Texts of many lengths, among others that stay; some fill a page, some need several, some lie beside."""
    rng = random.Random(1)
    with fresh_store(SQLITE, tmp_path) as url:
        rig = Rig(url, queue_limit=10_000)
        texts = {
            number: f"secret-{number:04}-" + "x" * rng.choice([3, 300, 3_000, 12_000, 30_000]) for number in range(300)
        }
        ids = {number: asked(rig, text).id for number, text in texts.items()}
        gone = rng.sample(sorted(texts), 150)
        assert in_files(tmp_path, f"secret-{gone[0]:04}")
        for number in gone:
            rig.exchange.forget(OPERATOR, sample_id=ids[number])
            rig.probes(1)
        assert rig.exchange.scrub()
        assert [number for number in gone if in_files(tmp_path, f"secret-{number:04}")] == []
        assert all(in_files(tmp_path, f"secret-{number:04}") for number in texts if number not in gone)
        rig.exchange.close()


def test_a_reader_that_still_looks_keeps_the_bytes_and_is_told_of(tmp_path: Path) -> None:
    with fresh_store(SQLITE, tmp_path) as url:
        rig = Rig(url)
        sample = asked(rig, SECRET)
        with rig.exchange.store.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM samples").fetchone()
            rig.exchange.forget(OPERATOR, sample_id=sample.id)
            assert not rig.exchange.scrub()
        rig.exchange.close()
        rig.exchange = rig.open()
        assert in_files(tmp_path, SECRET) == []
        rig.exchange.close()


def test_correction_below_a_forgotten_verdict_cannot_be_published(rig: Rig) -> None:
    failed = rig.failure()
    (lease,) = rig.lease(TEACHER)
    rig.exchange.forget(OPERATOR, sample_id=failed.id)
    assert rig.complete(TEACHER, lease, correction_of(lease.sample)).code == "LEASE_LOST"
