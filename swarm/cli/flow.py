"""The roles of a run that its config declares: put in place while it runs, and drawn."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunOption, find_run, stored_config
from swarm.config import Config, load
from swarm.config_text import write_config
from swarm.errors import ConfigError
from swarm.flow import FlowRecord, RoleSpec
from swarm.report.reading import operator, reading
from swarm.state import SwarmState
from swarm.topology import as_svg, in_mermaid, in_words, stands, ways

LIVE = "flow"
"""The one section that a running swarm takes."""


def apply(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Config file, TOML.")],
    run: RunOption = None,
    drain: Annotated[
        bool,
        typer.Option(
            "--drain",
            help="Where a role goes, let what waits at its gate go on, and take out what waits at its tap.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Put the roles that a config declares in place of those of a running swarm. Other changes are refused by name."""
    folder = find_run(run)
    wanted, before = load(config), stored_config(folder)
    if changed := differing(before, wanted):
        raise ConfigError(
            f"{config} also changes {', '.join(changed)}, which a running swarm can't take",
            f"Change only [{LIVE}.*], or stop it and start it again: swarm down {folder}; swarm up {config} --resume",
        )
    applied = asyncio.run(_apply(folder, wanted.declared_roles, drain))
    write_config(before.model_copy(update={LIVE: wanted.flow}), folder)
    if as_json:
        dump(applied)
        return
    names = ", ".join(role.name for role in applied.roles) or "none"
    say(f"declared roles of {folder}, from revision {applied.revision}: {names}")


def topology(
    run: RunOption = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="A Mermaid flowchart.")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="A picture, as SVG.")] = False,
    as_json: Json = False,
) -> None:
    """The flow as it is now: who stands where, what waits before each, and who works there."""
    if mermaid + svg + as_json > 1:
        raise ConfigError("more than one of --mermaid, --svg and --json was given", "Give one, or none for text")
    state = asyncio.run(_state(find_run(run)))
    if as_json:
        dump({"roles": [asdict(stand) for stand in stands(state)], "ways": [asdict(way) for way in ways(state)]})
        return
    typer.echo((in_mermaid if mermaid else as_svg if svg else in_words)(state))


def differing(before: Config, wanted: Config) -> list[str]:
    """Settings, by dotted name, in which two configs differ and that no running swarm takes; the run folder is none."""
    one, two = (_settings("", config.model_dump(mode="json", exclude={LIVE})) for config in (before, wanted))
    names = sorted(one.keys() | two.keys())
    return [name for name in names if name != "swarm.run" and one.get(name) != two.get(name)]


def _settings(prefix: str, table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}.{key}" if prefix else key
        found |= _settings(name, value) if isinstance(value, dict) and value else {name: value}
    return found


async def _apply(run: Path, roles: tuple[RoleSpec, ...], drain: bool) -> FlowRecord:
    async with operator(run) as client:
        return await client.apply_flow(roles, drain)


async def _state(run: Path) -> SwarmState:
    async with reading(run) as reader:
        return await reader.state()
