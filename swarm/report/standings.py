"""The frozen exam's part of the report: who sat it, how the student compares, and the map before and after."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from swarm.errors import ConfigError
from swarm.exam_report import Contestant, ContestantKind, ExamReport, load_report
from swarm.report.model import BoundaryMap, ExamPoint, Line, Square
from swarm.state import SwarmState
from swarm.statistics import mixture_e_value, proportion

BEFORE_FILE, DURING_FILE, AFTER_FILE = "exam-before.json", "exam-during.json", "exam-after.json"
_BASELINES = (ContestantKind.STUDENT, ContestantKind.ZERO_SHOT, ContestantKind.FEW_SHOT)


class Exams:
    """The exams of a run folder. Raises ConfigError where a file is there, but is no exam report."""

    def __init__(self, run: Path) -> None:
        self.before = _optional(run / BEFORE_FILE)
        self.after = _optional(run / AFTER_FILE)
        self.during = _points(run / DURING_FILE)
        if self.before and self.after and _items(self.before) != _items(self.after):
            raise ConfigError(
                f"{BEFORE_FILE} and {AFTER_FILE} of {str(run)!r} hold different items", "Take both exams of one run"
            )

    @property
    def items(self) -> int:
        """Items of the exam; 0 where there is none."""
        exam = self.after or self.before
        return len(exam.probes) if exam else 0

    @property
    def student(self) -> Contestant | None:
        """The trained student, once it has sat the exam."""
        students = [one for one in (self.after.contestants if self.after else ()) if one.kind is ContestantKind.STUDENT]
        return students[-1] if students else None

    @property
    def base(self) -> Contestant | None:
        """The strongest that the untouched base did, however it was asked."""
        found = [one for one in (self.before.contestants if self.before else ()) if one.kind in _BASELINES]
        return max(found, key=lambda one: one.accuracy) if found else None

    def lines(self) -> tuple[Line, ...]:
        """Everyone, the best first."""
        known: dict[str, Contestant] = {}
        for exam, mark in ((self.before, " (before)"), (self.after, "")):
            for one in exam.contestants if exam else ():
                if one.name in known and known[one.name].answers != one.answers:
                    known[one.name + mark or one.name] = known.pop(one.name)
                known[one.name] = one
        student = self.student
        made = [_line(name, one, student) for name, one in known.items()]
        return tuple(sorted(made, key=lambda line: -line.accuracy))

    def maps(self) -> list[BoundaryMap]:
        """The exam's boundary map of the base, and of the student."""
        made = []
        for title, one in (("before", self.base), ("after", self.student)):
            if one is not None:
                counts = ((s.cell.subdomain, s.cell.weather, s.passed, s.total) for s in one.cells)
                made.append(BoundaryMap(title=f"{title}: {one.name}", source="frozen exam", squares=squares(counts)))
        return made


def swarm_maps(state: SwarmState) -> list[BoundaryMap]:
    """The map over the swarm's own probes: of the base, and of the champion where that is another one."""
    made = []
    base = next((item.id for item in state.checkpoints if not item.parent_id), "")
    for title, checkpoint_id in dict.fromkeys((("before", base), ("after", state.champion_id))):
        counts = [count for count in state.cells if count.checkpoint_id == checkpoint_id]
        if not counts or (title == "after" and checkpoint_id == base):
            continue
        version = max(count.rubric_version for count in counts)
        found = (
            (count.cell.subdomain, count.cell.weather, count.passed, count.passed + count.failed)
            for count in counts
            if count.rubric_version == version
        )
        source = f"probes of the swarm, rubric {version}"
        made.append(BoundaryMap(title=f"{title}: {checkpoint_id}", source=source, squares=squares(found)))
    return made


def squares(counts: Iterable[tuple[str, str, int, int]]) -> tuple[Square, ...]:
    """Squares over (subdomain, weather, passed, total) of cells, answer forms taken together."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for subdomain, weather, passed, total in counts:
        so_far = sums.get((subdomain, weather), (0, 0))
        sums[subdomain, weather] = (so_far[0] + passed, so_far[1] + total)
    made = []
    for (subdomain, weather), (passed, total) in sums.items():
        rate = proportion(passed, total)
        made.append(
            Square(
                subdomain=subdomain, weather=weather, passed=passed, total=total,
                rate=rate.estimate, lower=rate.lower, upper=rate.upper,
            )
        )  # fmt: skip
    return tuple(made)


def paired(student: Contestant, other: Contestant) -> tuple[int, int]:
    """Items that only the student got right, and items that only the other did."""
    theirs = {answer.sample_id: answer.passed for answer in other.answers}
    pairs = [(answer.passed, theirs[answer.sample_id]) for answer in student.answers if answer.sample_id in theirs]
    return sum(ours and not its for ours, its in pairs), sum(its and not ours for ours, its in pairs)


def _line(name: str, one: Contestant, student: Contestant | None) -> Line:
    wins = losses = e_value = None
    if student is not None and one is not student:
        wins, losses = paired(student, one)
        e_value = min(mixture_e_value(wins, losses), 1e300)
    kept = one.model_dump(exclude={"name", "cells", "answers"})
    return Line(name=name, **kept, student=one is student, wins=wins, losses=losses, e_value=e_value)


def _items(exam: ExamReport) -> Sequence[str]:
    return [probe.id for probe in exam.probes]


def _optional(path: Path) -> ExamReport | None:
    return load_report(path) if path.is_file() else None


def _points(path: Path) -> tuple[ExamPoint, ...]:
    if not path.is_file():
        return ()
    try:
        return TypeAdapter(tuple[ExamPoint, ...]).validate_json(path.read_bytes())
    except ValidationError as error:
        raise ConfigError(f"{path.name} is no list of exam points: {error.errors()[0]['msg']}", "Delete it") from error
