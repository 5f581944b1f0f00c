"""An agent of one's own: a skeleton to begin from, and a check of one that is there."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swarm.cli.edge import Edge, Json, dump, say
from swarm.roles import Role
from swarm.skeletons import Language, written

if TYPE_CHECKING:
    from swarm.conformance.report import Report
    from swarm.conformance.stage import Terms
    from swarm.conformance.target import Target

app = typer.Typer(cls=Edge, no_args_is_help=True, help="An agent of your own: begin one, and check it.")


@app.command()
def check(
    target: Annotated[
        str,
        typer.Argument(
            help="module:Class, or a command line that starts the agent. It finds address, token and name in the "
            "environment (SWARM_TARGET, SWARM_CREDENTIAL, SWARM_AGENT); {target}, {credential} and {name} in the "
            "command line are replaced by them."
        ),
    ],
    role: Annotated[str, typer.Option(help="What the command line starts; a class says it itself.")] = "",
    config: Annotated[
        Path | None,
        typer.Option(metavar="CONFIG", help="The config that declares the role, where it is one of your own."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Play this scenario; repeatable.")] = None,
    domain: Annotated[str, typer.Option(help="Domain of the work that it is given.")] = "calendar",
    step: Annotated[float, typer.Option(min=1, help="Seconds that it may take for one step, its start included.")] = 30,
    leaving: Annotated[float, typer.Option(min=1, help="Seconds in which it must have left after SIGTERM.")] = 20,
    at_once: Annotated[int, typer.Option(min=1, max=16, help="Scenarios at once; each starts the agent.")] = 1,
    as_json: Json = False,
) -> None:
    """Play a swarm against an agent, and say what it gets right and wrong; exit code 1 where something is wrong."""
    # Loads the whole gateway, which no other command should wait for.
    from swarm.config import load
    from swarm.conformance.check import chosen
    from swarm.conformance.stage import Terms
    from swarm.conformance.target import target_of

    found = target_of(target, role, load(config).declared_roles if config is not None else ())
    names, terms = chosen(found.role, only or ()), Terms(domain, step, leaving)
    report = asyncio.run(_report(target, found, names, terms, at_once, not as_json))
    if as_json:
        dump(report)
    else:
        right = len(report.played) - len(report.wrong()) - len(report.skipped())
        say(f"{right} of {len(report.played)} right" + "".join(f", {name} wrong" for name in report.wrong()))
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Its name, as in `ticket-prober`.")],
    role: Annotated[Role, typer.Option(help="prober, student, judge or teacher.")] = Role.PROBER,
    language: Annotated[
        Language, typer.Option(help="In TypeScript it is an npm package in a folder of its own.")
    ] = Language.PYTHON,
    to: Annotated[Path, typer.Option(help="Folder for its two files, or for the package.")] = Path(),
    as_json: Json = False,
) -> None:
    """Write a working agent and its test; nothing that is there is overwritten."""
    files = [str(file) for file in written(name, role, to, language)]
    if as_json:
        dump({"files": files})
    else:
        say("\n".join(f"wrote {file}" for file in files))
        python = f"cd {to} && python -m pytest {Path(files[1]).name}"
        say(f"next: {python if language is Language.PYTHON else f'cd {to / name} && npm ci && npm test'}")


async def _report(text: str, target: "Target", names: list[str], terms: "Terms", at_once: int, aloud: bool) -> "Report":
    from swarm.conformance.check import played
    from swarm.conformance.report import Report, lines

    ended = []
    async for one in played(target, names, terms, at_once):
        ended.append(one)
        if aloud:
            say("\n".join(lines(one)))
    return Report(target=text, role=target.role.name, played=tuple(ended))
