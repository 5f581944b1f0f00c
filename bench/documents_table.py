"""What the benchmark of documents measured, the judge's part of it, and how all of it is shown."""

from collections.abc import Sequence

from rich.table import Table

from bench.evolver import JudgeError, judge_error
from swarm.criteria import Rubric
from swarm.domains.documents import DocumentsDomain
from swarm.domains.documents.audit import Rate
from swarm.exam_report import Contestant, ContestantKind
from swarm.records import Cell, Record
from swarm.rubric import seed_rubric
from swarm.statistics import proportion

SEED = 20_260_102
_WRITES = (ContestantKind.STUDENT, ContestantKind.FEW_SHOT)


class Standing(Record):
    """One contestant on one set of questions: its line, and what it made up."""

    questions: str
    contestant: Contestant
    faults: tuple[Rate, ...]


class Figures(Record):
    """All that the benchmark measured."""

    run: str
    domain: str
    checkpoint: str
    items: int
    standings: tuple[Standing, ...] = ()
    judged: tuple[tuple[str, JudgeError], ...] = ()


def judge_errors(domain: DocumentsDomain, cells: Sequence[Cell], last: Rubric) -> list[tuple[str, JudgeError]]:
    """The seed rubric and a run's last one on the same fresh attempts of known truth."""
    rubrics = (("seed", seed_rubric(domain.name)), (f"version {last.version}", last))
    return [(name, judge_error(domain, rubric, cells, SEED)) for name, rubric in rubrics]


def shown(figures: Figures) -> list[Table]:
    """The figures for a terminal."""
    return [_accuracy(figures), _made_up(figures), _judge(figures)]


def _accuracy(figures: Figures) -> Table:
    table = Table("questions", "contestant", "right", "accuracy", "95% interval", box=None)
    for row in figures.standings:
        one = row.contestant
        ends = f"{one.lower:.1%} to {one.upper:.1%}"
        table.add_row(row.questions, one.name, f"{one.passed} of {one.items}", f"{one.accuracy:.1%}", ends)
    return table


def _made_up(figures: Figures) -> Table:
    names = [rate.fault for rate in figures.standings[0].faults] if figures.standings else []
    table = Table("questions", "contestant", *names, box=None)
    for row in figures.standings:
        if row.contestant.kind in _WRITES:
            said = [f"{rate.found}/{rate.of} ({rate.lower:.0%}-{rate.upper:.0%})" for rate in row.faults]
            table.add_row(row.questions, row.contestant.name, *said)
    return table


def _judge(figures: Figures) -> Table:
    table = Table("rubric", "defects missed", "right failed", "missed most", box=None)
    for name, found in figures.judged:
        missed = ", ".join(f"{kind} {count}" for kind, count in found.missed[:3])
        wrongly = _share(found.wrong - found.caught, found.wrong)
        table.add_row(name, wrongly, _share(found.right - found.passed, found.right), missed)
    return table


def _share(found: int, of: int) -> str:
    ends = proportion(found, of)
    return f"{found} of {of} ({ends.lower:.1%} to {ends.upper:.1%})"
