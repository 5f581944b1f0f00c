"""The work that the exchange hands out: its queues, leases, outcomes and answers, and the books of each queue."""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import Field

from swarm.fields import Line, Note, as_note
from swarm.records import Payload, Record, Sample, answer_to

P = TypeVar("P", bound=Record)


class Stage(StrEnum):
    """The queues of the exchange, each named by what waits in it."""

    PROBES = "probes"
    ATTEMPTS = "attempts"
    FAILURES = "failures"
    DECLARED = "declared"
    """That of a role which a config declares; `queue` then says whose."""


STAGES = (Stage.PROBES, Stage.ATTEMPTS, Stage.FAILURES)
"""The stages of the way that every swarm has."""


def stage_of(queue: str) -> Stage:
    """What kind of queue one of that name is."""
    return Stage(queue) if queue in STAGES else Stage.DECLARED


class FailKind(StrEnum):
    """Why an agent hands work back: try again later, not my fault (burns no attempt), or never again."""

    RETRY = "retry"
    RELEASE = "release"
    REJECT = "reject"


class Outcome(StrEnum):
    """How one delivery ended. RIGHT and WRONG are those whose truth the gateway knew, by a gold check."""

    RIGHT = "right"
    WRONG = "wrong"
    UNCHECKED = "unchecked"
    FAILED = "failed"
    LOST = "lost"


class Lease(Record):
    """Work handed to one agent. `chain` holds the sample and its ancestors, nearest first, redacted by role.

    `token` is opaque and must come back with complete, fail or extend. `ttl_seconds` counts from the answer.
    """

    token: str
    stage: Stage
    sample: Sample
    chain: tuple[Sample, ...]
    attempt: int
    ttl_seconds: float
    queue: Line = ""
    """The queue's name."""

    def nearest(self, kind: type[P]) -> P:
        """The nearest payload of that kind in the chain. Raises LookupError where there is none."""
        for sample in self.chain:
            if isinstance(sample.payload, kind):
                return sample.payload
        kinds = ", ".join(sample.kind for sample in self.chain)
        raise LookupError(f"the chain of {self.sample.id} has no {kind.__name__.lower()}, only {kinds}")

    def completed(self, *payloads: Payload) -> "Completion":
        """The outcome that answers the leased sample with these, the role's own kind first."""
        by = self.queue if self.stage is Stage.DECLARED else ""
        outputs = (answer_to(self.sample, payload, number, by) for number, payload in enumerate(payloads))
        return Completion(token=self.token, outputs=tuple(outputs))

    def failed(self, kind: FailKind, reason: str) -> "Failure":
        """The outcome that hands it back, and why."""
        return Failure(token=self.token, kind=kind, reason=as_note(reason))


class Completion(Record):
    """The outcome of one lease: the samples that it produced."""

    token: Line
    outputs: tuple[Sample, ...] = Field((), max_length=64)


class Failure(Record):
    """One lease handed back."""

    token: Line
    kind: FailKind
    reason: Note


class Answer(Record):
    """The gateway's answer for one item of a batch; `code` is "OK" or a reason such as LEASE_LOST."""

    id: str
    code: str = "OK"
    message: str = ""
    revision: int = 0

    @property
    def ok(self) -> bool:
        """Whether this item was taken (now or by an earlier call)."""
        return self.code == "OK"


class Burned(Record):
    """One line of a dead letter's history: a delivery that came to nothing, or an operator's act, by `kind`."""

    at: datetime
    agent: str
    attempt: int
    kind: str
    reason: str


class DeadLetter(Record):
    """A sample that nobody could work on, with its whole history, oldest line first.

    `attempt` counts the deliveries that it has burned since it last began to wait.
    """

    sample: Sample
    stage: Stage
    attempt: int
    history: tuple[Burned, ...]
    queue: Line = ""
    """The queue's name."""

    @property
    def died_in(self) -> str:
        """The queue's name; an older gateway names the stage only."""
        return self.queue or self.stage


class QueueCount(Record):
    """The books of one queue: accepted = ready + leased + delayed + done + dead + expired + discarded."""

    stage: Stage
    accepted: int = 0
    ready: int = 0
    leased: int = 0
    delayed: int = 0
    done: int = 0
    dead: int = 0
    expired: int = 0
    discarded: int = 0
    oldest_age_seconds: float = 0.0
    queue: Line = ""
    dropped: int = 0
    """Of those done: what the role, a gate, did not let pass."""
    unoffered: int = 0
    """What a tap was not offered, because its queue was full or its generations were used up; never in this queue."""

    @property
    def name(self) -> str:
        """The queue's name; an older gateway names the stage only."""
        return self.queue or self.stage

    @property
    def unaccounted(self) -> int:
        """What the equation misses; anything but 0 is a defect."""
        held = self.ready + self.leased + self.delayed + self.done + self.dead + self.expired + self.discarded
        return self.accepted - held
