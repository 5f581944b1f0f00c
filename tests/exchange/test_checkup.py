"""The check of a store: sound after all kinds of work on either store, and each kind of damage named with its ids."""

from pathlib import Path

import pytest
from exchange_rig import OPERATOR, PROBER, STUDENT, Rig, checkpoint, exam, probe

from swarm.errors import StoreError
from swarm.exchange import Keep
from swarm.exchange.checkup import MOST_IDS, Finding, examine
from swarm.exchange.stores import copy_store
from swarm.roles import AgentCard, Role
from swarm.students import CheckpointStatus
from swarm.work import FailKind
from tests.postgres import ask

CHECKS = ["pages", "payloads", "lineage", "log", "records", "conservation", "counts"]


@pytest.fixture
def worked(rig: Rig) -> Rig:
    """A store in which a bit of everything has happened."""
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    rig.exchange.register(STUDENT, AgentCard(name="student-1", role=Role.STUDENT))
    rig.promote("c1")
    rig.failure()
    rig.correction()
    rig.probes(5)
    rig.attempt()
    rig.verdict(True)
    for kind in (FailKind.RETRY, FailKind.REJECT):
        rig.fail(STUDENT, rig.lease(STUDENT)[0], kind)
    rig.lease(STUDENT)
    return rig


def examined(rig: Rig, folder: Path) -> list[Finding]:
    copy = folder / "copy.db"
    copy.unlink(missing_ok=True)
    copy_store(rig.url, copy)
    return examine(copy)


def wrong(rig: Rig, folder: Path) -> dict[str, tuple[str, ...]]:
    return {finding.check: finding.ids for finding in examined(rig, folder) if not finding.ok}


def test_what_has_worked_is_sound_while_it_serves(worked: Rig, tmp_path: Path) -> None:
    assert [(finding.check, finding.ok) for finding in examined(worked, tmp_path)] == [(name, True) for name in CHECKS]
    worked.clock.turn(90 * 86_400)
    worked.exchange.compact(Keep(events_days=30, history_days=30))
    assert wrong(worked, tmp_path) == {}


@pytest.mark.parametrize(
    ("old", "new"), [("2026-02-03", "2026-02-04"), ("because", "bec\u00e4use"), ('"kind":"probe"', "{")]
)
def test_a_changed_payload_is_named_though_it_is_json(worked: Rig, tmp_path: Path, old: str, new: str) -> None:
    first, second = [sample.id for sample in worked.exchange.samples("probe")][:2]
    change = "UPDATE samples SET payload = replace(payload, :old, :new) WHERE id IN (:first, :second)"
    ask(worked.url, change, old=old, new=new, first=first, second=second)
    assert wrong(worked, tmp_path) == {"payloads": (first, second)}


def test_what_was_forgotten_is_sound_without_its_text(worked: Rig, tmp_path: Path) -> None:
    keyed = probe(question="under a key").model_copy(update={"ordering_key": "k"})
    assert worked.exchange.publish(PROBER, [keyed])[0].ok
    first = worked.exchange.samples("probe")[0].id
    assert worked.exchange.forget(OPERATOR, sample_id=first).erased > 1
    assert wrong(worked, tmp_path) == {}
    ask(worked.url, "UPDATE samples SET ordering_key = 'l' WHERE id = :id", id=keyed.id)
    spoilt = "UPDATE samples SET payload = replace(payload, :old, :new) WHERE id = :id"
    ask(worked.url, spoilt, old='"question":""', new='"question":"back"', id=first)
    assert wrong(worked, tmp_path) == {"payloads": (first, keyed.id)}


@pytest.mark.parametrize(
    ("column", "value"), [("cell_key", "'a/rain/b'"), ("passed", "true"), ("kind", "'annotation'")]
)
def test_a_column_that_tells_another_story_is_named(worked: Rig, tmp_path: Path, column: str, value: str) -> None:
    first = worked.exchange.samples("probe")[0].id
    ask(worked.url, f"UPDATE samples SET {column} = {value} WHERE id = :id", id=first)
    assert first in wrong(worked, tmp_path)["payloads"]


