"""Taking samples in: each item is decided alone against what is stored, then all of a batch is written at once."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from swarm.events import EventKind
from swarm.exchange.bodies import bodies_of
from swarm.exchange.bulk import add_rows, insert_rows
from swarm.exchange.credits import Credits
from swarm.exchange.finding import marks_of
from swarm.exchange.flow import TAUGHT_PURPOSES, Code, Identity, State, answers, priority
from swarm.exchange.log import current_revision
from swarm.exchange.rows import Facts, chunks, count_stage, depths, facts_by_id, skeleton
from swarm.exchange.schema import cell_counts, events, marks, queue, samples, tallies
from swarm.exchange.store import micros
from swarm.flow import BUILT_IN
from swarm.records import Attempt, Probe, Purpose, Sample, Tier, Verdict, sample_digest
from swarm.work import Answer, Stage

_EVENT = EventKind.SAMPLE.value


class Draft(NamedTuple):
    """A sample that may be stored, under the revision in its facts if all that comes with it may be."""

    sample: Sample
    facts: Facts
    said: str
    """Its payload as JSON."""
    stage: Stage | None


class Intake:
    """One batch on its way into the store. `load` what it touches, `admit` item by item, `write` once."""

    def __init__(self, connection: Connection, now: int, queue_limit: int, credits: Credits) -> None:
        self._connection = connection
        self._bodies = bodies_of(connection)
        self._now = now
        self._queue_limit = queue_limit
        self._credits = credits
        self._left: dict[str, int] = {}
        self._offered = 0
        self._next = current_revision(connection) + 1
        self._depths = depths(connection)
        self._known: dict[str, Facts] = {}
        self._judged: dict[str, list[tuple[int, bool]]] = {}
        self._events: list[dict[str, object]] = []
        self._samples: list[dict[str, object]] = []
        self._marks: list[dict[str, object]] = []
        self._waiting: list[dict[str, object]] = []
        self._accepted: Counter[Stage] = Counter()
        self._tallies: Counter[tuple[str, str]] = Counter()
        self._cells: Counter[tuple[str, str, int, bool]] = Counter()

    def load(self, offered: Iterable[Sample]) -> None:
        """Read what the store knows of these samples, their parents, and earlier verdicts on the same attempts."""
        batch = list(offered)
        self._offered += len(batch)
        ids = [sample.id for sample in batch] + [sample.parent_id for sample in batch if sample.parent_id]
        self._known |= facts_by_id(self._connection, ids)
        judged = samples.c.parent_id, samples.c.rubric_version, samples.c.passed
        for group in chunks(sample.parent_id for sample in batch if sample.kind == "verdict"):
            query = select(*judged).where(samples.c.parent_id.in_(group), samples.c.kind == "verdict")
            query = query.where(~samples.c.withheld)
            for attempt_id, version, passed in self._connection.execute(query):
                self._judged.setdefault(attempt_id, []).append((version, passed))

    def admit(self, producer: Identity, offered: Sequence[Sample], waits: bool = True) -> Answer:
        """Take all of these samples (at least one) or none; the answer is the last one's, or the first refusal.

        Without `waits` they are kept, and nobody is to act on them.
        """
        drafts: dict[str, Draft] = {}
        for sample in offered:
            outcome = self._examine(producer, sample, drafts)
            if isinstance(outcome, Answer):
                return outcome
            if outcome is not None:
                drafts[sample.id] = outcome if waits else outcome._replace(stage=None)
        wanted = [draft.stage for draft in drafts.values() if draft.stage is not None]
        for stage in set(wanted):
            if self._depths[stage] + wanted.count(stage) > self._queue_limit:
                full = f"queue {stage} holds {self._depths[stage]} of {self._queue_limit}: send it again later"
                return Answer(id=offered[-1].id, code=Code.QUEUE_FULL, message=full)
        if wanted and self._spare(producer.name) < len(wanted):
            most = self._credits.samples
            said = f"{producer.name} has {most} samples waiting, as many as one agent may: send it again later"
            return Answer(id=offered[-1].id, code=Code.CREDITS_SPENT, message=said)
        for draft in drafts.values():
            self._keep(producer, draft)
        last = offered[-1].id
        return Answer(id=last, revision=self._known[last].revision)

    def write(self) -> int:
        """Store everything that was admitted; returns how many of it is new."""
        if not self._samples:
            return 0
        insert_rows(self._connection, events, self._events)
        insert_rows(self._connection, samples, [self._housed(row) for row in self._samples])
        insert_rows(self._connection, marks, self._marks)
        insert_rows(self._connection, queue, self._waiting)
        for stage, count in self._accepted.items():
            count_stage(self._connection, stage, accepted=count)
        counted = [{"topic": topic, "key": key, "total": count} for (topic, key), count in self._tallies.items()]
        add_rows(self._connection, tallies, counted)
        add_rows(self._connection, cell_counts, [_cell_row(*cell, count) for cell, count in self._cells.items()])
        return len(self._samples)

    def _housed(self, row: dict[str, object]) -> dict[str, object]:
        """The row, with a body that is too large for it put beside the store: synced before the row is there."""
        said = str(row["payload"])
        bodies = self._bodies
        if len(said) <= bodies.most_bytes and len(said.encode()) <= bodies.most_bytes:
            return row
        return row | {"payload": skeleton(said), "body_name": bodies.put(said)}

    def _spare(self, producer: str) -> int:
        """Samples that a producer may still have waiting; no more than this batch is certain to be right."""
        if producer not in self._left:
            live = sum(self._depths.values())
            self._left[producer] = self._credits.samples_left(self._connection, producer, self._offered, live)
        return self._left[producer]

    def _examine(self, producer: Identity, sample: Sample, drafts: dict[str, Draft]) -> Draft | Answer | None:
        """A draft, or the refusal, or None where the store (or this batch) holds the very same sample."""
        parent: Facts | None = None
        if sample.kind == "probe":
            if sample.parent_id:
                return _refusal(
                    sample, Code.WRONG_PARENT, f"a probe has no parent, not {sample.parent_id!r}: leave it empty"
                )
        else:
            parent = self._known.get(sample.parent_id)
            if parent is None:
                return _refusal(
                    sample, Code.UNKNOWN_PARENT, f"parent {sample.parent_id!r} isn't stored: publish it first"
                )
            if not answers(sample.kind, parent.kind):
                return _refusal(
                    sample,
                    Code.WRONG_PARENT,
                    f"{sample.kind} under {parent.kind} {parent.id!r}: name the sample it answers",
                )
        draft = _draft(producer, sample, parent, self._next + len(drafts))
        earlier = drafts[sample.id].facts if sample.id in drafts else self._known.get(sample.id)
        if earlier is not None and earlier.digest == draft.facts.digest:
            return None
        if parent is not None and parent.forgotten_at is not None:
            return _refusal(sample, Code.FORGOTTEN, f"parent {parent.id!r} was forgotten: drop this {sample.kind}")
        if earlier is None:
            return draft
        return _refusal(
            sample,
            Code.DIGEST_CONFLICT,
            f"{sample.id} is stored with digest {earlier.digest[:12]}, not {draft.facts.digest[:12]}: use a new id",
        )

    def _keep(self, producer: Identity, draft: Draft) -> None:
        sample, facts = draft.sample, draft.facts
        revision = facts.revision
        self._next = revision + 1
        self._known[sample.id] = facts
        stage, counted, verdict = draft.stage, False, sample.payload
        if isinstance(verdict, Verdict) and not facts.withheld:
            judged = self._judged.setdefault(sample.parent_id, [])
            counted = all(version != verdict.rubric_version for version, _ in judged)
            if any(not passed for _, passed in judged):
                stage = None
            judged.append((verdict.rubric_version, verdict.passed))
        if counted and isinstance(verdict, Verdict):
            self._cells[facts.cell_key, facts.checkpoint_id, verdict.rubric_version, verdict.passed] += 1
        self._tallies["kind", sample.kind] += 1
        if isinstance(sample.payload, Probe) and not facts.withheld:
            self._tallies["origin", sample.payload.origin] += 1
        self._events.append({"revision": revision, "kind": _EVENT, "ref": sample.id, "at": self._now, "body": None})
        self._samples.append(_sample_row(producer, draft, counted))
        self._marks += marks_of(sample.payload, revision)
        if stage is not None:
            self._depths[stage] += 1
            self._accepted[stage] += 1
            self._left[producer.name] -= 1
            purpose, key = Purpose(facts.purpose), sample.ordering_key
            self._waiting.append(queue_row(sample.id, stage, purpose, revision, self._now, key, producer.name))


def queue_row(
    sample_id: str, stage: Stage, purpose: Purpose, revision: int, now: int, ordering_key: str, producer: str = ""
) -> dict[str, object]:
    """A row for a sample that begins to wait, in the order of its revision; without a producer it is nobody's."""
    return {
        "sample_id": sample_id,
        "stage": stage,
        "state": State.READY,
        "priority": priority(purpose),
        "revision": revision,
        "enqueued_at": now,
        "attempt": 0,
        "generation": 0,
        "lease_agent": "",
        "lease_until": 0,
        "leased_at": 0,
        "ready_at": now,
        "answered": "",
        "answer": "",
        "ordering_key": ordering_key,
        "producer": producer,
    }


