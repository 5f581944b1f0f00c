"""Credentials for agents that come from outside: issue, rotate, revoke, list."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Column, Table

from swarm.access import TLS_FOLDER, read_address
from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.places import RunOption, find_run
from swarm.client import SwarmClient
from swarm.errors import ConfigError
from swarm.gateway.tls import Authority
from swarm.records import Tier
from swarm.report.reading import operator
from swarm.roles import Credential

T = TypeVar("T")

app = typer.Typer(cls=Edge, no_args_is_help=True, help="Credentials of agents that come from outside.")

Days = Annotated[float, typer.Option(min=0.001, max=400, help="How many days it lasts.")]
Out = Annotated[Path | None, typer.Option(help="Write the token to this new file instead of the terminal.")]


_COLUMNS: tuple[Column | str, ...] = (
    *(Column(name, no_wrap=True) for name in ("id", "name", "role", "expires")),
    "state",
    "gold",
    "why",
)


@app.command()
def issue(
    name: Annotated[str, typer.Argument(help="The agent's name; calls under another one are refused.")],
    role: Annotated[str, typer.Option(help="What it may do: a role of the swarm's, or one that the config declares.")],
    tier: Annotated[
        Tier | None,
        typer.Option(
            help="How far it is trusted; by default a new name is quarantined, and a known one stays as it is."
        ),
    ] = None,
    days: Days = 30,
    out: Out = None,
    certificate: Annotated[bool, typer.Option("--certificate", help="Make a client certificate (mTLS), too.")] = False,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Make a credential for one agent; its token is shown this once."""
    folder = find_run(run)
    _refuse_existing(out)
    made, token = _with_client(folder, lambda client: client.issue_credential(name, role, days * 86_400, tier))
    files = [str(file) for file in Authority(folder).client(name)] if certificate else []
    _hand_over(folder, made, token, out, files, as_json)


@app.command()
def rotate(
    credential: Annotated[str, typer.Argument(help="Id of the credential.")],
    days: Days = 30,
    overlap: Annotated[float, typer.Option(min=0, max=168, help="Hours for which the old one goes on.")] = 1,
    out: Out = None,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Make a successor with the same name and role; the old one goes on for the overlap."""
    folder = find_run(run)
    _refuse_existing(out)
    made, token = _with_client(
        folder, lambda client: client.rotate_credential(credential, days * 86_400, overlap * 3_600)
    )
    _hand_over(folder, made, token, out, [], as_json)


@app.command()
def revoke(
    credential: Annotated[str, typer.Argument(help="Id of the credential.")],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """End a credential now; what streams it has open end within 5 seconds."""
    ended = _with_client(find_run(run), lambda client: client.revoke_credential(credential))
    dump(ended) if as_json else say(f"credential {ended.id} of {ended.name} is revoked")


@app.command("tier")
def set_tier(
    name: Annotated[str, typer.Argument(help="The agent's name.")],
    tier: Annotated[Tier, typer.Argument(help="trusted, quarantined or suspended.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept, and told to an agent that is suspended.")],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Trust, quarantine or suspend the agent of a name; its gold checks are counted anew."""
    placed = _with_client(find_run(run), lambda client: client.set_tier(name, tier, reason))
    dump(placed) if as_json else say(f"{placed.name} is {placed.tier}: {placed.reason}")


@app.command("list")
def list_credentials(run: RunOption = None, as_json: Json = False) -> None:
    """All credentials that were issued, without their tokens."""
    found = _with_client(find_run(run), lambda client: client.credentials())
    if as_json:
        dump(found)
        return
    table, now = Table(*_COLUMNS, box=None), datetime.now(UTC)
    for item in found:
        placed, state = item.standing, item.ended(now) or item.standing.tier
        gold = f"{placed.right}/{placed.checked}"
        table.add_row(item.id, item.name, item.role_name, f"{item.expires_at:%Y-%m-%d}", state, gold, placed.reason)
    say(table)


def _with_client(run: Path, act: Callable[[SwarmClient], Awaitable[T]]) -> T:
    async def acted() -> T:
        async with operator(run) as client:
            return await act(client)

    return asyncio.run(acted())


def _refuse_existing(out: Path | None) -> None:
    if out is not None and out.exists():
        raise ConfigError(f"{str(out)!r} exists", "Give a new file, or delete that one")


def _hand_over(run: Path, made: Credential, token: str, out: Path | None, files: list[str], as_json: bool) -> None:
    if out is not None:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(f"{token}\n")
    address = read_address(run)
    ca = str(run / TLS_FOLDER / "ca.pem") if address.tls else ""
    shown = {"token": token} if out is None else {"token_file": str(out)}
    if as_json:
        where = {"address": address.address, "ca": ca, "certificate": files}
        dump({"credential": made.model_dump(mode="json"), **shown, **where})
        return
    until = f"good until {made.expires_at:%Y-%m-%d %H:%M} UTC"
    say(f"credential {made.id} for {made.name} ({made.role_name}, {made.standing.tier}), {until}")
    say("\n".join(f"{key}: {value}" for key, value in shown.items()))
    say(f"gateway: {address.address}{f', CA {ca}' if ca else ''}{f', certificate {files}' if files else ''}")
