"""Erasing what samples say for good, while their skeletons keep lineage, counts and queues whole."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.bodies import bodies_of
from swarm.exchange.finding import SPECIES
from swarm.exchange.flow import Code, Identity, State
from swarm.exchange.log import append
from swarm.exchange.part import Part
from swarm.exchange.rows import chunks, count_stage, of_samples, payload_from, unused
from swarm.exchange.schema import FORGOTTEN, TAUGHT, checkpoints, events, exams, history, marks, queue, samples
from swarm.exchange.store import moment
from swarm.forgetting import MOST_IDS, ForgetReport, Forgetting, blank, blank_exam
from swarm.students import ExamRecord

_PAGE = 500
_LIVE = (State.READY, State.LEASED, State.DELAYED)
_OPEN = (*_LIVE, State.DEAD)
"""States that forgetting ends; a dead letter's wait is over, but its text is asked for."""
_BLANK = (
    update(samples)
    .where(samples.c.id == bindparam("key"))
    .values(payload=bindparam("said"), forgotten_at=bindparam("now"), ordering_key="", body_name=None)
)


@dataclass
class _Family:
    """What goes: the samples that were asked for, and all that quotes them."""

    ids: dict[str, None] = field(default_factory=dict)
    questions: set[str] = field(default_factory=set)


class Erasure(Part):
    """Forgets samples: one of them, or all that a producer has sent."""

    def forget(
        self, agent: Identity, *, sample_id: str = "", producer: str = "", dry_run: bool = False
    ) -> ForgetReport:
        """Erase the text of a sample or of a producer's samples, and of everything that may quote it.

        That is all that answers them, and for a probe its twin and the probes that put the very same question, with all
        that answers those. What waits of it is discarded. Repeating it erases nothing more. With `dry_run` nothing
        changes. Raises RefusedError: INVALID without exactly one subject, NOT_FOUND where nothing is stored of it.
        """
        subject = sample_id or producer
        if bool(sample_id) == bool(producer):
            raise RefusedError(Code.INVALID, "a sample and a producer, or neither, are to be forgotten", "Name one")
        if dry_run:
            with self._store.read() as connection:
                return self._forget(connection, agent, subject, bool(sample_id), dry_run)
        with self._store.write() as connection:
            return self._forget(connection, agent, subject, bool(sample_id), dry_run)

    def forgotten(self, after_revision: int, limit: int = 100) -> list[Forgetting]:
        """What was forgotten after a revision, in order."""
        query = select(events.c.body).where(FORGOTTEN, events.c.revision > after_revision)
        with self._store.read() as connection:
            bodies = connection.scalars(query.order_by(events.c.revision).limit(limit)).all()
        return [Forgetting.model_validate_json(body) for body in bodies]

    def scrub(self) -> bool:
        """Clear what was erased from the store's files; False where somebody's long look at the store kept it there."""
        self._drop_released()
        return self._store.scrub()

    def sweep_bodies(self, grace_seconds: float) -> int:
        """Delete bodies that no row names and that are older than the grace; returns how many.

        They are of transactions that failed, or of a process that ended between a forgetting and its scrub.
        """
        bodies, before = self._store.bodies, moment(self._store.now()) - timedelta(seconds=grace_seconds)
        old = bodies.older(before)
        with self._store.read() as connection:
            garbage = unused(connection, old)
        if not garbage:
            return 0
        # Only the writer puts bodies, so none of these is put again between this look and its end.
        with self._store.write() as connection:
            garbage = unused(connection, garbage)
            bodies.drop(garbage)
        return len(garbage)

    def _drop_released(self) -> None:
        bodies = self._store.bodies
        with self._store.write() as connection:
            names, bodies.released = bodies.released, set()
            bodies.drop(unused(connection, names))

    def _forget(
        self, connection: Connection, agent: Identity, subject: str, is_sample: bool, dry_run: bool
    ) -> ForgetReport:
        family = _family(connection, subject, is_sample)
        taught = _taught(connection, family.ids)
        learned = _learned(connection, taught)
        sat = _exams(connection, family, dry_run)
        fresh = _not_yet(connection, family.ids)
        waiting = _waiting(connection, fresh)
        report = ForgetReport(
            subject=subject,
            samples=len(family.ids),
            erased=len(fresh),
            corrections=len(taught),
            discarded=len(waiting),
            checkpoints=learned,
            exams=sat,
        )
        if dry_run or not fresh:
            return report
        now = self._store.now()
        _erase(connection, fresh, now)
        _discard(connection, waiting)
        for start in range(0, len(fresh), MOST_IDS):
            told = Forgetting(
                subject=subject,
                by=agent.name,
                at=moment(now),
                sample_ids=tuple(fresh[start : start + MOST_IDS]),
                checkpoints=learned,
                exams=sat,
            )
            revision = append(connection, EventKind.FORGETTING, subject, now, told)
        return report.model_copy(update={"revision": revision})


def _family(connection: Connection, subject: str, is_sample: bool) -> _Family:
    column = samples.c.id if is_sample else samples.c.producer
    asked = list(connection.scalars(select(samples.c.id).where(column == subject).order_by(samples.c.revision)))
    if not asked:
        kind = "sample" if is_sample else "producer"
        raise RefusedError(
            Code.NOT_FOUND, f"no sample is stored of {kind} {subject!r}", "Check it with `swarm samples`"
        )
    family, seen = _Family(), 0
    _take(connection, family, asked)
    while seen < len(family.ids):
        seen = len(family.ids)
        _take(connection, family, _alike(connection, family))
    return family


