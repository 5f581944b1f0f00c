"""Looking at a run: its state, samples and changes."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from swarm.asking import Family, Interest, Making, Query
from swarm.cli.edge import Json, dump, say
from swarm.cli.filters import (
    CellOption,
    CheckpointOption,
    CriterionOption,
    KindOption,
    OriginOption,
    ProducerOption,
    PurposeOption,
    SinceOption,
    SpeciesOption,
    TierOption,
    UntilOption,
    VerdictOption,
    interest,
    query,
)
from swarm.cli.places import RunOption, find_run, read_note, standing, stored_config
from swarm.cli.wording import event_line, learning_line, making_lines, sample_line, sample_lines
from swarm.events import Event, EventKind
from swarm.live import Pace, follow, picture
from swarm.records import Sample
from swarm.report.reading import operator, reading
from swarm.roles import Role
from swarm.sections import BudgetSection
from swarm.state import SwarmState

Limit = Annotated[int, typer.Option(min=1, max=1000, help="Most samples.")]


def status(
    run: RunOption = None,
    follow_it: Annotated[bool, typer.Option("--follow", help="Stay, and show it live until ^C.")] = False,
    as_json: Json = False,
) -> None:
    """Where a run stands: phase, queues, failure rates, checkpoints, alarms."""
    folder = find_run(run)
    budget = stored_config(folder).budget if (folder / "config.toml").is_file() else BudgetSection()
    if follow_it:
        asyncio.run(follow(folder, True, budget))
        return
    state = asyncio.run(_state(folder))
    if as_json:
        dump(state)
        return
    pace = Pace(budget, folder)
    pace.see(state)
    say(picture(state, pace))
    note = read_note(folder)
    say(f"{folder}: {standing(folder)}" + (f", cluster {note.status} (pid {note.pid})" if note else ""))


def watch(
    *,
    run: RunOption = None,
    kinds: Annotated[
        list[EventKind] | None, typer.Option("--filter", help="Only events of this kind; repeatable.")
    ] = None,
    sample_kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="Only samples of this kind; repeatable.")
    ] = None,
    cells: Annotated[
        list[str] | None, typer.Option("--cell", help="Only samples of this cell, subdomain/weather/form; repeatable.")
    ] = None,
    roles: Annotated[list[Role] | None, typer.Option("--role", help="Only of agents of this role; repeatable.")] = None,
    since: Annotated[int | None, typer.Option(min=0, help="Begin after this revision; now where not given.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="End after so many events; 0 never ends.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Every change as it happens, in order and without gaps, until ^C; only what passes all filters that are given."""
    chosen = interest(kinds or (), sample_kinds or (), cells or (), roles or ())
    asyncio.run(_watch(find_run(run), chosen, since, limit, as_json))


def samples(
    *,
    run: RunOption = None,
    cell: CellOption = None,
    verdict: VerdictOption = None,
    kind: KindOption = None,
    purpose: PurposeOption = None,
    producer: ProducerOption = None,
    checkpoint: CheckpointOption = None,
    criterion: CriterionOption = None,
    species: SpeciesOption = None,
    origin: OriginOption = None,
    tier: TierOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Limit = 20,
    oldest: Annotated[bool, typer.Option("--oldest", help="Oldest first.")] = False,
    as_json: Json = False,
) -> None:
    """Stored samples, the newest first."""
    chosen = query(
        kind,
        cell,
        purpose,
        verdict,
        since,
        until,
        producer=producer,
        checkpoint_id=checkpoint,
        criterion=criterion,
        species=species,
        origin=origin,
        tier=tier,
        limit=limit,
        newest_first=not oldest,
    )
    found = asyncio.run(_samples(find_run(run), chosen))
    if as_json:
        dump(found)
        return
    for item in found:
        say(sample_line(item))


def sample(
    sample_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a sample, 32 hexadecimal digits.")],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """A sample with all that it answers to, all that answers to it, and the checkpoints that learned from these."""
    family = asyncio.run(_family(find_run(run), sample_id))
    if as_json:
        dump(family)
        return
    for item in family.samples:
        say("\n".join(sample_lines(item)) + "\n")
    for learning in family.learnings:
        say(learning_line(learning))


def checkpoint(
    checkpoint_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a checkpoint; `swarm status` names them.")],
    run: RunOption = None,
    with_samples: Annotated[
        bool, typer.Option("--samples", help="Show the corrections that it learned from, the newest first.")
    ] = False,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """A student version: how its exam ended, and what it and those that it was trained from have learned."""
    made, learned = asyncio.run(_making(find_run(run), checkpoint_id, limit if with_samples else 0))
    if as_json:
        shown = {"samples": [item.model_dump(mode="json") for item in learned]} if with_samples else {}
        dump(made.model_dump(mode="json") | shown)
        return
    say("\n".join(making_lines(made)))
    for item in learned:
        say(sample_line(item))


async def _state(run: Path) -> SwarmState:
    async with reading(run) as reader:
        return await reader.state()


async def _samples(run: Path, query: Query) -> list[Sample]:
    async with reading(run) as reader:
        return await reader.samples(query)


async def _family(run: Path, sample_id: str) -> Family:
    async with reading(run) as reader:
        return await reader.family(sample_id)


async def _making(run: Path, checkpoint_id: str, samples: int) -> tuple[Making, list[Sample]]:
    async with reading(run) as reader:
        made = await reader.making(checkpoint_id)
        learned = Query(learned_by=checkpoint_id, limit=samples)
        return made, await reader.samples(learned) if samples else []


async def _watch(run: Path, chosen: Interest, since: int | None, limit: int, as_json: bool) -> None:
    shown = 0
    async with operator(run) as client:
        begin = (await client.state()).revision if since is None else since
        async for event in client.watch(begin, chosen):
            if event.kind is EventKind.BOOKMARK:
                continue
            _show(event, as_json)
            shown += 1
            if shown == limit:
                return


def _show(event: Event, as_json: bool) -> None:
    if as_json:
        typer.echo(event.model_dump_json(exclude_none=True))
    else:
        say(event_line(event))
