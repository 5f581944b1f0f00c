"""How each model engine stands: a pure state machine over looks at it, in which nothing serves unverified weights."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from swarm.fields import Count, Id, Line, MaybeId, Name, Number
from swarm.records import Record
from swarm.spells import Spell

MISSES = 3
"""Looks in a row without an answer after which an engine counts as dead."""


class EngineState(StrEnum):
    """Where an engine is between its start and its end."""

    RESTARTING = "restarting"
    """Its process comes up, and holds nothing yet."""
    STALE = "stale"
    """It answers, and has not verified the champion's weights; it serves only what it has verified."""
    HEALTHY = "healthy"
    """It answers, and has verified the champion's weights."""
    SUSPECT = "suspect"
    """It did not answer the last look."""
    DEAD = "dead"
    """It has not answered for several looks; whoever keeps it alive must end it."""


@dataclass(frozen=True, slots=True)
class EngineLook:
    """What an engine answers when it is looked at."""

    incarnation: str
    """Random for each process."""
    verified: tuple[str, ...]
    """The checkpoints that this process has read and verified; "" is the base."""
    spells: tuple[Spell, ...] = ()
    """What it has computed since the last look."""


class EngineStanding(Record):
    """An engine by name. It begins as one that comes up."""

    name: Name
    state: EngineState = EngineState.RESTARTING
    since: datetime
    wanted: MaybeId = ""
    verified: tuple[MaybeId, ...] = ()
    incarnation: Line = ""
    missed: Number = 0
    restarts: Count = 0
    why: Line = ""

    def words(self) -> str:
        """In a line, for a person."""
        again = f", started again {self.restarts}x" if self.restarts else ""
        return f"{self.name} {self.state}{f' ({self.why})' if self.why else ''}{again}"

    def serves(self, checkpoint_id: str) -> bool:
        """Whether it may be asked for these weights."""
        return checkpoint_id in self.verified and self.state not in (EngineState.RESTARTING, EngineState.DEAD)


def looked(before: EngineStanding, look: EngineLook | None, wanted: Id | str, now: datetime) -> EngineStanding:
    """The standing after a look that was answered, or (None) was not, while `wanted` is the champion."""
    if look is None:
        return _unanswered(before, wanted, now)
    restarted = before.incarnation not in ("", look.incarnation)
    state = EngineState.HEALTHY if wanted in look.verified else EngineState.STALE
    why = "" if state is EngineState.HEALTHY else f"has not verified {wanted or 'the base'}"
    update = {
        "wanted": wanted,
        "verified": look.verified,
        "incarnation": look.incarnation,
        "missed": 0,
        "restarts": before.restarts + restarted,
    }
    return _moved(before.model_copy(update=update), state, why, now)


def ended(before: EngineStanding, why: str, now: datetime) -> EngineStanding:
    """The standing after its process has ended: it is being started again, and holds nothing."""
    again = before.state is not EngineState.RESTARTING
    update = {"verified": (), "incarnation": "", "missed": 0, "restarts": before.restarts + again}
    return _moved(before.model_copy(update=update), EngineState.RESTARTING, why, now)


def _unanswered(before: EngineStanding, wanted: str, now: datetime) -> EngineStanding:
    missed = before.missed + 1
    after = before.model_copy(update={"wanted": wanted, "missed": missed})
    if before.state is EngineState.RESTARTING:
        return after
    if missed < MISSES and before.state is not EngineState.DEAD:
        return _moved(after, EngineState.SUSPECT, f"{missed} looks without an answer", now)
    return _moved(after.model_copy(update={"verified": ()}), EngineState.DEAD, f"{missed} looks without an answer", now)


def _moved(after: EngineStanding, state: EngineState, why: str, now: datetime) -> EngineStanding:
    since = after.since if state is after.state else now
    return after.model_copy(update={"state": state, "since": since, "why": why})
