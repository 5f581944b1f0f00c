"""The options by which commands choose samples, and the query that they make."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from swarm.asking import KINDS, Interest, Query
from swarm.errors import ConfigError
from swarm.events import EventKind
from swarm.records import Cell, Origin, Purpose, Tier
from swarm.roles import Role

VERDICTS = ("pass", "fail")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

KindOption = Annotated[str | None, typer.Option(help="probe, attempt, verdict, correction or annotation.")]
CellOption = Annotated[str | None, typer.Option(help="Only of this cell, subdomain/weather/form.")]
PurposeOption = Annotated[Purpose | None, typer.Option(help="Only of probes with this purpose.")]
VerdictOption = Annotated[str | None, typer.Option(help="Only verdicts that `pass` or `fail`.")]
OriginOption = Annotated[Origin | None, typer.Option(help="Only of probes of this origin.")]
ProducerOption = Annotated[str | None, typer.Option(help="Only by this agent.")]
TierOption = Annotated[Tier | None, typer.Option(help="Only of agents that were trusted so far when it came.")]
CheckpointOption = Annotated[str | None, typer.Option(help="Only attempts of this checkpoint, and what answers them.")]
CriterionOption = Annotated[str | None, typer.Option(help="Only verdicts by which this criterion isn't met.")]
SpeciesOption = Annotated[str | None, typer.Option(help="Only verdicts that name this way of failing.")]
RevisionOption = Annotated[int, typer.Option("--since", min=0, help="Only after this revision.")]
SinceOption = Annotated[
    str | None, typer.Option(help="Only after this revision; or since a time: 10m, 2h, 3d ago, or 2026-03-10T14:30.")
]
UntilOption = Annotated[str | None, typer.Option(help="Only up to this revision; or before a time, as for --since.")]


def query(
    kind: str | None,
    cell: str | None,
    purpose: Purpose | None,
    verdict: str | None,
    since: int | str | None,
    until: str | None = None,
    **more: Any,
) -> Query:
    """What the options ask for; `more` are filters by the names that Query has for them.

    Raises ConfigError naming the option whose value is unknown.
    """
    now = datetime.now(UTC)
    values = {
        "kind": _one_of("--kind", kind, KINDS),
        "cell": _cell_of(cell),
        "purpose": purpose,
        "passed": None if verdict is None else _one_of("--verdict", verdict, VERDICTS) == "pass",
        **bound("since", since, now),
        **bound("until", until, now),
        **more,
    }
    try:
        return Query.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = f"--{first['loc'][0]}".removesuffix("_id")
        raise ConfigError(f"{option} is {first['input']!r}: {first['msg']}", "Give another value") from error


def interest(
    kinds: Sequence[EventKind], sample_kinds: Sequence[str], cells: Sequence[str], roles: Sequence[Role]
) -> Interest:
    """What the options of a watch let pass. Raises ConfigError naming the option whose value is unknown."""
    said = [_one_of("--kind", kind, KINDS) for kind in sample_kinds]
    named = [_cell_of(cell) for cell in cells]
    return Interest.model_validate({"kinds": kinds, "sample_kinds": said, "cells": named, "roles": roles})


def bound(which: Literal["since", "until"], said: int | str | None, now: datetime) -> dict[str, int | datetime]:
    """What an option bounds: a revision where it is a whole number, else the time that is so long ago, or that it says.

    Raises ConfigError where it is neither.
    """
    if said is None:
        return {}
    if isinstance(said, int) or said.isdecimal():
        return {f"{which}_revision": int(said)}
    try:
        if ago := re.fullmatch(r"(\d{1,6})([smhd])", said):
            return {which: now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})}
        return {which: datetime.fromisoformat(said).astimezone(UTC)}
    except (ValueError, OverflowError) as error:
        raise ConfigError(
            f"--{which} is {said!r}", "Give a revision, a time as 2026-03-10T14:30, or how long ago: 90s, 10m, 2h, 3d"
        ) from error


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
