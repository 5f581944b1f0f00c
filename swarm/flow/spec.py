"""One role as data: what it consumes, what it may make, where it stands in the flow, and its limits."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from swarm.fields import Count, Number, RoleName
from swarm.records import Record

Word = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9 -]*$")]
"""A stream, a kind or a standing; whether there is such a one is for `refusals` to say."""

IN_LINE = "in line"
BEFORE = "before "


class Place(StrEnum):
    """How a role takes part. A SOURCE consumes nothing. LINE is the one consumer of a stage of the way.

    A GATE has a queue of its own before such a stage and says of each sample whether it may go on. A TAP is offered
    copies beside the way and never holds anything up.
    """

    SOURCE = "source"
    LINE = "line"
    GATE = "gate"
    TAP = "tap"


class RoleLimits(Record):
    """How far a role may go."""

    queue: Count = 0
    """Samples that may wait in its own queue; 0 means as many as in any other."""
    generations: Number = 0
    """How many times over a probe may be made from what became of one that was made so; 0 means never."""


class RoleSpec(Record):
    """One role. `consumes` names a stream; `completes_with` and `publishes` are kinds of sample.

    `stands` is "in line", "before ROLE", or empty: then a role that consumes is a tap.
    """

    name: RoleName
    consumes: Word = ""
    stands: Word = ""
    completes_with: Word = ""
    """What completing a lease must bring; annotations may come along."""
    publishes: tuple[Word, ...] = Field((), max_length=8)
    """What it may send without a lease."""
    limits: RoleLimits = RoleLimits()

    @property
    def place(self) -> Place:
        """How it takes part."""
        if self.stands.startswith(BEFORE):
            return Place.GATE
        if not self.consumes:
            return Place.SOURCE
        return Place.LINE if self.stands == IN_LINE else Place.TAP

    @property
    def before(self) -> str:
        """The role before which it stands; "" unless it is a gate."""
        return self.stands.removeprefix(BEFORE) if self.place is Place.GATE else ""

    @property
    def queue(self) -> str:
        """The queue that it takes work from: a stage of the way, or its own; "" where it takes none."""
        if self.place is Place.SOURCE:
            return ""
        return self.consumes if self.place is Place.LINE else self.name


class FlowRecord(Record):
    """What a swarm's flow has beside its built-in roles, as it was last applied."""

    roles: tuple[RoleSpec, ...] = Field((), max_length=64)
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    revision: int = 0
