"""A short history by hand, sound as it is told, in which a test changes one thing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from chaos.checker import check
from chaos.final import FinalStore
from chaos.history import (
    OK,
    STOLEN,
    Call,
    Counted,
    History,
    Item,
    Listed,
    Opened,
    Said,
    Seen,
    event_digest,
    list_digest,
    sent,
)
from swarm.events import Event, EventKind
from swarm.records import (
    Attempt,
    Cell,
    Correction,
    Origin,
    Payload,
    Probe,
    Purpose,
    Sample,
    TeacherKind,
    Verdict,
    Weather,
)
from swarm.state import CellCount, PhaseName, PhaseRecord, SwarmState
from swarm.work import QueueCount, Stage

AT = datetime(2026, 1, 1, tzinfo=UTC)
CELL = Cell(subdomain="relative", weather=Weather.RAIN, form="date")
IDS = MappingProxyType({"probe": "1" * 32, "attempt": "2" * 32, "verdict": "3" * 32, "correction": "4" * 32})
PAYLOADS: dict[str, Payload] = {
    "probe": Probe(cell=CELL, purpose=Purpose.LEARN, origin=Origin.GRAMMAR, question="q"),
    "attempt": Attempt(text="a", checkpoint_id="base"),
    "verdict": Verdict(passed=False, rubric_version=1, decided_by="verifier"),
    "correction": Correction(rationale="r", answer="a", teacher=TeacherKind.WORKED, verified=True),
}
AGENTS = {"probe": "prober-0", "attempt": "student-1", "verdict": "judge-0", "correction": "teacher-0"}


def made(kind: str, parent: str = "", **changes: object) -> Sample:
    """The story's sample of a kind, as it is stored."""
    order = list(IDS)
    sample = Sample(
        id=IDS[kind],
        parent_id=IDS[parent] if parent else "",
        root_id=IDS["probe"],
        producer=AGENTS[kind],
        created_at=AT,
        revision=order.index(kind) + 1,
        payload=PAYLOADS[kind],
    )
    return sample.model_copy(update=changes)


def _samples() -> list[Sample]:
    kinds = list(IDS)
    return [made(kind, parent) for kind, parent in zip(kinds, ["", *kinds], strict=False)]


def _state() -> SwarmState:
    queues = (
        QueueCount(stage=Stage.PROBES, accepted=1, done=1),
        QueueCount(stage=Stage.ATTEMPTS, accepted=1, done=1),
        QueueCount(stage=Stage.FAILURES, accepted=1, done=1),
    )
    return SwarmState(
        name="chaos",
        domain="calendar",
        revision=4,
        started_at=AT,
        phase=PhaseRecord(name=PhaseName.LEARN, since=AT),
        champion_id="base",
        rubric_version=1,
        queues=queues,
        cells=(CellCount(cell=CELL, checkpoint_id="base", rubric_version=1, failed=1),),
    )


@dataclass
class Story:
    """A probe is delivered twice: first to a student that comes too late, then to one that answers."""

    samples: list[Sample] = field(default_factory=_samples)
    state: SwarmState = field(default_factory=_state)
    calls: list[Call] = field(default_factory=list)
    states: list[Counted] = field(default_factory=list)
    watches: dict[str, list[Opened | Seen]] = field(default_factory=dict)
    lists: list[Listed] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        probe, attempt, verdict, correction = self.samples
        other = probe.model_copy(update={"payload": PAYLOADS["probe"].model_copy(update={"question": "other"})})
        self.published = self.call(5, "prober-0", "publish", Item(samples=(sent(probe),)), answer(probe))
        self.call(10, "prober-0", "publish", Item(samples=(sent(probe),)), answer(probe))
        conflict = Said(id=probe.id, code="DIGEST_CONFLICT")
        self.call(15, "prober-0", "publish", Item(samples=(sent(other),)), conflict)
        self.call(20, "student-0", "lease", None, Said(id=probe.id, token="first"))
        self.call(30, "student-1", "lease", None, Said(id=probe.id, token="second"))
        late = attempt.model_copy(update={"id": "5" * 32})
        self.late = self.call(40, "student-0", "complete", done("first", late), Said(id=probe.id, code="LEASE_LOST"))
        stolen = done("second", late.model_copy(update={"id": "6" * 32}), STOLEN)
        self.stolen = self.call(45, "student-thief-0", "complete", stolen, Said(id="", code="TOKEN_REFUSED"))
        told = Said(id=probe.id, revision=attempt.revision)
        self.first = self.call(50, "student-1", "complete", done("second", attempt), told)
        self.again = self.call(60, "student-1", "complete", done("second", attempt), told)
        self.call(70, "judge-0", "lease", None, Said(id=attempt.id, token="third"))
        self.call(80, "judge-0", "complete", done("third", verdict), Said(id=attempt.id, revision=3))
        self.call(90, "teacher-0", "lease", None, Said(id=verdict.id, token="fourth"))
        self.call(95, "teacher-0", "complete", done("fourth", correction), Said(id=verdict.id, revision=4))
        self.events = [
            Event(revision=sample.revision, kind=EventKind.SAMPLE, at=AT, sample=sample) for sample in self.samples
        ]
        self.states = [Counted(begin=65, revision=2, unaccounted=(0, 0, 0)), self.counted(99)]
        seen = [Seen(revision=event.revision, kind="sample", digest=event_digest(event)) for event in self.events]
        bookmark = Seen(revision=4, kind="bookmark", digest="")
        self.watches = {
            "watcher-0.0": [Opened(after=0), *seen[:2]],
            "watcher-0.1": [Opened(after=1), seen[1], Opened(after=2), *seen[2:], bookmark],
        }
        self.lists = [Listed(after=0, upto=1, count=1, digest=list_digest([probe.id]))]

    def call(self, at: int, agent: str, op: str, item: Item | None, said: Said) -> Call:
        """A call of one item that took three nanoseconds."""
        self.calls.append(Call(agent, op, at, (item,) if item else (), at + 3, OK, "", (said,)))
        return self.calls[-1]

    def counted(self, begin: int, revision: int = 4, unaccounted: int = 0, *alarms: str) -> Counted:
        """A state."""
        return Counted(begin=begin, revision=revision, unaccounted=(unaccounted, 0, 0), alarms=alarms)

    def replace(self, old: Call, new: Call) -> None:
        """Tell it otherwise."""
        self.calls[self.calls.index(old)] = new

    def broken(self) -> dict[str, tuple[str, ...]]:
        """The checks that don't pass, with what they say."""
        lineages = {IDS["probe"]: [sample.id for sample in self.samples]}
        history = History(self.calls, self.watches, self.lists, self.states)
        final = FinalStore(self.samples, self.events, self.state, lineages)
        return {one.name: one.violations for one in check(history, final) if not one.passed}


def done(token: str, output: Sample, note: str = "") -> Item:
    """A completion."""
    return Item(token=token, samples=(sent(output),), note=note)


def answer(sample: Sample) -> Said:
    """That it was stored."""
    return Said(id=sample.id, revision=sample.revision)