def test_a_sample_without_its_parent_is_named(worked: Rig, tmp_path: Path) -> None:
    attempt = worked.exchange.samples("attempt")[0]
    ask(worked.url, "DELETE FROM samples WHERE id = :id", id=attempt.parent_id)
    found = wrong(worked, tmp_path)
    assert attempt.id in found["lineage"]
    assert found["log"] == (attempt.parent_id,)
    assert attempt.parent_id in found["conservation"]
    assert found["counts"] == ("probes",)


def test_a_gap_in_the_log_is_told(worked: Rig, tmp_path: Path) -> None:
    ask(worked.url, "DELETE FROM events WHERE revision = 7")
    (finding,) = [finding for finding in examined(worked, tmp_path) if not finding.ok]
    assert (finding.check, finding.found.startswith("1 of revisions 1 to")) == ("log", True)


def test_a_queue_that_does_not_add_up_is_told(worked: Rig, tmp_path: Path) -> None:
    ask(worked.url, "UPDATE queue SET state = 'done' WHERE state = 'ready'")
    ask(worked.url, "UPDATE stages SET accepted = accepted + 2 WHERE stage = 'attempts'")
    assert set(wrong(worked, tmp_path)["conservation"]) == {
        "attempts: 2 unaccounted for",
        "probes: 3 counted as closed, 4 are",
    }


def test_counts_that_left_their_verdicts_are_told(worked: Rig, tmp_path: Path) -> None:
    ask(worked.url, "UPDATE cell_counts SET passed = passed + 1")
    ask(worked.url, "UPDATE tallies SET total = 0 WHERE key = 'attempt'")
    assert wrong(worked, tmp_path) == {"counts": ("relative/rain/date of 'base', rubric 1", "attempts")}


def test_damaged_records_are_named(worked: Rig, tmp_path: Path) -> None:
    worked.exchange.put_checkpoint(checkpoint("c2"))
    worked.exchange.submit_exam(*exam("e2", "c1", "c2", promoted=False))
    ask(worked.url, "UPDATE exams SET exam = replace(exam, '\"c2\"', '\"c1\"') WHERE id = 'e2'")
    ask(worked.url, "UPDATE checkpoints SET body = '{}' WHERE id = 'c1'")
    assert wrong(worked, tmp_path) == {"records": ("checkpoint c1", "exam e2")}


def test_many_are_counted_and_the_first_named(rig: Rig, tmp_path: Path) -> None:
    rig.probes(MOST_IDS + 5)
    ask(rig.url, "UPDATE samples SET payload = replace(payload, 'because', 'it is so')")
    (finding,) = [finding for finding in examined(rig, tmp_path) if not finding.ok]
    assert finding.found == f"{MOST_IDS + 5} of {MOST_IDS + 5} samples are damaged"
    assert len(finding.ids) == MOST_IDS


def test_damaged_pages_are_one_finding(tmp_path: Path) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'exchange.db'}")
    rig.probes(200)
    rig.exchange.close()
    content = bytearray(rig.path.read_bytes())
    content[-20 * 4096 :] = b"\x5a" * (20 * 4096)
    rig.path.write_bytes(content)
    findings = examined(rig, tmp_path)
    assert [(finding.check, finding.ok) for finding in findings if finding.check == "pages"] == [("pages", False)]
    assert "complaints of SQLite" in findings[0].found
    assert len(findings[0].found.splitlines()) == 1


def test_what_is_not_utf_8_is_named(tmp_path: Path) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'exchange.db'}")
    spoilt = rig.probes(3)[1].id
    rig.exchange.close()
    content = rig.path.read_bytes()
    rig.path.write_bytes(content.replace(b"question 1", b"questio\xff 1"))
    assert wrong(rig, tmp_path) == {"payloads": (spoilt,)}


def test_what_is_no_store_is_refused(rig: Rig, tmp_path: Path) -> None:
    rig.exchange.close()
    ask(rig.url, "UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    with pytest.raises(StoreError, match="schema version 1"):
        examined(rig, tmp_path)
    (tmp_path / "text").write_bytes(b"certainly not a database" * 100)
    assert [finding.found for finding in examine(tmp_path / "text")] == [
        "1 complaints of SQLite; the first: file is not a database",
        "not all of it can be read: its pages are damaged",
    ]