def _draft(producer: Identity, sample: Sample, parent: Facts | None, revision: int) -> Draft:
    root_id = parent.root_id if parent else sample.id
    said = sample.payload.model_dump_json()
    withheld = producer.tier is Tier.QUARANTINED or (parent is not None and parent.withheld)
    payload = sample.payload
    if isinstance(payload, Probe):
        cell_key, purpose, checkpoint_id, origin = payload.cell.key, payload.purpose, "", str(payload.origin)
    else:
        assert parent is not None
        cell_key, purpose, checkpoint_id = parent.cell_key, Purpose(parent.purpose), parent.checkpoint_id
        origin = parent.origin
    if isinstance(payload, Attempt):
        checkpoint_id = payload.checkpoint_id
    facts = Facts(
        id=sample.id,
        kind=sample.kind,
        parent_id=sample.parent_id,
        root_id=root_id,
        revision=revision,
        digest=sample_digest(sample.id, sample.parent_id, root_id, sample.ordering_key, said),
        cell_key=cell_key,
        purpose=purpose,
        checkpoint_id=checkpoint_id,
        withheld=withheld,
        origin=origin,
    )
    waits = None if withheld else BUILT_IN.route(payload, purpose).waits
    return Draft(sample, facts, said, None if waits is None else Stage(waits))


