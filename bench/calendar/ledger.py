"""The ledger: what the base can, and every round that was played, so that none is played twice."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bench.books import Books
from bench.calendar.plan import Arm, CalendarPlan
from bench.ledger import Lines, digest_of
from swarm.records import Record

CODE = (
    "bench/calendar/plan.py", "bench/calendar/probing.py", "bench/calendar/growing.py", "bench/calendar/exams.py",
    "bench/adversary/arms.py", "bench/lessons.py", "bench/student.py", "agents/prober.py", "agents/engines",
    "swarm/probing", "swarm/steering.py", "swarm/weather", "swarm/domains/calendar", "swarm/domains/exam.py",
    "swarm/rubric.py", "rubrics/siege.yaml", "trainers",
)  # fmt: skip
"""Files, and folders of files, that decide what an arm asks and learns, and what it says."""


class CalendarBooks(Books):
    """Running totals of one student."""

    student_calls: int = 0
    oracle_calls: int = 0
    """Answers that the domain's verifier judged."""
    solutions: int = 0
    """Worked solutions of failures, which were learned; those that came again as replay count once."""
    drafts: int = 0
    """Questions that the domain's generators made for the prober; most are candidates that nobody was asked."""
    training_tokens: int = 0
    measuring_calls: int = 0
    """Questions of the exams; no arm learns from them."""
    cpu_seconds: float = 0.0
    """Of choosing, asking, judging and learning, on all cores, exams left out."""
    choosing_seconds: float = 0.0
    """Of them, those of choosing what to ask."""


class Begun(Record):
    """The plan of this ledger, and the code that it was begun with."""

    kind: Literal["begun"] = "begun"
    plan: CalendarPlan
    code_sha256: str
    at: str


class Transfer(Record):
    """What exams beside the cells of training came to, a digit for each item: 1 where it was right."""

    neighbours: str
    general: str


class Base(Record):
    """The base, before any lesson."""

    kind: Literal["base"] = "base"
    exam: str
    transfer: Transfer
    at: str


class Played(Record):
    """A round of one student. `exam` has a digit for each item of the frozen exam: 1 where it was right."""

    kind: Literal["played"] = "played"
    arm: Arm
    seed: int
    round: int
    said: tuple[str, ...]
    """What the student answered to its probes, in their order, before it learned."""
    asked_sha256: str
    """Over those probes: what is played again must ask the same."""
    failed: int
    exam: str
    transfer: Transfer | None = None
    """After the last round."""
    loss: float
    books: CalendarBooks
    at: str


Entry = Annotated[Begun | Base | Played, Field(discriminator="kind")]
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def code_digest() -> str:
    """The SHA-256 over the code that decides what an arm learns: rounds of two versions make no student."""
    return digest_of(CODE)


class Ledger(Lines[Entry]):
    """All of a run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _ENTRY)

    def begin(self, plan: CalendarPlan, code_sha256: str, at: str) -> None:
        """Start with this plan, or go on with it; without a `code_sha256`, only to read what is there.

        Raises ConfigError where the ledger was begun with another plan or code.
        """
        begun = next((entry for entry in self.entries if isinstance(entry, Begun)), None)
        if begun is None:
            self.add(Begun(plan=plan, code_sha256=code_sha256, at=at))
            return
        if code_sha256:
            self.same_code(begun.code_sha256, code_sha256)
        self.same_plan(begun.plan, plan)

    def base(self) -> Base | None:
        """What the base can; None where it was not measured yet."""
        return next((entry for entry in self.entries if isinstance(entry, Base)), None)

    def played(self) -> dict[tuple[Arm, int, int], Played]:
        """What was played, by arm, seed and round."""
        return {(e.arm, e.seed, e.round): e for e in self.entries if isinstance(e, Played)}
