"""Large bodies beside the store: there before their rows, verified at every reading, swept and forgotten."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_rig import JUDGE, OPERATOR, PROBER, STUDENT, Rig, attempt_at, correction_of, probe

from swarm.errors import RefusedError, StoreError
from swarm.exchange import Exchange, Identity
from swarm.exchange.bodies import Bodies
from swarm.exchange.checkup import examine
from swarm.exchange.requests import Request
from swarm.exchange.stores import copy_store
from swarm.forgetting import blank
from swarm.records import Sample, Tier
from swarm.roles import Role
from swarm.work import Outcome, QueueCount, Stage

HERE = Path(__file__).parent
LONG = "a long question " * 2_000
GRACE = 3600.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@pytest.fixture
def rig(store_url: str, place: Path) -> Iterator[Rig]:
    """An exchange over each kind of store, whose bodies lie in a folder."""
    made = Rig(store_url, bodies=str(place))
    yield made
    made.exchange.close()


def files(place: Path) -> list[Path]:
    return sorted(file for file in place.rglob("*") if file.is_file())


def asked(rig: Rig, question: str = LONG) -> Sample:
    sample = probe(question=question)
    (answer,) = rig.exchange.publish(PROBER, [sample])
    assert answer.ok
    return sample


def aged(rig: Rig, file: Path, seconds: float) -> None:
    """Let a file be so old by the rig's clock."""
    at = rig.clock().timestamp() - seconds
    os.utime(file, (at, at))


def test_a_long_sample_reads_like_any_other(rig: Rig, place: Path) -> None:
    long, short = asked(rig), asked(rig, "short")
    (file,) = files(place)
    assert file.stat().st_mode & 0o077 == 0
    leases = rig.lease(STUDENT, 2)
    assert [lease.sample.payload.question for lease in leases] == [LONG, "short"]
    assert rig.complete(STUDENT, leases[0], attempt_at(long, text=LONG + "!")).ok
    assert len(files(place)) == 2
    (judged,) = rig.lease(JUDGE)
    assert [link.payload for link in judged.chain] == [attempt_at(long, text=LONG + "!").payload, long.payload]
    held = rig.exchange.samples("probe")
    assert [sample.payload for sample in held] == [long.payload, short.payload]
    assert rig.exchange.lineage(judged.sample.id)[0].payload == long.payload
    assert [event.sample.payload for event in rig.exchange.events(1, limit=1) if event.sample] == [long.payload]
    rig.reopen()
    assert rig.exchange.samples("probe") == held


def test_the_same_body_is_there_once_and_repeats_are_repeats(rig: Rig, place: Path) -> None:
    first, second = asked(rig), asked(rig)
    assert len(files(place)) == 1
    assert [answer.ok for answer in rig.exchange.publish(PROBER, [first, second])] == [True, True]
    other = first.model_copy(update={"payload": probe(question=LONG + "other").payload})
    assert rig.exchange.publish(PROBER, [other])[0].code == "DIGEST_CONFLICT"
    assert len(files(place)) == 1


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_body_that_is_lost_is_named_and_takes_nothing_else_along(rig: Rig, place: Path, harm: str) -> None:
    long, short = asked(rig), asked(rig, "short")
    (file,) = files(place)
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes().replace(b"long", b"LONG", 1))
    with pytest.raises(RefusedError, match=f"the body of sample {long.id} is {harm}") as refused:
        rig.exchange.samples("probe")
    assert refused.value.reason == "BODY_LOST"
    assert [sample.id for sample in rig.exchange.lineage(short.id)] == [short.id]
    assert rig.exchange.forget(OPERATOR, sample_id=long.id).erased == 1
    assert [lease.sample.id for lease in rig.lease(STUDENT, 2)] == [short.id]


def count_of(rig: Rig, stage: Stage) -> QueueCount:
    return next(count for count in rig.exchange.queue_counts() if count.stage is stage)


