"""Who takes part: `swarm agents` lists them; drain and undrain say who gets work."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.places import RunOption, find_run
from swarm.client import SwarmClient
from swarm.errors import UnavailableError
from swarm.report.reading import answering, operator, reading
from swarm.roles import AgentStatus

app = typer.Typer(cls=Edge, invoke_without_command=True)

Name = Annotated[str, typer.Argument(help="The agent's name.")]
_COLUMNS = ("version", "done", "per s", "failed", "holds", "for", "silent", Column("note", no_wrap=True))


@app.callback()
def agents(context: typer.Context, run: RunOption = None, as_json: Json = False) -> None:
    """Everyone registered: state, trust, what was done and how fast, failures, what is held, and since when nothing was
    heard."""
    if context.invoked_subcommand:
        return
    found = asyncio.run(_agents(find_run(run)))
    if as_json:
        dump(found)
        return
    say(table(found, datetime.now(UTC)))


@app.command()
def drain(
    name: Name,
    run: RunOption = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has left.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="With --wait: seconds to wait at most.")] = 300,
    as_json: Json = False,
) -> None:
    """Let an agent finish what it holds and go. Its name gets no work until `swarm agents undrain`."""
    status = asyncio.run(_drain(find_run(run), name, timeout if wait else None))
    if as_json:
        dump(status)
        return
    holding = f", which holds {status.leases} samples" if status.leases else ""
    where = "has left" if status.gone else f"is told to leave{holding}"
    say(f"{name} {where}; let it back: swarm agents undrain {name}")


@app.command()
def undrain(name: Name, run: RunOption = None, as_json: Json = False) -> None:
    """Let an agent of that name have work again; the supervisor starts one of its own again."""
    status = asyncio.run(_undrain(find_run(run), name))
    if as_json:
        dump(status)
        return
    say(f"{name} {'may come back' if status.gone else 'gets work again'}")


def table(found: Sequence[AgentStatus], now: datetime) -> Table:
    """The agents as they stand at a time."""
    made = Table(*(Column(name, no_wrap=True) for name in ("name", "role", "state")), *_COLUMNS, box=None)
    for agent in found:
        tried = agent.completed + agent.failed
        failed = f"{agent.failed} ({agent.failed / tried:.0%})" if agent.failed else "0"
        held = (str(agent.leases), _age(agent.oldest_lease_at, now) if agent.oldest_lease_at else "-")
        made.add_row(
            agent.card.name,
            f"{agent.card.role_name}, {agent.standing.tier}" if agent.standing else agent.card.role_name,
            state(agent),
            agent.card.version,
            str(agent.completed),
            "-" if agent.absent or agent.gone else f"{agent.per_second:.1f}",
            failed,
            *held,
            _age(agent.last_seen_at, now),
            agent.note,
        )
    return made


def state(agent: AgentStatus) -> str:
    """Where an agent stands, in a word or two."""
    if agent.gone:
        return "drained"
    return " ".join(word for word, holds in (("absent", agent.absent), ("draining", agent.draining)) if holds) or "here"


def _age(since: datetime, now: datetime) -> str:
    seconds = max(0.0, (now - since).total_seconds())
    for most, unit, name in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < most:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 86_400:.0f} d"


async def _agents(run: Path) -> Sequence[AgentStatus]:
    """Those who left drained are known to a gateway only."""
    if (client := await answering(run)) is not None:
        async with client:
            return await client.agents()
    async with reading(run) as reader:
        return (await reader.state()).agents


async def _drain(run: Path, name: str, seconds: float | None) -> AgentStatus:
    async with operator(run) as client:
        since = (await client.state()).revision
        status = await client.drain(name)
        if seconds is None or status.gone:
            return status
        try:
            async with asyncio.timeout(seconds):
                return await _left(client, name, since)
        except TimeoutError:
            raise UnavailableError(
                f"{name} has not left after {seconds:g} s", "See what it holds: swarm agents; or wait longer"
            ) from None


async def _left(client: SwarmClient, name: str, since: int) -> AgentStatus:
    async with aclosing(client.watch(since)) as events:
        async for event in events:
            if event.agent is not None and event.agent.card.name == name and event.agent.gone:
                return event.agent
    raise UnavailableError("the gateway ended the watch", "Look again: swarm agents")


async def _undrain(run: Path, name: str) -> AgentStatus:
    async with operator(run) as client:
        return await client.undrain(name)