def _sample_row(producer: Identity, draft: Draft, counted: bool) -> dict[str, object]:
    sample, facts = draft.sample, draft.facts
    verdict = sample.payload if isinstance(sample.payload, Verdict) else None
    taught = sample.kind == "correction" and facts.purpose in TAUGHT_PURPOSES and not facts.withheld
    return {
        "revision": facts.revision,
        "id": facts.id,
        "kind": facts.kind,
        "parent_id": facts.parent_id,
        "root_id": facts.root_id,
        "producer": producer.name,
        "created_at": micros(sample.created_at),
        "digest": facts.digest,
        "payload": draft.said,
        "cell_key": facts.cell_key,
        "purpose": facts.purpose,
        "checkpoint_id": facts.checkpoint_id,
        "passed": verdict.passed if verdict else None,
        "rubric_version": verdict.rubric_version if verdict else None,
        "counted": counted,
        "forgotten_at": None,
        "ordering_key": sample.ordering_key,
        "tier": producer.tier,
        "withheld": facts.withheld,
        "taught_at": facts.revision if taught else None,
        "body_name": None,
        "origin": facts.origin,
        "redactions": json.dumps(sample.redactions) if sample.redactions else "",
    }


def _cell_row(cell_key: str, checkpoint_id: str, version: int, passed: bool, count: int) -> dict[str, object]:
    cell = {"cell_key": cell_key, "checkpoint_id": checkpoint_id, "rubric_version": version}
    return {**cell, "passed": count * passed, "failed": count * (not passed)}


def _refusal(sample: Sample, code: Code, message: str) -> Answer:
    return Answer(id=sample.id, code=code, message=message)