def _take(connection: Connection, family: _Family, ids: Iterable[str]) -> None:
    """Add these samples and all below them."""
    level = [name for name in ids if name not in family.ids]
    while level:
        family.ids.update(dict.fromkeys(level))
        below = [
            name for group in chunks(level) for name in connection.scalars(_ids().where(samples.c.parent_id.in_(group)))
        ]
        level = [name for name in below if name not in family.ids]


def _alike(connection: Connection, family: _Family) -> list[str]:
    """Twins of the family's probes, and probes with the same question: each differs from one by a few words at most."""
    probes = [
        name
        for group in chunks(family.ids)
        for name in connection.scalars(_ids().where(samples.c.id.in_(group), samples.c.kind == "probe"))
    ]
    if not probes:
        return []
    asked = {name: (question, twin) for name, question, twin in _questions(connection)}
    family.questions |= {asked[name][0] for name in probes if name in asked} - {""}
    twins = {asked[name][1] for name in probes if name in asked} - {""}
    known = set(probes)
    return [
        name
        for name, (question, twin) in asked.items()
        if name not in known and (question in family.questions or twin in known or name in twins)
    ]


def _questions(connection: Connection) -> Iterable[tuple[str, str, str]]:
    """Id, question and twin of every probe that isn't forgotten."""
    reached = 0
    columns = samples.c.id, samples.c.payload, samples.c.revision, samples.c.body_name
    probes = select(*columns).where(samples.c.kind == "probe", samples.c.forgotten_at.is_(None))
    while page := connection.execute(
        probes.where(samples.c.revision > reached).order_by(samples.c.revision).limit(_PAGE)
    ).all():
        for row in page:
            said = json.loads(row.payload)
            if row.body_name:
                with suppress(RefusedError):  # a body that is lost can be told from its skeleton only
                    said = json.loads(bodies_of(connection).get(row.body_name, row.id))
            yield row.id, said["question"], said["twin_id"]
        reached = page[-1].revision


def _ids() -> Select[str]:
    return select(samples.c.id).order_by(samples.c.revision)


def _taught(connection: Connection, ids: Iterable[str]) -> list[int]:
    """Where the corrections among them stand in the log that trainers read."""
    query = select(samples.c.taught_at).where(TAUGHT)
    return [revision for group in chunks(ids) for revision in connection.scalars(query.where(samples.c.id.in_(group)))]


def _learned(connection: Connection, taught: Sequence[int]) -> tuple[str, ...]:
    """Checkpoints whose trainer had read the log beyond the first of these corrections."""
    if not taught:
        return ()
    query = select(checkpoints.c.id).where(checkpoints.c.cursor >= min(taught)).order_by(checkpoints.c.number)
    return tuple(connection.scalars(query))


def _exams(connection: Connection, family: _Family, dry_run: bool) -> tuple[str, ...]:
    """Exams that put one of the family's questions; unless it is a dry run, their text goes."""
    probe_ids, questions, hit = frozenset(family.ids), frozenset(family.questions), list[str]()
    for exam_id in connection.scalars(select(exams.c.id).order_by(exams.c.revision)).all():
        body = connection.scalar(select(exams.c.exam).where(exams.c.id == exam_id))
        left = blank_exam(ExamRecord.model_validate_json(body or ""), probe_ids, questions)
        if left is None:
            continue
        hit.append(exam_id)
        if not dry_run:
            connection.execute(update(exams).where(exams.c.id == exam_id).values(exam=left.model_dump_json()))
    return tuple(hit)


def _not_yet(connection: Connection, ids: Iterable[str]) -> list[str]:
    query = _ids().where(samples.c.forgotten_at.is_(None))
    return [name for group in chunks(ids) for name in connection.scalars(query.where(samples.c.id.in_(group)))]


def _waiting(connection: Connection, ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """Id, stage and state of what waits or is dead."""
    query = select(queue.c.sample_id, queue.c.stage, queue.c.state).where(queue.c.state.in_(_OPEN))
    return [
        (name, stage, state)
        for group in chunks(ids)
        for name, stage, state in connection.execute(query.where(of_samples(group)))
    ]


def _erase(connection: Connection, ids: Sequence[str], now: int) -> None:
    for group in chunks(ids):
        rows = connection.execute(select(samples).where(samples.c.id.in_(group))).all()
        left = [{"key": row.id, "said": blank(payload_from(row)).model_dump_json(), "now": now} for row in rows]
        bodies_of(connection).released.update(row.body_name for row in rows if row.body_name)
        connection.execute(_BLANK, left)
        if verdicts := [row.revision for row in rows if row.kind == "verdict"]:
            connection.execute(delete(marks).where(marks.c.topic == SPECIES, marks.c.revision.in_(verdicts)))
        connection.execute(update(history).where(history.c.sample_id.in_(group)).values(reason=""))
        connection.execute(update(queue).where(of_samples(group)).values(ordering_key=""))


def _discard(connection: Connection, waiting: Sequence[tuple[str, str, str]]) -> None:
    for group in chunks(name for name, _, _ in waiting):
        chosen = of_samples(group), queue.c.state.in_(_OPEN)
        connection.execute(update(queue).where(*chosen).values(state=State.DISCARDED))
    closed = Counter(stage for _, stage, state in waiting if state in _LIVE)
    for stage, count in closed.items():
        count_stage(connection, stage, closed=count)
