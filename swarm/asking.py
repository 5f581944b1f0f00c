"""What may be asked of a swarm, and what comes back: samples, events, families, and what made a checkpoint."""

from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from swarm.events import EventKind
from swarm.fields import AgentName, Count, Id, Line
from swarm.records import Cell, Origin, Purpose, Record, Sample, Tier
from swarm.roles import Role
from swarm.students import Checkpoint, Learning, Lessons, PromotionDecision

SampleKind = Literal["probe", "attempt", "verdict", "correction", "annotation"]
KINDS: tuple[SampleKind, ...] = get_args(SampleKind)


class Query(Record):
    """Which samples, and how many of them; a filter that is None lets all pass.

    Cell, purpose and origin are those of the root probe. Only failed verdicts have a `criterion` (that isn't met) and a
    `species`. `since` and `until` go by when the gateway stored a sample, `until` itself excluded.
    """

    kind: SampleKind | None = None
    cell: Cell | None = None
    purpose: Purpose | None = None
    origin: Origin | None = None
    producer: AgentName | None = None
    tier: Tier | None = None
    checkpoint_id: Id | None = None
    passed: bool | None = None
    criterion: Line | None = None
    species: Line | None = None
    learned_by: Id | None = None
    """Only corrections from which this checkpoint learned, in its own rounds or in those that it was trained from."""
    since_revision: Count = 0
    until_revision: Count | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    newest_first: bool = True


class Interest(Record):
    """Which events a watcher is after: those that every filter lets pass; one that is empty lets all pass.

    Sample kinds and cells let samples only pass. `roles` are those of agents: events of their own, and of what they
    produced, by the role under which they are (or last were) registered.
    """

    kinds: tuple[EventKind, ...] = Field((), max_length=32)
    sample_kinds: tuple[SampleKind, ...] = Field((), max_length=32)
    cells: tuple[Cell, ...] = Field((), max_length=1000)
    roles: tuple[Role, ...] = Field((), max_length=32)


class SamplePage(Record):
    """A piece of a list, in its order. `revision` is that as of which all its pages are.

    `next_page_token` asks the gateway for what follows; "" where nothing does.
    """

    samples: tuple[Sample, ...]
    revision: int
    next_page_token: str = ""


class Family(Record):
    """A sample with all that it answers to and all that answers to it, and which checkpoints learned from them."""

    samples: tuple[Sample, ...]
    learnings: tuple[Learning, ...] = ()


class Making(Record):
    """A checkpoint, how its exam ended, and what made it: its own lessons first, then those that it was trained on."""

    checkpoint: Checkpoint
    decision: PromotionDecision | None = None
    line: tuple[Lessons, ...] = ()
