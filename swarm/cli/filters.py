"""The options by which commands choose samples, and the query that they make."""

from typing import Annotated

import typer

from swarm.errors import ConfigError
from swarm.records import Cell, Purpose
from swarm.report.reading import Query

KINDS = ("probe", "attempt", "verdict", "correction", "annotation")
VERDICTS = ("pass", "fail")

KindOption = Annotated[str | None, typer.Option(help="probe, attempt, verdict, correction or annotation.")]
CellOption = Annotated[str | None, typer.Option(help="Only of this cell, subdomain/weather/form.")]
PurposeOption = Annotated[Purpose | None, typer.Option(help="Only of probes with this purpose.")]
VerdictOption = Annotated[str | None, typer.Option(help="Only verdicts that `pass` or `fail`.")]
SinceOption = Annotated[int, typer.Option(min=0, help="Only after this revision.")]


def query(kind: str | None, cell: str | None, purpose: Purpose | None, verdict: str | None, since: int) -> Query:
    """What the options ask for. Raises ConfigError naming the option whose value is unknown."""
    return Query(
        kind=_one_of("--kind", kind, KINDS),
        cell=_cell_of(cell),
        purpose=purpose,
        passed=None if verdict is None else _one_of("--verdict", verdict, VERDICTS) == "pass",
        since_revision=since,
    )


def _one_of(option: str, value: str | None, known: tuple[str, ...]) -> str | None:
    """The value of an option. Raises ConfigError where it is none of those known."""
    if value is not None and value not in known:
        raise ConfigError(f"{option} is {value!r}", f"Use one of {', '.join(known)}")
    return value


def _cell_of(key: str | None) -> Cell | None:
    """The cell that `--cell` names. Raises ConfigError where that is no cell's key."""
    try:
        return Cell.parse(key) if key is not None else None
    except ValueError as error:
        raise ConfigError(
            f"--cell: {error}", "Write it as relative/rain/date; `swarm status` shows the cells"
        ) from error
