"""The power of a swarm: how many of the holes that were planted into students it found, by budget, prevalence, family.

`swarm power` writes it; agents/power.py runs it.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from swarm.approach import TargetKind
from swarm.planted.holes import Slip
from swarm.records import Origin, Record
from swarm.statistics import rate_lower_bound, students_lower_bound
from swarm.whole_files import read_record

POWER_FILE = "power.json"
BANDS = ((0.005, 0.01), (0.01, 0.02), (0.02, 0.05))
"""Prevalences that are told apart, from the first to below the second; the last one includes its end."""


class PowerPlan(Record):
    """An audit: which students, and how they are probed. Its size is fixed before the first question."""

    domain: str
    cells: tuple[str, ...] = ()
    """As a siege's; () means all."""
    target: str = ""
    """Whom holes are planted into; "" is a student that is right everywhere else."""
    kind: TargetKind = TargetKind.WEIGHTS
    seed: int = Field(1, ge=0)
    students: int = Field(6, ge=1, le=1000)
    holes: int = Field(5, ge=1, le=100)
    """Holes of each student."""
    calls: int = Field(300, ge=1)
    """Questions to each student."""
    rubric: str = ""

    def differs(self, other: "PowerPlan") -> str:
        """The first setting that another plan has otherwise; else ""."""
        return next((name for name in PowerPlan.model_fields if getattr(self, name) != getattr(other, name)), "")


class HoleAudit(Record):
    """One planted hole: the question that showed it, counted from 1, and the family that asked it; 0 where none did."""

    name: str
    slip: Slip
    prevalence: float
    found_at: int = 0
    family: Origin | None = None


class StudentAudit(Record):
    """One planted student, and what the swarm found of it."""

    name: str
    holes: tuple[HoleAudit, ...]
    calls: int
    failures: int
    families: tuple[tuple[Origin, int, int], ...]
    """Each family's probes, and failures among them."""
    ending: str
    """Why it was asked no more."""

    def found(self, calls: int) -> tuple[bool, ...]:
        """Of each hole, whether it was found within so many questions."""
        return tuple(0 < hole.found_at <= calls for hole in self.holes)


class Share(Record):
    """Some of the holes and how many were found. Bounds are exact, one-sided, 95%."""

    of: str
    planted: int
    found: int
    lower: float
    """Of the chance to find one, if holes are found or missed independently."""


class PowerReport(Record):
    """All of an audit that was made so far."""

    plan: PowerPlan
    students: tuple[StudentAudit, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every student of the plan was probed; a bound over fewer is not of a size fixed beforehand."""
        return len(self.students) == self.plan.students

    @property
    def share(self) -> Share:
        """All holes, at the whole budget."""
        return self._share(f"all holes, {self.plan.calls} questions", self._holes(), self.plan.calls)

    @property
    def students_lower(self) -> float:
        """Lower bound of the mean share found over students, whose holes may be found or missed together."""
        calls = self.plan.calls
        return students_lower_bound([(sum(one.found(calls)), len(one.holes)) for one in self.students])

    def by_budget(self) -> tuple[Share, ...]:
        """What was found within a tenth, a third and so on of the budget."""
        budgets = sorted({max(1, round(self.plan.calls * part)) for part in (0.1, 0.2, 1 / 3, 0.5, 2 / 3, 1)})
        return tuple(self._share(f"{calls} questions", self._holes(), calls) for calls in budgets)

    def by_prevalence(self) -> tuple[Share, ...]:
        """What was found of rarer and of more frequent holes."""
        made = []
        for low, high in BANDS:
            last = high == BANDS[-1][1]
            inside = [h for h in self._holes() if low <= h.prevalence < high or (last and h.prevalence == high)]
            made.append(self._share(f"{low:.1%} to {high:.1%} of a census", inside, self.plan.calls))
        return tuple(made)

    def by_family(self) -> tuple[tuple[Origin, int, int, int], ...]:
        """Each family's probes, failures among them, and holes that it was the first to find."""
        names = sorted({name for one in self.students for name, _, _ in one.families})
        first = [hole.family for hole in self._holes() if hole.found_at]
        rows = []
        for name in names:
            counts = [(asked, failed) for one in self.students for own, asked, failed in one.families if own == name]
            rows.append((name, sum(a for a, _ in counts), sum(f for _, f in counts), first.count(name)))
        return tuple(rows)

    def _holes(self) -> list[HoleAudit]:
        return [hole for one in self.students for hole in one.holes]

    @staticmethod
    def _share(of: str, holes: Sequence[HoleAudit], calls: int) -> Share:
        found = sum(0 < hole.found_at <= calls for hole in holes)
        return Share(of=of, planted=len(holes), found=found, lower=rate_lower_bound(found, len(holes)))


def read_power(folder: Path) -> PowerReport:
    """The report of an audit. Raises ConfigError where there is none."""
    return read_record(folder / POWER_FILE, PowerReport, "swarm power")
