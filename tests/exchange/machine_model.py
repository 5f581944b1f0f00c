"""What the machine of test_exchange_machine.py knows of the exchange, in plain Python, and the questions it answers.

It knows of each sample where it stands, who holds it until when, how many deliveries it burned, and what was answered.
"""

from dataclasses import dataclass

from exchange_rig import (
    JUDGE,
    STUDENT,
    TEACHER,
)

from swarm.exchange import Credits, Identity
from swarm.flow import RoleLimits, RoleSpec
from swarm.forgetting import blank
from swarm.records import Decision, Payload, Purpose, Sample
from swarm.roles import Role
from swarm.work import Answer, Lease

CRITIC = Identity("critic-1", Role.DECLARED, declared_role="critic")
CURATOR = Identity("curator-1", Role.DECLARED, declared_role="curator")
ROOM = 3
DECLARED = (
    RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation"),
    RoleSpec(name="curator", consumes="verdicts", completes_with="annotation", limits=RoleLimits(queue=ROOM)),
)
"""A gate on the way and a tap beside it, which has little room."""
QUEUES = {"student": "probes", "judge": "attempts", "teacher": "failures", "critic": "critic", "curator": "curator"}
WORKERS = [STUDENT, JUDGE, TEACHER, CRITIC, CURATOR, Identity("student-2", Role.STUDENT)]
WORKERS += [Identity("judge-2", Role.JUDGE)]
KEYS = ["", "", "a", "b"]
CREDITS = Credits(leases=4, samples=14)
LIVE = ("ready", "leased", "delayed")
FIRST_REVISIONS = 3
"""The first phase, the base checkpoint and the declared roles."""


@dataclass
class Row:
    """What the model knows of one sample in one queue. Times are seconds of the rig's clock since the start."""

    sample: Sample
    queue: str
    producer: str
    state: str = "ready"
    holder: str = ""
    burned: int = 0
    before: int = 0
    """Deliveries that it had burned when an operator let it wait again."""
    acts: int = 0
    """How often an operator did."""
    generation: int = 0
    until: float = 0.0
    wait: tuple[float, float] = (0.0, 0.0)
    """Earliest and latest second at which a delayed one is ready."""
    answered: str = ""
    answer: Answer | None = None


@dataclass
class Held:
    """A lease that was given: of this row in this generation, to this agent."""

    agent: Identity
    lease: Lease
    row: Row
    generation: int
    output: Sample


class Model:
    """Each method says, or does, what the exchange would; none of them asks it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.stored: list[Sample] = []
        self.log: list[Sample | None] = []
        self.gone: set[str] = set()
        self.rows: dict[tuple[str, str], Row] = {}
        self.dropped = self.unoffered = 0
        self.held: list[Held] = []
        self.ids = 0

    def fresh(self) -> str:
        """An id that no other sample has; drawn ids would make the examples differ from run to run."""
        self.ids += 1
        return f"{self.ids:032x}"

    def store(self, sample: Sample, queue: str, producer: str) -> int:
        """What an accepted sample does to the model; returns its revision."""
        self.stored.append(sample)
        self.log.append(sample)
        if queue:
            self.wait_in(queue, sample, producer)
        if sample.kind == "verdict" and self.learns(sample):
            if sum(row.queue == "curator" and row.state in LIVE for row in self.rows.values()) < ROOM:
                self.wait_in("curator", sample)
            else:
                self.unoffered += 1
        return FIRST_REVISIONS + len(self.log)

    def wait_in(self, queue: str, sample: Sample, producer: str = "") -> None:
        self.rows[sample.id, queue] = Row(sample, queue, producer)

    def chosen(self, number: int) -> Held:
        """A lease: those that stand come first, then the newest of the others."""
        newest = self.held[::-1]
        ordered = [held for held in newest if self.stands(held)] + [held for held in newest if not self.stands(held)]
        return ordered[number % len(ordered)]

    def live(self) -> set[str]:
        """The queues in which something waits."""
        return {row.queue for row in self.rows.values() if row.state in ("ready", "delayed")}

    def stands(self, held: Held) -> bool:
        """Whether a lease still holds its sample."""
        row = held.row
        return row.state == "leased" and row.generation == held.generation and self.seconds <= row.until

    def refusal(self, held: Held, call: str) -> Answer | None:
        """What a call on a lease that doesn't stand is answered: as before, or that it is lost."""
        row = held.row
        if row.generation == held.generation and row.answered == call:
            return row.answer
        return None

    def alive(self, producer: Identity) -> int:
        """How many samples of an agent wait or are worked on."""
        return sum(row.state in LIVE and row.producer == producer.name for row in self.rows.values())

    def left(self, agent: Identity) -> int:
        """How many leases an agent may still take; one that ran out counts until it is taken back."""
        return CREDITS.leases - sum(row.state == "leased" and row.holder == agent.name for row in self.rows.values())

    def held_up(self, row: Row) -> bool:
        """Whether another sample of the same ordering key comes first in its queue, or is leased."""
        order = {sample.id: place for place, sample in enumerate(self.stored)}
        return any(
            other.sample.ordering_key == row.sample.ordering_key != ""
            and other.queue == row.queue
            and other is not row
            and (other.state == "leased" or (other.state in LIVE and order[other.sample.id] < order[row.sample.id]))
            for other in self.rows.values()
        )

    def delayed_until(self, row: Row, end: int) -> float:
        return row.wait[end] if row.state == "delayed" else float("inf")

    def priority(self, row: Row) -> int:
        """Measurements come before learning."""
        return 2 if self.learns(row.sample) else 1

    def learns(self, sample: Sample) -> bool:
        probes = {sample.id: sample for sample in self.stored}
        root = probes[sample.root_id or sample.id].payload
        assert root.kind == "probe"
        return root.purpose is Purpose.LEARN

    def next_queue(self, output: Sample) -> str:
        if output.kind == "attempt":
            return "attempts"
        payload = output.payload
        return "critic" if payload.kind == "verdict" and not payload.passed and self.learns(output) else ""

    def decide(self, held: Held) -> None:
        """What the gate says of a sample; it keeps its place in the order and stays its producer's."""
        note = held.output.payload
        assert note.kind == "annotation"
        if note.decision is Decision.PASS:
            self.wait_in("failures", held.row.sample, held.row.producer)
        else:
            self.dropped += 1

    def said(self, sample: Sample) -> Payload:
        """What a stored sample says by now."""
        return blank(sample.payload) if sample.id in self.gone else sample.payload
