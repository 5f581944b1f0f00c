"""What counts as right: rubrics of atomic criteria, and the experiments that change them."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from swarm.fields import Count, Line, Note, Number
from swarm.records import Record

CRITERION_ID = r"^[a-z0-9][a-z0-9-]{0,63}$"


class Criterion(Record):
    """One atomic, binary criterion. `check` names one of swarm.rubric_checks, or `model`; `params` are its settings."""

    id: str = Field(pattern=CRITERION_ID)
    text: Note
    check: Line
    params: dict[Line, Note] = Field(default_factory=dict, max_length=64)
    veto: bool = False


class Dimension(Record):
    """Criteria that say one thing together: credited only if all of them hold and the failure clause doesn't fire.

    The clause is a criterion the other way round: it fires where its check holds, whatever the others say.
    """

    id: str = Field(pattern=CRITERION_ID)
    text: Note
    criteria: tuple[str, ...] = Field(max_length=64)
    fails_if: Criterion | None = None


class Rubric(Record):
    """A version of the criteria by which the judge decides; `parent_version` 0 is the seed's.

    With `dimensions` each criterion stands in one of them, but for vetoes, which stand above all. An attempt passes
    where every dimension is credited: there is no sum in which one could make up for another.
    """

    version: Number
    parent_version: Number = 0
    domain: Line
    criteria: tuple[Criterion, ...] = Field(max_length=256)
    note: Note = ""
    revision: int = 0
    dimensions: tuple[Dimension, ...] = Field((), max_length=5)

    @property
    def clauses(self) -> tuple[Criterion, ...]:
        """The failure clauses of its dimensions."""
        return tuple(dimension.fails_if for dimension in self.dimensions if dimension.fails_if is not None)

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without dimensions it is the JSON that it was before there were any: certificates are signed over it."""
        said: dict[str, Any] = plain(self)
        return said if self.dimensions else {key: said[key] for key in said if key != "dimensions"}


def regrouped(dimensions: tuple[Dimension, ...], criteria: tuple[Criterion, ...]) -> tuple[Dimension, ...]:
    """The dimensions once a rubric has other criteria: without those that are gone, the new ones in the last dimension.

    One whose criteria are all gone goes with its clause. A veto stands in none.
    """
    there = [criterion.id for criterion in criteria if not criterion.veto]
    kept = [
        dimension.model_copy(update={"criteria": still})
        for dimension in dimensions
        if (still := tuple(name for name in dimension.criteria if name in there))
    ]
    placed = {name for dimension in kept for name in dimension.criteria}
    new = tuple(name for name in there if name not in placed)
    if kept and new:
        kept[-1] = kept[-1].model_copy(update={"criteria": (*kept[-1].criteria, *new)})
    return tuple(kept)


class ExperimentOutcome(StrEnum):
    """How an experiment of the evolver ended."""

    KEPT = "kept"
    DISCARDED = "discarded"
    CRASHED = "crashed"
    PROPOSED = "proposed"
    """As an evolver sends it: the gateway tests it and stores what comes of that."""
    WAITING = "waiting"
    """It passed, and comes into force once an operator approves it."""


class Experiment(Record):
    """One line of the rubric ledger. Wins and losses are the proposal's against the incumbent on paired fresh items.

    All numbers are the gateway's; an evolver sends the proposal alone.
    """

    number: Number
    incumbent_version: Number
    proposal: Rubric
    outcome: ExperimentOutcome
    reason: Note
    items: Number = 0
    wins: Number = 0
    losses: Number = 0
    e_value: float = 0.0
    threshold: float = 0.0
    defect_recall: float = 0.0
    """Share of planted defects that the proposal caught (q0)."""
    false_failure_rate: float = 0.0
    """Share of right answers that the proposal failed (1 - q1)."""
    incumbent_defect_recall: float = 0.0
    incumbent_false_failure_rate: float = 0.0
    revision: int = 0
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    engine: Line = ""
    """What proposed it."""
    items_digest: Line = ""
    """SHA-256 of the items that it was tested on; the items themselves are never shown."""
    sealed: float = 0.0
    """Mean of defect recall and pass rate of right answers on the sealed items, which decide nothing."""
    incumbent_sealed: float = 0.0
    newly_credited: Count = 0
    """Attempts of the test that the incumbent failed and the proposal passed."""
    newly_rejected: Count = 0
    """How many of these are wrong."""

    @property
    def proxy(self) -> float:
        """What decides, on the same scale as `sealed`."""
        return (self.defect_recall + 1 - self.false_failure_rate) / 2

    @property
    def incumbent_proxy(self) -> float:
        """The incumbent's."""
        return (self.incumbent_defect_recall + 1 - self.incumbent_false_failure_rate) / 2

    @property
    def blind(self) -> "Experiment":
        """As an evolver sees it: kept or not, by nothing that tells of the items."""
        return Experiment(
            number=self.number,
            incumbent_version=self.incumbent_version,
            proposal=self.proposal,
            outcome=self.outcome,
            reason=self.outcome,
            engine=self.engine,
            revision=self.revision,
            at=self.at,
        )
