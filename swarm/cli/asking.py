"""What goes wrong in a run, and how its student fails."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunOption, find_run
from swarm.rates import ErrorGroup, SpeciesCount
from swarm.report.reading import reading


def errors(run: RunOption = None, as_json: Json = False) -> None:
    """Work that came to nothing: the latest burned deliveries, by queue, kind and reason."""
    found = asyncio.run(_errors(find_run(run)))
    if as_json:
        dump(found)
        return
    for group in found:
        last = f"{group.last_at.astimezone():%Y-%m-%d %H:%M:%S}"
        say(f"{group.count:>5}  {group.queue or group.stage} {group.kind}: {group.reason}")
        say(f"       last {last}, sample {group.last_sample_id}, held by {', '.join(group.agents)}")
    if not found:
        say("no delivery was burned")


def species(
    checkpoint: Annotated[str, typer.Option(help="Only in attempts of this checkpoint.")] = "",
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """How the student fails: every species that a verdict has named, how often, and the last such verdict."""
    found = sorted(asyncio.run(_species(find_run(run), checkpoint)), key=lambda item: (-item.failures, item.name))
    if as_json:
        dump(found)
        return
    for item in found:
        say(f"{item.failures:>5}  {item.last_sample_id}  {item.name}")
    if not found:
        say("no verdict has named a species")


async def _errors(run: Path) -> list[ErrorGroup]:
    async with reading(run) as reader:
        return await reader.errors()


async def _species(run: Path, checkpoint_id: str) -> list[SpeciesCount]:
    async with reading(run) as reader:
        return await reader.species(checkpoint_id)