@pytest.mark.parametrize("limit", [1, 3])
def test_what_lost_its_body_goes_to_the_dead_letters_and_its_queue_goes_on(rig: Rig, place: Path, limit: int) -> None:
    long, short = asked(rig), asked(rig, "short")
    (file,) = files(place)
    aside = file.rename(file.with_name("aside"))
    assert [lease.sample.id for lease in rig.lease(STUDENT, limit)] == [short.id]
    count = count_of(rig, Stage.PROBES)
    assert (count.accepted, count.leased, count.dead, count.unaccounted) == (2, 1, 1, 0)
    (letter,) = rig.exchange.dead_letters(reason="lost: the body of sample")
    assert (letter.sample.id, letter.attempt, letter.sample.payload) == (long.id, 1, blank(long.payload))
    assert [(line.kind, line.agent) for line in letter.history] == [("lost", STUDENT.name)]
    aside.rename(file)
    assert rig.exchange.requeue_dead(OPERATOR, [long.id])[0].ok
    assert [lease.sample.payload.question for lease in rig.lease(STUDENT)] == [LONG]


def test_what_answers_a_lost_body_can_not_be_worked_on_either(rig: Rig, place: Path) -> None:
    long = asked(rig)
    attempt = rig.attempt()
    asked(rig, "short")
    other = rig.attempt()
    next(file for file in files(place)).write_text("{}")
    assert [lease.sample.id for lease in rig.lease(JUDGE, 2)] == [other.id]
    (letter,) = rig.exchange.dead_letters(Stage.ATTEMPTS)
    assert (letter.sample.id, letter.sample.payload) == (attempt.id, attempt.payload)
    assert long.id in letter.history[0].reason
    assert count_of(rig, Stage.ATTEMPTS).unaccounted == 0


def test_where_the_whole_place_is_away_nothing_is_given_up(rig: Rig, place: Path) -> None:
    long, late = asked(rig), probe(question="published in the same group")
    place.rename(place.with_name("away"))
    place.mkdir()
    with rig.exchange.transaction():
        with pytest.raises(RefusedError, match="the body of sample"):
            rig.lease(STUDENT)
        assert rig.exchange.publish(PROBER, [late])[0].ok
    assert count_of(rig, Stage.PROBES).ready == 2
    place.rmdir()
    place.with_name("away").rename(place)
    assert [lease.sample.id for lease in rig.lease(STUDENT, 2)] == [long.id, late.id]


def test_a_repeated_lease_leaves_out_what_was_lost_since(rig: Rig, place: Path) -> None:
    asked(rig)
    short, request = asked(rig, "short"), Request(STUDENT.name, "Lease", "one", "digest")

    def leased() -> list[str]:
        return [lease.token for lease in rig.exchange.lease(STUDENT, Stage.PROBES, 2, request=request)]

    first = leased()
    files(place)[0].write_text("{}")
    assert leased() == first[1:]
    assert rig.exchange.lineage(short.id)[0].id == short.id
    assert count_of(rig, Stage.PROBES).leased == 2


def test_a_loan_of_what_is_lost_ends_and_leaves_the_queue_and_the_conduct_alone(rig: Rig, place: Path) -> None:
    made, _ = rig.exchange.issue("outside", Role.STUDENT)
    student = Identity(made.name, Role.STUDENT, made.id, made.standing.tier)
    short = asked(rig, "short")
    asked(rig)
    files(place)[0].write_text("{}")
    assert [lease.sample.id for lease in rig.lease(student)] == [short.id]
    count = count_of(rig, Stage.PROBES)
    assert (count.ready, count.dead) == (2, 0)
    rig.clock.turn(60)
    assert rig.exchange.expire_loans() == 1, "only the one that it was lent"


@pytest.mark.parametrize("tier", [Tier.TRUSTED, Tier.QUARANTINED])
def test_work_on_what_was_lost_since_is_taken_and_can_not_be_checked(rig: Rig, place: Path, tier: Tier) -> None:
    made, _ = rig.exchange.issue("outside", Role.TEACHER, tier=tier)
    teacher = Identity(made.name, Role.TEACHER, made.id, tier)
    asked(rig)
    rig.attempt()
    rig.verdict(False)
    (lease,) = rig.lease(teacher)
    files(place)[0].unlink()
    assert rig.complete(teacher, lease, correction_of(lease.sample, "b")).ok
    ((_, outcomes),) = rig.exchange.conduct()
    assert outcomes == [Outcome.UNCHECKED]


