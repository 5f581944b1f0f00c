"""What counts as right: rubrics of atomic criteria, and the experiments that change them."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from swarm.fields import Line, Note, Number
from swarm.records import Record


class Criterion(Record):
    """One atomic, binary criterion. `check` names a programmatic check of swarm.rubric; `params` are its settings."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    text: Note
    check: Line
    params: dict[Line, Note] = Field(default_factory=dict, max_length=64)
    veto: bool = False


class Rubric(Record):
    """A version of the criteria by which the judge decides; `parent_version` 0 is the seed's."""

    version: Number
    parent_version: Number = 0
    domain: Line
    criteria: tuple[Criterion, ...] = Field(max_length=256)
    note: Note = ""
    revision: int = 0


class ExperimentOutcome(StrEnum):
    """How an experiment of the evolver ended."""

    KEPT = "kept"
    DISCARDED = "discarded"
    CRASHED = "crashed"


class Experiment(Record):
    """One line of the rubric ledger. Wins and losses are the proposal's against the incumbent on paired fresh items."""

    number: Number
    incumbent_version: Number
    proposal: Rubric
    outcome: ExperimentOutcome
    reason: Note
    items: Number
    wins: Number
    losses: Number
    e_value: float
    threshold: float
    defect_recall: float
    """Share of planted defects that the proposal caught (q0)."""
    false_failure_rate: float
    """Share of right answers that the proposal failed (1 - q1)."""
    incumbent_defect_recall: float
    incumbent_false_failure_rate: float
    revision: int = 0
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
