"""The rubric of a run by command: its versions, what changed, every experiment, and what an operator decides."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.places import RunOption, find_run
from swarm.client import SwarmClient
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.report.reading import Reader, operator, reading
from swarm.rubric_changes import difference, in_short

T = TypeVar("T")

app = typer.Typer(cls=Edge, no_args_is_help=True, help="What the judge decides by, and how that has changed.")

Version = Annotated[int, typer.Argument(metavar="VERSION", min=1, help="A version of the rubric.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Number of the experiment that waits.")]
Note = Annotated[str, typer.Option("--note", help="Why, for the ledger.")]


@app.command()
def show(
    version: Annotated[int, typer.Argument(metavar="[VERSION]", min=0, help="0 is the one in force.")] = 0,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """One version: its criteria, its dimensions, and where it comes from."""
    rubric = _read(run, lambda reader: reader.rubric(version))
    if as_json:
        dump(rubric)
        return
    say(f"version {rubric.version} of {rubric.domain}, from {rubric.parent_version or 'no other'}: {rubric.note}")
    for criterion in rubric.criteria:
        say(f"  {criterion.id}: {in_short(criterion)}\n    {criterion.text}")
    for dimension in rubric.dimensions:
        clause = f", fails if {in_short(dimension.fails_if)}" if dimension.fails_if else ""
        say(f"  dimension {dimension.id}: {', '.join(dimension.criteria)}{clause}")


@app.command("list")
def list_versions(run: RunOption = None, as_json: Json = False) -> None:
    """All versions, each with what it changed of the one that it comes from."""
    versions = _read(run, _versions)
    if as_json:
        dump(versions)
        return
    by_number = {rubric.version: rubric for rubric in versions}
    for rubric in versions:
        say(f"version {rubric.version} (revision {rubric.revision}), from {rubric.parent_version}: {rubric.note}")
        for line in difference(by_number[rubric.parent_version], rubric) if rubric.parent_version in by_number else ():
            say(f"  {line}")


@app.command()
def diff(before: Version, after: Version, run: RunOption = None, as_json: Json = False) -> None:
    """What one version has in another way than another one, a line for each criterion."""

    async def both(reader: Reader) -> tuple[Rubric, Rubric]:
        return await reader.rubric(before), await reader.rubric(after)

    lines = difference(*_read(run, both))
    if as_json:
        dump({"before": before, "after": after, "lines": lines})
        return
    for line in lines or ["no difference"]:
        say(line)


@app.command()
def history(
    run: RunOption = None,
    outcome: Annotated[ExperimentOutcome | None, typer.Option(help="Only those that ended so.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Only the latest; 0 shows all.")] = 0,
    as_json: Json = False,
) -> None:
    """The ledger: every experiment with its change, its evidence, and why it ended as it did."""

    async def told(reader: Reader) -> tuple[list[Rubric], list[Experiment], list[str]]:
        alarms = [alarm for alarm in (await reader.state()).alarms if alarm.startswith("evolution of the rubric")]
        return await _versions(reader), await reader.experiments(), alarms

    versions, ledger, alarms = _read(run, told)
    chosen = [line for line in ledger if outcome in (None, line.outcome)][-limit:]
    by_number = {rubric.version: rubric for rubric in versions}
    changes = {line.number: difference(by_number[line.incumbent_version], line.proposal) for line in chosen}
    if as_json:
        said = [line.model_dump(mode="json") | {"difference": changes[line.number]} for line in chosen]
        dump({"experiments": said, "alarms": alarms})
        return
    for line in chosen:
        say(_shown(line, changes[line.number]))
    for alarm in alarms:
        say(f"ALARM {alarm}")


@app.command()
def rollback(version: Version, note: Note = "", run: RunOption = None, as_json: Json = False) -> None:
    """Put a former version in force again, as the next one, and end an alarm; the one in force only ends it."""
    stored = _act(run, lambda client: client.roll_back_rubric(version, note))
    dump(stored) if as_json else say(f"version {stored.version} is in force: {stored.note}")


@app.command()
def approve(number: Number, note: Note = "", run: RunOption = None, as_json: Json = False) -> None:
    """Put a rubric in force that passed its test and waits for you."""
    _decide(run, number, True, note, as_json)


@app.command()
def refuse(number: Number, note: Note = "", run: RunOption = None, as_json: Json = False) -> None:
    """Discard a rubric that passed its test and waits for you."""
    _decide(run, number, False, note, as_json)


def _decide(run: Path | None, number: int, yes: bool, note: str, as_json: bool) -> None:
    stored = _act(run, lambda client: client.decide_experiment(number, yes, note))
    dump(stored) if as_json else say(f"experiment {stored.number} is {stored.outcome}: {stored.reason}")


def _shown(line: Experiment, changes: list[str]) -> Table:
    table = Table.grid(padding=(0, 1))
    by = f" by {line.engine}" if line.engine else ""
    table.add_row(f"#{line.number}", f"{line.outcome}{by}, of version {line.incumbent_version}: {line.reason}")
    for change in changes:
        table.add_row("", f"  {change}")
    if line.items:
        table.add_row(
            "",
            f"  {line.items} items {line.items_digest[:12]}: {line.wins} wins, {line.losses} losses, "
            f"E {line.e_value:.3g} of {line.threshold:.3g}; defects caught "
            f"{line.incumbent_defect_recall:.3f} -> {line.defect_recall:.3f}, right failed "
            f"{line.incumbent_false_failure_rate:.3f} -> {line.false_failure_rate:.3f}, sealed "
            f"{line.incumbent_sealed:.3f} -> {line.sealed:.3f}",
        )
    return table


async def _versions(reader: Reader) -> list[Rubric]:
    newest = (await reader.state()).rubric_version
    return [await reader.rubric(version) for version in range(1, newest + 1)]


def _read(run: Path | None, look: Callable[[Reader], Awaitable[T]]) -> T:
    async def looked() -> T:
        async with reading(find_run(run)) as reader:
            return await look(reader)

    return asyncio.run(looked())


def _act(run: Path | None, act: Callable[[SwarmClient], Awaitable[T]]) -> T:
    async def acted() -> T:
        async with operator(find_run(run)) as client:
            return await act(client)

    return asyncio.run(acted())
