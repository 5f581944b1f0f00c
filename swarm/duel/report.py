"""What a duel has come to, as one record: duel.json is this, and the page shows nothing else."""

from collections.abc import Sequence

from swarm.domains.base import Domain
from swarm.duel.growth import Growth
from swarm.duel.plan import DuelPlan
from swarm.duel.sides import Sheet, Side, compared
from swarm.exam_report import ContestantKind
from swarm.records import Cell, Probe, Record, Sample

EXAMPLES = 4
"""Items of each sort that a page tells in full."""


class Example(Record):
    """An item that one of two got right."""

    cell: Cell
    question: str
    wanted: str
    student_said: str
    rival: str
    rival_said: str
    student_right: bool


class DuelReport(Record):
    """A duel, ended or interrupted."""

    plan: DuelPlan
    domain: str
    exam_items: int
    own_exam: bool
    """Whether it is the very exam that the student's run sat at its end."""
    ending: str = ""
    """Why not everybody has answered everything; empty where all have."""
    sides: tuple[Side, ...]
    """The best first."""
    examples: tuple[Example, ...] = ()
    growth: Growth | None = None
    """None where only weights are there, which say nothing of a run."""
    growth_dollars: float | None = None

    @property
    def student(self) -> Side:
        """The student's side."""
        return next(side for side in self.sides if side.student)

    @property
    def rivals(self) -> tuple[Side, ...]:
        """Who was asked or recorded: models, without constants, parsers and baselines."""
        plain = (ContestantKind.CONSTANT, ContestantKind.BASELINE, ContestantKind.PARSER)
        return tuple(side for side in self.sides if not side.student and side.kind not in plain and side.items)


def report_of(
    plan: DuelPlan, domain: Domain, exam: Sequence[Sample], sheets: Sequence[Sheet], growth: Growth | None, *,
    own_exam: bool, ending: str,
) -> DuelReport:  # fmt: skip
    """The report over the sheets, of which the first is the student's."""
    sides = compared(sheets, exam)
    report = DuelReport(
        plan=plan, domain=domain.name, exam_items=len(exam), own_exam=own_exam, ending=ending, sides=tuple(sides),
        growth=growth, growth_dollars=growth.total(plan.machine) if growth else None,
    )  # fmt: skip
    best = next(iter(report.rivals), None)
    rival = next((sheet for sheet in sheets[1:] if best is not None and sheet.side.name == best.name), None)
    return report.model_copy(update={"examples": _examples(exam, sheets[0], rival)}) if rival else report


def _examples(exam: Sequence[Sample], student: Sheet, rival: Sheet) -> tuple[Example, ...]:
    """Items that only one of both got right, of as many cells as there are."""
    theirs = {answer.sample_id: answer for answer in rival.answers}
    probes = {item.id: item.payload for item in exam}
    found: dict[bool, list[Example]] = {True: [], False: []}
    seen: set[tuple[bool, str]] = set()
    for ours in student.answers:
        other, probe = theirs.get(ours.sample_id), probes[ours.sample_id]
        if other is None or other.passed == ours.passed or not isinstance(probe, Probe) or probe.reference is None:
            continue
        if len(found[ours.passed]) == EXAMPLES or (ours.passed, probe.cell.key) in seen:
            continue
        seen.add((ours.passed, probe.cell.key))
        found[ours.passed].append(
            Example(
                cell=probe.cell, question=probe.question, wanted=probe.reference.answer, student_said=ours.text,
                rival=rival.side.name, rival_said=other.text, student_right=ours.passed,
            )
        )  # fmt: skip
    return (*found[True], *found[False])


def thousand(side: Side, machine: float) -> float | None:
    """US dollars for a thousand answers; None where nobody knows: no price was given, or nobody was asked."""
    if side.given or not side.items:
        return None
    if side.local:
        return 1000 * side.seconds / side.items * machine / 3600 if machine else None
    return 1000 * side.dollars / side.items if side.dollars else None


def repaid(report: DuelReport, side: Side) -> int | None:
    """After how many answers growing the student has cost less than asking this one; None where it never does, or
    where a price is unknown."""
    ours, theirs = thousand(report.student, report.plan.machine), thousand(side, report.plan.machine)
    if report.growth_dollars is None or ours is None or theirs is None or theirs <= ours:
        return None
    return round(1000 * report.growth_dollars / (theirs - ours))
