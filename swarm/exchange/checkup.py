"""Looks through a copy of a store for damage: pages, payloads, lineage, the log, and the books beside their rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Row, Select, and_, func, or_, select, text, union_all
from sqlalchemy.exc import DatabaseError

from swarm.criteria import Experiment, Rubric
from swarm.errors import StoreError
from swarm.events import EventKind
from swarm.exchange.copying import check_version, file_engine
from swarm.exchange.flow import State
from swarm.exchange.ledger import digest_of
from swarm.exchange.log import BODIES, current_revision, oldest_revision
from swarm.exchange.rows import payload_from
from swarm.exchange.schema import (
    FORGOTTEN,
    cell_counts,
    checkpoints,
    events,
    exams,
    experiments,
    progress,
    queue,
    rubrics,
    samples,
    stages,
    tallies,
)
from swarm.exchange.sqlite import explain
from swarm.exchange.sweeps import queue_counts
from swarm.forgetting import Forgetting, blank
from swarm.records import Probe, Record, Verdict, sample_digest
from swarm.state import Progress
from swarm.students import Checkpoint, ExamRecord, PromotionDecision

MOST_IDS = 20
"""As many ids as a finding names; `found` says how many there are."""

_CLOSED = (State.DONE, State.DEAD, State.EXPIRED, State.DISCARDED)


class Finding(Record):
    """What one check came to. `ids` names the samples (or other rows) at fault, the first of them."""

    check: str
    ok: bool
    found: str
    ids: tuple[str, ...] = ()


def examine(copy: Path) -> list[Finding]:
    """Every check on a SQLite file that nobody else uses. Raises StoreError where it is no store of this version."""
    findings = []
    try:
        with file_engine(copy, tolerant=True) as connection:
            findings.append(_pages(connection))
            check_version(connection, str(copy))
            for check in _CHECKS:
                findings.append(check(connection))
    except DatabaseError as error:
        if not findings or findings[0].ok:
            raise explain(str(copy), error.orig or error) from error
        findings.append(Finding(check="content", ok=False, found="not all of it can be read: its pages are damaged"))
    except StoreError:
        if not findings or findings[0].ok:
            raise
    return findings


def _pages(connection: Connection) -> Finding:
    """PRAGMA integrity_check, as one finding however many pages it complains of."""
    try:
        said = list(connection.scalars(text("PRAGMA integrity_check")))
    except DatabaseError as error:
        said = [str(error.orig)]
    if said == ["ok"]:
        return Finding(check="pages", ok=True, found="the file is sound")
    first = said[0].splitlines()[-1]
    return Finding(check="pages", ok=False, found=f"{len(said)} complaints of SQLite; the first: {first}")


def _payloads(connection: Connection) -> Finding:
    """Each sample's digest over what is stored of it, and what its columns say beside its payload."""
    count, wrong = 0, list[str]()
    for row in connection.execute(select(samples).order_by(samples.c.revision).execution_options(yield_per=1000)):
        count += 1
        if not _told_by_columns(row) or (row.forgotten_at is None and _digest(row) != row.digest):
            wrong.append(row.id)
    return _finding("payloads", wrong, f"{count} samples have their digests", f"of {count} samples are damaged")


def _digest(row: Row[Any]) -> str:
    """As `Sample.digest`, but over the text as it is stored: a later program's records may write more fields."""
    return sample_digest(row.id, row.parent_id, row.root_id, row.ordering_key, row.payload)


def _told_by_columns(row: Row[Any]) -> bool:
    try:
        payload = payload_from(row)
    except ValidationError:
        return False
    if row.forgotten_at is not None and blank(payload) != payload:
        return False
    if isinstance(payload, Probe) and (payload.cell.key, payload.purpose) != (row.cell_key, row.purpose):
        return False
    verdict = (payload.passed, payload.rubric_version) if isinstance(payload, Verdict) else (None, None)
    return payload.kind == row.kind and verdict == (row.passed, row.rubric_version)


def _lineage(connection: Connection) -> Finding:
    """Each sample's parent came before it and, but for a probe that was made from it, is of its family and cell."""
    parent = samples.alias("parent")
    joined = samples.outerjoin(parent, parent.c.id == samples.c.parent_id)
    made = or_(samples.c.parent_id == "", parent.c.revision < samples.c.revision)
    root = and_(samples.c.kind == "probe", samples.c.root_id == samples.c.id, made)
    inherits = [parent.c[name] == samples.c[name] for name in ("root_id", "cell_key", "purpose")]
    child = and_(samples.c.kind != "probe", parent.c.revision < samples.c.revision, *inherits)
    orphans = select(samples.c.id).select_from(joined).where(~func.coalesce(or_(root, child), False))
    return _finding("lineage", connection.scalars(orphans), "every sample has its ancestors", "have no sound ancestors")


