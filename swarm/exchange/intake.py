"""Taking samples in: each item is decided alone against what is stored, then all of a batch is written at once."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, select

from swarm.events import EventKind
from swarm.exchange.bodies import bodies_of
from swarm.exchange.bulk import add_rows, insert_rows
from swarm.exchange.credits import Limits
from swarm.exchange.drafts import NOWHERE, Draft, cell_row, drafted, queue_row, sample_row
from swarm.exchange.finding import marks_of
from swarm.exchange.flow import Code, Identity, answers
from swarm.exchange.flows import onward
from swarm.exchange.log import current_revision
from swarm.exchange.rows import Facts, chunks, count_stage, depths, facts_by_id, of_samples, skeleton
from swarm.exchange.schema import cell_counts, events, marks, queue, samples, tallies
from swarm.exchange.yields import Yields
from swarm.flow import Flow
from swarm.records import Decision, Probe, Purpose, Sample, Verdict
from swarm.work import Answer

DROPPED, UNOFFERED = "dropped", "unoffered"
"""Tallies by queue: what a gate did not let pass, and what a tap was not offered."""
_EVENT = EventKind.SAMPLE.value


class Intake:
    """One batch on its way into the store. `load` what it touches, `admit` item by item, `write` once."""

    def __init__(self, connection: Connection, now: int, flow: Flow, limits: Limits) -> None:
        self._connection = connection
        self._bodies = bodies_of(connection)
        self._now = now
        self._flow = flow
        self._limits = limits
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
        self._accepted: Counter[str] = Counter()
        self._passed: list[tuple[str, str]] = []
        self._tallies: Counter[tuple[str, str]] = Counter()
        self._yields = Yields(connection)
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
                drafts[sample.id] = outcome if waits else outcome._replace(route=NOWHERE)
        wanted = [draft.route.waits for draft in drafts.values() if draft.route.waits is not None]
        for stage in set(wanted):
            if full := self.full(stage, wanted.count(stage)):
                return Answer(id=offered[-1].id, code=Code.QUEUE_FULL, message=full)
        if wanted and self._spare(producer.name) < len(wanted):
            most = self._limits.credits.samples
            said = f"{producer.name} has {most} samples waiting, as many as one agent may: send it again later"
            return Answer(id=offered[-1].id, code=Code.CREDITS_SPENT, message=said)
        for draft in drafts.values():
            self._keep(producer, draft)
        last = offered[-1].id
        return Answer(id=last, revision=self._known[last].revision)

    def full(self, queue_name: str, more: int = 1) -> str:
        """Why so many more samples can't wait in a queue; "" where they can."""
        held, most = self._depths[queue_name], self._flow.limit_of(queue_name) or self._limits.queue
        return f"queue {queue_name} holds {held} of {most}: send it again later" if held + more > most else ""

    def decide(self, sample_id: str, gate: str, decision: Decision) -> None:
        """Let a sample go on that waited at a gate, or end there."""
        if decision is Decision.DROP:
            self._tallies[DROPPED, gate] += 1
            return
        onward = self._flow.after(gate)
        self._depths[onward] += 1
        self._accepted[onward] += 1
        self._passed.append((sample_id, gate))

    def write(self) -> int:
        """Store everything that was admitted; returns how many of it is new."""
        if not (self._samples or self._passed or self._tallies):
            return 0
        self._waiting += [onward(row, self._flow.after(row["stage"]), self._now) for row in self._passing()]
        insert_rows(self._connection, events, self._events)
        insert_rows(self._connection, samples, [self._housed(row) for row in self._samples])
        insert_rows(self._connection, marks, self._marks)
        insert_rows(self._connection, queue, self._waiting)
        for stage, count in self._accepted.items():
            count_stage(self._connection, stage, accepted=count)
        counted = [{"topic": topic, "key": key, "total": count} for (topic, key), count in self._tallies.items()]
        add_rows(self._connection, tallies, counted)
        add_rows(self._connection, cell_counts, [cell_row(*cell, count) for cell, count in self._cells.items()])
        return len(self._samples)

    def _passing(self) -> list[RowMapping]:
        """The rows by which samples waited at the gates that let them pass."""
        places = set(self._passed)
        rows = [
            row
            for group in chunks(sample_id for sample_id, _ in self._passed)
            for row in self._connection.execute(select(queue).where(of_samples(group))).mappings()
        ]
        return [row for row in rows if (row["sample_id"], row["stage"]) in places]

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
            self._left[producer] = self._limits.credits.samples_left(self._connection, producer, self._offered, live)
        return self._left[producer]

    def _learned_though_held_out(self, sample: Sample) -> Answer | None:
        """The refusal of a probe that is for learning, of a family that is kept from it; else None."""
        probe = sample.payload
        if not isinstance(probe, Probe) or probe.purpose is not Purpose.LEARN or probe.origin != self._limits.held_out:
            return None
        said = f"{probe.origin} is held out for certification, so a probe of it can't be for {probe.purpose}"
        return _refusal(sample, Code.HELD_OUT, said)

    def _examine(self, producer: Identity, sample: Sample, drafts: dict[str, Draft]) -> Draft | Answer | None:
        """A draft, or the refusal, or None where the store (or this batch) holds the very same sample."""
        parent: Facts | None = None
        if refused := self._learned_though_held_out(sample):
            return refused
        if sample.kind == "probe" and not self._makes_probes(producer):
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
            if isinstance(sample.payload, Probe) and sample.payload.purpose is not Purpose.LEARN:
                said = f"a probe made from {parent.id} is for {sample.payload.purpose}: make it for {Purpose.LEARN}"
                return _refusal(sample, Code.REFUSED_OUTPUT, said)
            if sample.kind != "probe" and not answers(sample.kind, parent.kind):
                return _refusal(
                    sample,
                    Code.WRONG_PARENT,
                    f"{sample.kind} under {parent.kind} {parent.id!r}: name the sample it answers",
                )
        draft = drafted(self._flow, producer, sample, parent, self._next + len(drafts))
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

    def _makes_probes(self, producer: Identity) -> bool:
        return self._flow.completes_with(producer.role_name) == "probe"

    def _generation(self, root_id: str) -> int:
        """How many times over a root probe was made from what became of another one."""
        count = 0
        while (parent_id := self._facts(root_id).parent_id) != "":
            root_id, count = self._facts(parent_id).root_id, count + 1
        return count

    def _facts(self, sample_id: str) -> Facts:
        if sample_id not in self._known:
            self._known |= facts_by_id(self._connection, [sample_id])
        return self._known[sample_id]

    def _offer(self, draft: Draft) -> None:
        """Let a copy wait with each tap that has room and generations left; nobody waits for that."""
        facts, key = draft.facts, draft.sample.ordering_key
        for tap in draft.route.offered:
            most = self._flow.generations_of(tap)
            if self.full(tap) or (most and self._generation(facts.root_id) >= most):
                self._tallies[UNOFFERED, tap] += 1
                continue
            self._depths[tap] += 1
            self._accepted[tap] += 1
            self._waiting.append(queue_row(facts.id, tap, Purpose(facts.purpose), facts.revision, self._now, key))

    def _keep(self, producer: Identity, draft: Draft) -> None:
        sample, facts = draft.sample, draft.facts
        revision = facts.revision
        self._next = revision + 1
        self._known[sample.id] = facts
        stage, counted, verdict = draft.route.waits, False, sample.payload
        if isinstance(verdict, Verdict) and not facts.withheld:
            judged = self._judged.setdefault(sample.parent_id, [])
            counted = all(version != verdict.rubric_version for version, _ in judged)
            if any(not passed for _, passed in judged):
                stage = None
            judged.append((verdict.rubric_version, verdict.passed))
        if counted and isinstance(verdict, Verdict):
            self._cells[facts.cell_key, facts.checkpoint_id, verdict.rubric_version, verdict.passed] += 1
            if len(judged) == 1:
                self._tallies.update(self._yields.of(verdict, facts.origin))
        self._tallies["kind", sample.kind] += 1
        if isinstance(sample.payload, Probe) and not facts.withheld:
            self._tallies["origin", sample.payload.origin] += 1
        self._events.append({"revision": revision, "kind": _EVENT, "ref": sample.id, "at": self._now, "body": None})
        self._samples.append(sample_row(producer, draft, counted))
        self._marks += marks_of(sample.payload, revision)
        if stage is not None:
            self._depths[stage] += 1
            self._accepted[stage] += 1
            self._left[producer.name] -= 1
            purpose, key = Purpose(facts.purpose), sample.ordering_key
            self._waiting.append(queue_row(sample.id, stage, purpose, revision, self._now, key, producer.name))
        self._offer(draft)


def _refusal(sample: Sample, code: Code, message: str) -> Answer:
    return Answer(id=sample.id, code=code, message=message)
