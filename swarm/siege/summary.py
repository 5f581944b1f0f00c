"""A siege for a terminal: the statement, the boundary map, the most frequent species, and where the rest lies."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from swarm.siege.plan import PAGE_FILE
from swarm.siege.report import SiegeReport

_SPECIES = 10
_WIDTH = 110
_WEATHERS = ("rain", "wind", "border")


def summary(report: SiegeReport, folder: Path) -> str:
    """What is printed at the end."""
    console = Console(width=_WIDTH, color_system=None, highlight=False)
    with console.capture() as captured:
        if report.squares:
            console.print(_map(report))
        if report.species:
            console.print(_species(report))
        for sentence in report.sentences:
            console.print(sentence, markup=False)
        console.print(f"It ended because {report.ending}.", markup=False)
    lines = "\n".join(line.rstrip() for line in captured.get().splitlines())
    return f"{lines}\npage:   {folder / PAGE_FILE}\nexport: swarm siege export {folder} --to pytest"


def _map(report: SiegeReport) -> Table:
    squares = {(square.subdomain, square.weather): square for square in report.squares}
    table = Table("", *_WEATHERS, title="share right, 95% interval, probes", box=None, title_justify="left")
    for subdomain in dict.fromkeys(square.subdomain for square in report.squares):
        found = [squares.get((subdomain, weather)) for weather in _WEATHERS]
        cells = [f"{s.rate:.0%} [{s.lower:.0%}, {s.upper:.0%}] {s.total}" if s else "-" for s in found]
        table.add_row(subdomain, *(cell.replace("[", "\\[") for cell in cells))
    return table


def _species(report: SiegeReport) -> Table:
    more = f", the first {_SPECIES}" if len(report.species) > _SPECIES else ""
    title = f"{len(report.species)} species{more}: failures of probes of that cell and trap"
    table = Table("", "", box=None, show_header=False, title=title, title_justify="left")
    for one in report.species[:_SPECIES]:
        table.add_row(f"{one.failures} of {one.asked}", one.name)
    return table