def test_forgetting_deletes_the_body_unless_another_sample_uses_it(rig: Rig, place: Path) -> None:
    (lease, *_) = [asked(rig), rig.lease(STUDENT)][1]
    attempt = attempt_at(lease.sample, text=LONG * 2)
    assert rig.complete(STUDENT, lease, attempt).ok
    other = asked(rig, "another")
    (lease,) = rig.lease(STUDENT)
    same = attempt_at(lease.sample, text=LONG * 2)
    assert rig.complete(STUDENT, lease, same).ok
    assert len(files(place)) == 2
    assert rig.exchange.forget(OPERATOR, sample_id=attempt.id).erased == 1
    rig.exchange.scrub()
    assert len(files(place)) == 2
    assert rig.exchange.lineage(same.id)[-1].payload == same.payload
    assert rig.exchange.forget(OPERATOR, sample_id=other.id).erased == 2
    rig.exchange.scrub()
    assert len(files(place)) == 1


def test_a_replay_is_found_by_its_long_question(rig: Rig, place: Path) -> None:
    first, replay, other = asked(rig), asked(rig), asked(rig, LONG + "other")
    assert rig.exchange.forget(OPERATOR, sample_id=first.id).erased == 2
    assert {s.id for s in rig.exchange.samples() if not s.forgotten} == {other.id} - {replay.id}
    rig.exchange.scrub()
    assert len(files(place)) == 1


def test_what_a_failed_transaction_left_is_swept_after_its_grace(rig: Rig, place: Path) -> None:
    def broken() -> None:
        with rig.exchange.transaction():
            asked(rig, LONG + "never stored")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    (garbage,) = files(place)
    kept = asked(rig)
    (stays,) = set(files(place)) - {garbage}
    part = garbage.with_name(f"{garbage.name}.1.part")
    part.write_text("half")
    for file in (garbage, part, stays):
        aged(rig, file, GRACE - 10)
    assert rig.exchange.sweep_bodies(GRACE) == 0
    rig.clock.turn(20)
    assert rig.exchange.sweep_bodies(GRACE) == 2
    assert files(place) == [stays]
    assert rig.exchange.samples() == rig.exchange.lineage(kept.id)


def test_a_crash_between_body_and_row_loses_nothing_and_leaves_garbage(rig: Rig, place: Path) -> None:
    rig.exchange.close()
    command = [sys.executable, str(HERE / "body_victim.py"), rig.url, str(place)]
    ended = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": f"{HERE}:{HERE.parents[1]}"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == -9, ended.stderr
    assert [file.name for file in files(place)] == [ended.stdout.strip()]
    rig.exchange = rig.open()
    assert rig.exchange.samples() == []
    again = probe(question="long " * 10_000).model_copy(update={"id": "1" * 32})
    assert rig.exchange.publish(PROBER, [again])[0].ok
    aged(rig, files(place)[0], 2 * GRACE)
    assert rig.exchange.sweep_bodies(GRACE) == 0
    assert rig.exchange.samples()[0].payload == again.payload


def test_a_copy_of_a_store_needs_nothing_beside_it(rig: Rig, place: Path, tmp_path: Path) -> None:
    long = asked(rig)
    copy_store(rig.url, tmp_path / "sound.db")
    assert all(finding.ok for finding in examine(tmp_path / "sound.db"))
    (file,) = files(place)
    body = file.read_bytes()
    file.unlink()
    copy_store(rig.url, tmp_path / "lost.db")
    (payloads,) = [finding for finding in examine(tmp_path / "lost.db") if finding.check == "payloads"]
    assert (payloads.ok, payloads.ids) == (False, (long.id,))
    with Exchange(f"sqlite:///{tmp_path / 'sound.db'}", "swarm", "calendar", rig.clock, b"k" * 32) as copy:
        assert copy.samples()[0].payload == long.payload
    file.write_bytes(body)
    assert rig.exchange.samples()[0].payload == long.payload


def test_other_filesystems_serve_too_and_a_place_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    bodies = Bodies("memory://swarm-bodies")
    name = bodies.put(LONG)
    assert bodies.get(name, "x") == LONG
    bodies.drop([name, name])
    with pytest.raises(RefusedError, match="the body of sample x is missing"):
        bodies.get(name, "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="a body can't be written"):
        Bodies(str(tmp_path / "file")).put(LONG)