def _log(connection: Connection) -> Finding:
    """From its oldest revision on, the log has each revision once, and tells of samples exactly what is stored.

    A sample that was released from quarantine is in it a second time.
    """
    oldest, newest = oldest_revision(connection), current_revision(connection)
    whole = events.c.revision >= oldest
    count = connection.scalar(select(func.count()).where(whole)) or 0
    if count != newest - oldest + 1:
        return Finding(
            check="log", ok=False, found=f"{newest - oldest + 1 - count} of revisions {oldest} to {newest} lack"
        )
    told = and_(events.c.revision == samples.c.revision, events.c.ref == samples.c.id)
    told = and_(told, events.c.kind == EventKind.SAMPLE)
    untold = select(samples.c.id).select_from(samples.outerjoin(events, told))
    untold = untold.where(samples.c.revision >= oldest, events.c.revision.is_(None))
    unknown = select(events.c.ref).select_from(events.outerjoin(samples, events.c.ref == samples.c.id))
    unknown = unknown.where(whole, events.c.kind == EventKind.SAMPLE, samples.c.id.is_(None))
    wrong = connection.scalars(union_all(untold, unknown))
    return _finding("log", wrong, f"revisions {oldest} to {newest} without a gap", "are in the log or stored, not both")


def _records(connection: Connection) -> Finding:
    """Checkpoints, exams, rubrics, experiments, progress and events are records that can be read; exams by digest."""
    wrong = list[str]()
    for name, model, query in _kept():
        for key, body in connection.execute(query):
            try:
                model.model_validate_json(body)
            except ValidationError:
                wrong.append(f"{name} {key}")
    told = connection.scalars(select(events.c.body).where(FORGOTTEN))
    erased = {exam_id for body in told for exam_id in Forgetting.model_validate_json(body).exams}
    for exam_id, digest, body in connection.execute(select(exams.c.id, exams.c.digest, exams.c.exam)):
        name = f"exam {exam_id}"
        if (
            name not in wrong
            and exam_id not in erased
            and digest_of(ExamRecord.model_validate_json(body), {"revision"}) != digest
        ):
            wrong.append(name)
    return _finding("records", wrong, "checkpoints, exams, rubrics and phases can be read", "are damaged")


def _kept() -> Iterator[tuple[str, type[BaseModel], Select[Any]]]:
    yield "checkpoint", Checkpoint, select(checkpoints.c.id, checkpoints.c.body)
    yield "exam", ExamRecord, select(exams.c.id, exams.c.exam)
    yield "decision", PromotionDecision, select(exams.c.id, exams.c.decision)
    yield "rubric", Rubric, select(rubrics.c.version, rubrics.c.body)
    yield "experiment", Experiment, select(experiments.c.number, experiments.c.body)
    yield "progress", Progress, select(progress.c.phase, progress.c.body)
    for kind, model in BODIES.items():
        yield f"event of {kind}", model, select(events.c.revision, events.c.body).where(events.c.kind == kind)


def _conservation(connection: Connection) -> Finding:
    """Accepted = ready + leased + delayed + done + dead + expired + discarded, and `closed` is the last four."""
    ended = select(queue.c.stage, func.count()).where(queue.c.state.in_(_CLOSED)).group_by(queue.c.stage)
    rows = _numbers(connection, ended)
    said = {row.stage: row.closed for row in connection.execute(select(stages))}
    lost = [count for count in queue_counts(connection, 0) if count.unaccounted]
    wrong = [f"{count.name}: {count.unaccounted} unaccounted for" for count in lost]
    wrong += [f"{s}: {n} counted as closed, {rows.get(s, 0)} are" for s, n in said.items() if n != rows.get(s, 0)]
    its_sample = and_(samples.c.revision == queue.c.revision, samples.c.id == queue.c.sample_id)
    stray = select(queue.c.sample_id).outerjoin(samples, its_sample).where(samples.c.id.is_(None))
    wrong += connection.scalars(stray)
    return _finding("conservation", wrong, "nothing is unaccounted for", "queues or rows don't add up")


def _counts(connection: Connection) -> Finding:
    """Cells count the verdicts, and tallies the samples."""
    key = samples.c.cell_key, samples.c.checkpoint_id, samples.c.rubric_version, samples.c.passed
    verdicts = select(*key, func.count()).where(samples.c.kind == "verdict", samples.c.counted).group_by(*key)
    rows = {(cell, who, rubric, bool(passed)): n for cell, who, rubric, passed, n in connection.execute(verdicts)}
    said: dict[tuple[str, str, int, bool], int] = {}
    for row in connection.execute(select(cell_counts)):
        cell = row.cell_key, row.checkpoint_id, row.rubric_version
        said |= {(*cell, passed): n for passed, n in ((True, row.passed), (False, row.failed)) if n}
    wrong = [f"{cell} of {who!r}, rubric {rubric}" for cell, who, rubric, _ in _differing(rows, said)]
    stored = select(samples.c.kind, func.count()).group_by(samples.c.kind)
    tallied = select(tallies.c.key, tallies.c.total).where(tallies.c.topic == "kind")
    wrong += [f"{kind}s" for kind in _differing(_numbers(connection, stored), _numbers(connection, tallied))]
    return _finding("counts", wrong, "cells and tallies agree with the samples", "counts don't agree with the samples")


def _numbers(connection: Connection, query: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _differing(one: Mapping[Any, int], other: Mapping[Any, int]) -> list[Any]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key, 0) != other.get(key, 0))


def _finding(check: str, wrong: Iterable[str], well: str, badly: str) -> Finding:
    ids = list(wrong)
    return Finding(check=check, ok=not ids, found=f"{len(ids)} {badly}" if ids else well, ids=tuple(ids[:MOST_IDS]))


_CHECKS: tuple[Callable[[Connection], Finding], ...] = (_payloads, _lineage, _log, _records, _conservation, _counts)
