"""Feedback: what people say of the answers that they were given in production, and what became of it."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from swarm.fields import Count, Id, Line, MaybeSampleId, Note, SampleId
from swarm.records import Cell, Record, Tier, new_id

QUESTION_LIMIT = 3_000
"""Characters of a reported question; one much longer could not be learned from."""
SCHEMA = "feedback"
"""Of the annotation that says what a person said of an answer."""


class Thumb(StrEnum):
    """What somebody says of an answer."""

    UP = "up"
    DOWN = "down"


class FeedbackState(StrEnum):
    """What became of a report. COUNTED is a thumb up, of which nothing else is kept."""

    COUNTED = "counted"
    OPEN = "open"
    ASKED = "asked"
    DISMISSED = "dismissed"


class FeedbackReport(Record):
    """One answer that was given in production, and what the person says who got it.

    `question` is as the student was asked, `corrected_answer` in the form of the domain's answers. Without `consent`
    nothing of it is stored.
    """

    id: SampleId = Field(default_factory=new_id)
    question: Annotated[str, Field(max_length=QUESTION_LIMIT, pattern=r"\S")]
    answer: Annotated[str, Field(max_length=20_000)]
    checkpoint_id: Id
    thumb: Thumb
    corrected_answer: Annotated[str, Field(max_length=500)] = ""
    consent: bool = False
    cell: Cell | None = None
    asked_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Feedback(Record):
    """What the gateway keeps of a report beside the samples with its text; `id` is that of the question's sample."""

    id: SampleId
    reporter: Line
    tier: Tier
    at: datetime
    checkpoint_id: Id
    thumb: Thumb
    state: FeedbackState
    probe_id: MaybeSampleId = ""
    """By which the student was asked again; empty unless ASKED."""
    reason: Note = ""
    """Why it was dismissed."""


class FeedbackCount(Record):
    """How often a checkpoint's answers were praised and blamed in production."""

    checkpoint_id: Id
    up: Count = 0
    down: Count = 0
