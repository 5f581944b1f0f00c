"""The ledger: one JSON line for everything that was started and for every point that was reached, never rewritten."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bench.ledger import OTHERWISE, Lines, digest_of
from bench.thesis.books import CostBooks
from bench.thesis.plan import Arm, ThesisPlan
from swarm.errors import ConfigError
from swarm.records import Record

CODE = (
    "bench/thesis", "bench/lessons.py", "bench/student.py",
    "swarm/domains/labelled", "swarm/domains/nli", "swarm/steering.py", "swarm/weather", "trainers",
    "agents/engines/choosing.py",
)  # fmt: skip
"""Files, and folders of files, that decide what an arm buys and learns, and what it says."""


class Begun(Record):
    """The plan of this ledger, and the data that it was begun with."""

    kind: Literal["begun"] = "begun"
    plan: ThesisPlan
    data_sha256: str
    code_sha256: str = ""
    """`code_digest()`; empty in ledgers of before it was written down, which nothing goes on with."""
    at: str


class Started(Record):
    """A curve was started, or gone on with, from a point that it had reached (0: from the base)."""

    kind: Literal["started"] = "started"
    arm: Arm
    seed: int
    from_point: int
    rate: float
    at: str


class Tried(Record):
    """One tuning trial: an arm at the first point, with seed 0 and this learning rate."""

    kind: Literal["tried"] = "tried"
    arm: Arm
    rate: float
    balanced: float
    books: CostBooks
    """What the trial cost; the curves' own books don't hold it."""
    at: str


class Measured(Record):
    """A point of a curve. `said` holds, for each question set, one digit a question: the index of the label chosen."""

    kind: Literal["measured"] = "measured"
    arm: Arm
    seed: int
    point: int
    rate: float
    said: dict[str, str]
    loss: float
    books: CostBooks
    bought: tuple[str, ...]
    """Ids of the items whose labels were bought, in order."""
    at: str


class Opened(Record):
    """The sealed split was opened, for these cells; it can be done once."""

    kind: Literal["opened"] = "opened"
    said: dict[str, str]
    """`arm/seed/point` to the labels chosen."""
    at: str


Entry = Annotated[Begun | Started | Tried | Measured | Opened, Field(discriminator="kind")]
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def code_digest() -> str:
    """The SHA-256 over the code that decides what an arm learns: points of two versions make no curve."""
    return digest_of(CODE)


class Ledger(Lines[Entry]):
    """All of a run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _ENTRY)

    def begin(self, plan: ThesisPlan, data_sha256: str, code_sha256: str, at: str) -> None:
        """Start with this plan, or go on with it; without a `code_sha256`, only to read what is there.

        Raises ConfigError where the ledger was begun with another plan, data or code.
        """
        begun = next((entry for entry in self.entries if isinstance(entry, Begun)), None)
        if begun is None:
            self.add(Begun(plan=plan, data_sha256=data_sha256, code_sha256=code_sha256, at=at))
            return
        if code_sha256:
            self.same_code(begun.code_sha256, code_sha256)
        if begun.data_sha256 != data_sha256:
            raise ConfigError(f"{self.path} is about data {begun.data_sha256[:12]}, not {data_sha256[:12]}", OTHERWISE)
        self.same_plan(begun.plan, plan)

    def measured(self) -> dict[tuple[Arm, int, int], Measured]:
        """What was measured, by arm, seed and point."""
        return {(e.arm, e.seed, e.point): e for e in self.entries if isinstance(e, Measured)}

    def started(self) -> list[Started]:
        """Every start, in order."""
        return [entry for entry in self.entries if isinstance(entry, Started)]

    def trials(self) -> list[Tried]:
        """Every tuning trial, in order."""
        return [entry for entry in self.entries if isinstance(entry, Tried)]

    def tried(self, arm: Arm) -> dict[float, float]:
        """An arm's tuning trials: learning rate to balanced accuracy on dev."""
        return {entry.rate: entry.balanced for entry in self.trials() if entry.arm is arm}

    def opened(self) -> Opened | None:
        """What came out when the sealed split was opened; None while it is sealed."""
        return next((entry for entry in self.entries if isinstance(entry, Opened)), None)


def reached(measured: Iterable[tuple[Arm, int, int]], arm: Arm, seed: int) -> int:
    """The last point of a curve that was measured, 0 for none."""
    return max((point for a, s, point in measured if (a, s) == (arm, seed)), default=0)
