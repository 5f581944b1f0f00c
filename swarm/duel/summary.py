"""A duel for a terminal: who did how, cell by cell, and in sentences."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from swarm.duel.plan import PAGE_FILE
from swarm.duel.report import DuelReport
from swarm.duel.sides import Side
from swarm.duel.words import duration, points, price, sentences, size
from swarm.statistics import proportion

_WIDTH = 150
_BESIDE = 4
"""Contestants whose cells stand beside the student's."""
_MANY = 12
"""Cells from which answer forms stand in their place."""


def summary(report: DuelReport, folder: Path) -> str:
    """What is printed at the end."""
    console = Console(width=_WIDTH, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(_standings(report))
        console.print(_parts(report))
        for sentence in sentences(report):
            console.print(sentence, markup=False)
        if report.ending:
            console.print(f"It is not complete: {report.ending}", markup=False)
    lines = "\n".join(line.rstrip() for line in captured.get().splitlines())
    return f"{lines}\npage: {folder / PAGE_FILE}"


def _standings(report: DuelReport) -> Table:
    title = f"duel over {report.domain}: {report.exam_items} items of the frozen exam, macro accuracy"
    table = Table(
        "contestant", "accuracy", "95% interval", "student's lead, points", "won/lost", "p", "scored by", "latency",
        "size", "1,000 answers", title=title, title_justify="left", box=None,
    )  # fmt: skip
    for side in report.sides:
        found = side.difference
        name = f"* {side.name}" if side.student else side.name
        table.add_row(
            name if side.items == report.exam_items else f"{name} ({side.items} items)",
            f"{side.accuracy:.1%}" if side.items else "-",
            f"{side.lower:.1%} to {side.upper:.1%}" if side.items else "",
            f"{points(found.estimate)} ({points(found.lower)} to {points(found.upper)})" if found else "",
            f"{found.wins}/{found.losses}" if found else "",
            f"{found.adjusted:.2g}" if found else "",
            side.scoring, duration(side.latency), size(side.parameters), price(side, report.plan.machine),
        )  # fmt: skip
    return table


def shown(report: DuelReport) -> list[Side]:
    """The student and the best beside it."""
    others = [side for side in report.sides if not side.student and side.items]
    return [report.student, *others[:_BESIDE]]


def parts(report: DuelReport) -> tuple[str, list[str]]:
    """Whether cells or answer forms are told apart, and their names."""
    cells = [score.cell for score in report.student.cells]
    if len(cells) <= _MANY:
        return "cell", [cell.key for cell in cells]
    return "answer form", list(dict.fromkeys(cell.form for cell in cells))


def part_of(side: Side, name: str) -> tuple[int, int]:
    """Right answers and items of a cell, or of an answer form."""
    chosen = [score for score in side.cells if name in (score.cell.key, score.cell.form)]
    return sum(score.passed for score in chosen), sum(score.total for score in chosen)


def _parts(report: DuelReport) -> Table:
    what, names = parts(report)
    sides = shown(report)
    table = Table("", *(side.name for side in sides), title=f"by {what}", title_justify="left", box=None)
    for name in names:
        table.add_row(name, *_row(sides, name))
    return table


def _row(sides: Sequence[Side], name: str) -> list[str]:
    said = []
    for side in sides:
        right, total = part_of(side, name)
        rate = proportion(right, total)
        said.append(f"{rate.estimate:.0%} ({rate.lower:.0%} to {rate.upper:.0%})" if total else "-")
    return said
