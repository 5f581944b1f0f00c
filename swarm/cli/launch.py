"""Starting a run: its config is checked and written down, its folder cleared, the cluster started with a view."""

import asyncio
import json
import sys
from enum import Enum, auto
from pathlib import Path
from typing import Annotated, Any

import typer

from swarm import weights
from swarm.cli import child
from swarm.cli.edge import INTERRUPTED, dump, say
from swarm.cli.places import LOG_FILE, Standing, move_aside, read_note, standing
from swarm.config import Config, load
from swarm.config_text import located, write_config
from swarm.domains import load_domain
from swarm.domains.exam import EXAM_SEED, frozen_exam
from swarm.domains.settled import of_run
from swarm.errors import ConfigError
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.general import exam_of_run, general_exam
from swarm.live import follow
from swarm.records import Cell

ConfigArgument = Annotated[Path, typer.Argument(metavar="CONFIG", help="Config file, TOML.")]
RunFolder = Annotated[Path | None, typer.Option("--run", help="Run folder, instead of the config's.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed, instead of the config's.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; repeatable.")]
Detach = Annotated[bool, typer.Option("--detach", help="Return at once; the run goes on in the background.")]
Plain = Annotated[bool, typer.Option("--plain", help="Lines of progress instead of a live table.")]


class Show(Enum):
    """What is printed while a run goes on."""

    TABLE = auto()
    LINES = auto()
    NOTHING = auto()


def overrides(settings: list[str] | None) -> dict[str, Any]:
    """The changes that `--set key=value` asks for; a value is read as JSON where it is JSON, else as text."""
    changes: dict[str, Any] = {}
    for setting in settings or ():
        key, equals, value = setting.partition("=")
        if not (equals and key.strip()):
            raise ConfigError(f"--set {setting!r} is not of the form key=value", "Write it as --set budget.minutes=20")
        try:
            changes[key.strip()] = json.loads(value)
        except ValueError:
            changes[key.strip()] = value
    return changes


def checked(path: Path, changes: dict[str, Any]) -> Config:
    """A config that can be run here: domain, cells and weights exist. Raises ConfigError or WeightsError."""
    config = load(path, changes)
    named, general = config.swarm.domain, config.exam.general
    if path.name == CONFIG_FILE:
        named, general = of_run(named, path.parent), exam_of_run(general, path.parent)
    try:
        domain = load_domain(named, config.swarm.data)
        cells = [Cell.parse(key) for key in config.exam.cells]
    except ValueError as error:
        raise ConfigError(f"{path}: {error}", "Mend that setting") from error
    known = {cell.key for cell in domain.cells()}
    for cell in cells:
        if cell.key not in known:
            raise ConfigError(
                f"{path}: exam.cells: {config.swarm.domain} has no cell {cell.key!r}", f"Known: {sorted(known)}"
            )
    weights.folder(config.student_source)
    general_exam(general)
    chosen = cells or list(domain.cells())
    try:
        frozen_exam(domain, chosen, -(-config.exam.items // len(chosen)), EXAM_SEED)
    except ValueError as error:
        # Better now than at the end of the run, when the exam is sat.
        raise ConfigError(f"{path}: exam.items is {config.exam.items}: {error}", "Lower exam.items") from error
    return config


def prepare(run: Path, fresh: bool, resume: bool, clear_finished: bool) -> bool:
    """Make the folder ready; whether the run in it is to be continued. Raises ConfigError where that isn't clear."""
    stands = standing(run)
    if stands is Standing.NEW:
        return False
    if stands is Standing.RUNNING:
        note = read_note(run)
        pid = note.pid if note else 0
        raise ConfigError(
            f"{str(run)!r} is running (pid {pid})", f"See it: swarm status --run {run}; stop it: swarm down {run}"
        )
    if resume:
        return True
    if fresh or (clear_finished and stands is Standing.FINISHED):
        typer.echo(f"the run that was there is now {move_aside(run)}", err=True)
        return False
    raise ConfigError(
        f"{str(run)!r} holds a run that is {stands}",
        "Add --resume to continue it, or --fresh to move it aside and start anew",
    )


def launch(config: Config, run: Path, *, resume: bool, show: Show) -> None:
    """Start the cluster on a run folder and stay until it ends. ^C ends with exit code 130."""
    arguments = child.command(write_config(located(config, run), run), resume)

    if show is not Show.NOTHING:
        typer.echo(f"run {run} is starting; its log is {run / LOG_FILE}", err=True)

    async def view() -> None:
        if show is not Show.NOTHING:
            await follow(run, show is Show.TABLE, config.budget)

    if asyncio.run(child.run_attached(arguments, run, view)):
        typer.echo(f"run {run} was stopped; go on with: swarm resume {run}", err=True)
        raise typer.Exit(INTERRUPTED)


def launch_detached(config: Config, run: Path, *, resume: bool, as_json: bool) -> None:
    """Start the cluster on a run folder and return."""
    pid = child.start_detached(child.command(write_config(located(config, run), run), resume), run)
    if as_json:
        dump({"run": str(run), "pid": pid})
    else:
        say(f"run {run} has started (pid {pid}); see it: swarm status --run {run}; stop it: swarm down {run}")


def how_to_show(plain: bool, as_json: bool) -> Show:
    """A live table at a terminal, lines elsewhere, nothing where the output is JSON."""
    if as_json:
        return Show.NOTHING
    return Show.TABLE if sys.stdout.isatty() and not plain else Show.LINES


def up(
    config: ConfigArgument,
    *,
    run: RunFolder = None,
    seed: Seed = None,
    settings: Settings = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Move a run that is in the folder aside.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run that is in the folder.")] = False,
    detach: Detach = False,
    plain: Plain = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the outcome, as JSON.")] = False,
) -> None:
    """Start a run and show it. ^C drains and stops it, a second ^C kills it."""
    changes = overrides(settings) | ({} if seed is None else {"swarm.seed": seed})
    found = checked(config, changes)
    folder = run or Path(found.swarm.run)
    resume = prepare(folder, fresh, resume, clear_finished=False)
    if detach:
        launch_detached(found, folder, resume=resume, as_json=as_json)
        return
    launch(found, folder, resume=resume, show=how_to_show(plain, as_json))
    if as_json:
        dump({"run": str(folder), "standing": standing(folder)})
