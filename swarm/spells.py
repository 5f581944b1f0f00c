"""Stretches of time that engines and the trainer group spent on one thing each: what a run's profile is drawn from."""

from datetime import datetime

from pydantic import model_validator

from swarm.fields import Count, Line, MaybeId
from swarm.records import Record

TRAINER, GATEWAY = "trainer", "gateway"
"""The places beside the engines, each of which is one by its name behind `engine `."""
AWAY = "away"
"""What the gateway does while it is down."""
MOST_SPELLS = 1000
"""In one report."""


class Spell(Record):
    """Who spent from when to when on what. A trainer's `what` is its activity; an engine's is `generate` or `score`."""

    place: Line
    what: Line
    who: Line = ""
    """For whom an engine worked."""
    checkpoint_id: MaybeId = ""
    """The weights that an engine used; empty for the base."""
    began: datetime
    ended: datetime
    prompt_tokens: Count = 0
    completion_tokens: Count = 0

    @model_validator(mode="after")
    def _goes_forward(self) -> "Spell":
        if self.ended < self.began:
            raise ValueError(f"a spell can't end at {self.ended} and begin at {self.began}")
        return self

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended - self.began).total_seconds()


def engine_place(name: str) -> str:
    """Where the spells of an engine of the config are."""
    return f"engine {name}"
