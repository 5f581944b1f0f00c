"""The student's versions: checkpoints, the exams between two of them, and what was decided."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from swarm.fields import Count, Id, Line, MaybeId, MaybeSampleId, Note, Number, Seconds, Sha256, Text
from swarm.records import Record, Sample


class CheckpointStatus(StrEnum):
    """The life of a student version. BASE is the untouched model that a run starts from."""

    BASE = "base"
    CANDIDATE = "candidate"
    CHAMPION = "champion"
    RETIRED = "retired"
    REJECTED = "rejected"
    GRADUATE = "graduate"


class TensorFile(Record):
    """One file of a checkpoint, relative to its folder, with its SHA-256."""

    path: Line
    sha256: Sha256
    size_bytes: int = Field(ge=0, le=2**60)


class Checkpoint(Record):
    """A student version. `url` is a filesystem URL; `files` is the manifest that every engine verifies on arrival.

    `cursor` is the revision up to which the log of corrections had been read. `canary_logprob` is the trainer's mean
    log-probability (nats per token) of the canary completion, which an engine must reproduce.
    """

    id: Id
    parent_id: MaybeId = ""
    status: CheckpointStatus
    url: Line
    adapter: bool = True
    files: tuple[TensorFile, ...] = Field((), max_length=1024)
    cursor: Count = 0
    corrections_trained: Count = 0
    tokens_trained: Count = 0
    train_seconds: Seconds = 0.0
    loss: float = 0.0
    kl_to_base: float = 0.0
    canary_logprob: float = 0.0
    recipe: Line = ""
    reason: Note = ""
    """Why it was promoted or rejected."""
    revision: int = 0
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Lessons(Record):
    """How many corrections a checkpoint learned from in its own rounds: new ones, and how often it put older ones."""

    checkpoint_id: str
    learned: int
    replayed: int


class Learning(Record):
    """A checkpoint learned from a correction in its own rounds: for the first time, or again, so often.

    Every checkpoint that was trained from this one has learned from it, too.
    """

    sample_id: str
    checkpoint_id: str
    fresh: bool
    replays: int


class ExamItem(Record):
    """One exam probe with what champion and candidate answered to it."""

    probe: Sample
    champion_text: Text
    candidate_text: Text
    champion_passed: bool
    candidate_passed: bool
    breach: MaybeSampleId = ""
    """The siege probe that the champion failed and in whose clothes this one was made; "" for an ordinary item."""

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """An ordinary item is the JSON that it was before there were others, so an exam's digest stays what it was."""
        said: dict[str, Any] = plain(self)
        return said if self.breach else {key: said[key] for key in said if key != "breach"}


class ExamRecord(Record):
    """What the examiner publishes. The gateway judges every item again and recomputes the decision."""

    id: Id
    champion_id: Id
    candidate_id: Id
    items: tuple[ExamItem, ...]
    retention_correct_base: Number = 0
    retention_correct_champion: Number = 0
    retention_correct_candidate: Number = 0
    retention_items: Number = 0
    retention_choices: int = Field(2, ge=2, le=1000)
    """Number of options of each retention item, for the chance correction."""
    revision: int = 0
    breach_revision: Count = 0
    """Up to where the siege's outcomes were read of which the items from a breach follow; 0 without such items."""

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without a breach it is the JSON that it was before there were any."""
        said: dict[str, Any] = plain(self)
        return said if self.breach_revision else {key: said[key] for key in said if key != "breach_revision"}


class BreachScore(Record):
    """How champion and candidate did on the items of an exam that go back to the breach of a siege."""

    items: Count
    champion_passed: Count
    candidate_passed: Count
    wins: Count
    losses: Count


class PromotionDecision(Record):
    """The gateway's own computation over an exam. `blocked_by` names every condition that failed.

    Wins and losses are of all fresh items, accuracies of the ordinary ones; `breach` is of those that a breach brought.
    """

    exam_id: str
    candidate_id: str
    champion_id: str
    promoted: bool
    wins: int
    losses: int
    champion_accuracy: float
    candidate_accuracy: float
    e_value: float
    threshold: float
    regression: bool
    """True where the candidate is worse; the trainer then goes back to the champion's weights."""
    blocked_by: tuple[str, ...] = ()
    breach: BreachScore | None = None
    revision: int = 0
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
