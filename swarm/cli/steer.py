"""Steering a run: down, pause, resume, rollback."""

import asyncio
from pathlib import Path
from typing import Annotated

import psutil
import typer

from swarm.cli import child
from swarm.cli.edge import Json, dump, say
from swarm.cli.launch import Detach, Plain, Settings, checked, how_to_show, launch, launch_detached, overrides
from swarm.cli.places import RunArgument, RunOption, Standing, find_run, read_note, standing, stored_config
from swarm.errors import ConfigError, RefusedError, UnavailableError
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.report.reading import operator
from swarm.state import PhaseRecord
from swarm.students import Checkpoint

_TRIES = 5


def down(
    run: RunArgument = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the work under way.")] = 120,
    kill: Annotated[bool, typer.Option("--kill", help="Kill what is left after that.")] = False,
    as_json: Json = False,
) -> None:
    """Stop a run gracefully; `swarm resume` continues it."""
    folder = find_run(run)
    note = read_note(folder)
    was_running = note is not None and note.alive
    if note is not None and was_running:
        child.stop(note.pid)
        try:
            psutil.Process(note.pid).wait(wait)
        except psutil.NoSuchProcess:
            pass
        except psutil.TimeoutExpired:
            if not kill:
                raise UnavailableError(
                    f"{str(folder)!r} (pid {note.pid}) still drains after {wait:g} s", "Wait longer, or add --kill"
                ) from None
            child.kill(note.pid)
    if as_json:
        dump({"run": str(folder), "was_running": was_running, "standing": standing(folder)})
    else:
        say(f"run {folder} {'has stopped' if was_running else 'was not running'}")


def pause(run: RunArgument = None, as_json: Json = False) -> None:
    """Let probers and trainer rest; the gateway goes on answering."""
    folder = find_run(run)
    phase = asyncio.run(_set_paused(folder, True))
    dump(phase) if as_json else say(f"run {folder} is paused in phase {phase.name}; go on: swarm resume {folder}")


def resume(
    run: RunArgument = None,
    settings: Settings = None,
    detach: Detach = False,
    plain: Plain = False,
    as_json: Json = False,
) -> None:
    """Continue a run: one that is paused goes on, one that was stopped is started again where it was."""
    folder = find_run(run)
    stands = standing(folder)
    if stands is Standing.RUNNING:
        phase = asyncio.run(_set_paused(folder, False))
        dump(phase) if as_json else say(f"run {folder} goes on in phase {phase.name}")
        return
    stored_config(folder)
    if stands is Standing.FINISHED and not settings:
        raise ConfigError(f"{str(folder)!r} is finished", "Give it a larger budget, such as --set budget.minutes=60")
    config = checked(folder / CONFIG_FILE, overrides(settings))
    if detach:
        launch_detached(config, folder, resume=True, as_json=as_json)
        return
    launch(config, folder, resume=True, show=how_to_show(plain, as_json))
    if as_json:
        dump({"run": str(folder), "standing": standing(folder)})


def rollback(
    checkpoint: Annotated[str, typer.Argument(help="Id of a former champion, or of the base.")],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Let an earlier checkpoint serve again."""
    champion = asyncio.run(_rollback(find_run(run), checkpoint))
    dump(champion) if as_json else say(f"checkpoint {champion.id} serves again")


async def _rollback(run: Path, checkpoint: str) -> Checkpoint:
    async with operator(run) as client:
        return await client.rollback(checkpoint)


async def _set_paused(run: Path, paused: bool) -> PhaseRecord:
    """Pause or continue, whatever phase the supervisor moves to meanwhile."""
    async with operator(run) as client:
        for _ in range(_TRIES):
            phase = await client.phase()
            if phase.paused is paused:
                return phase
            try:
                return await client.set_phase(phase.model_copy(update={"paused": paused}), phase.revision)
            except RefusedError as error:
                if error.reason != "CONFLICT":
                    raise
    raise UnavailableError(f"the phase of {str(run)!r} moved {_TRIES} times meanwhile", "Try again")
