"""Run folders: which one is meant, and how far it has come."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import psutil
import typer
from pydantic import BaseModel, ValidationError

from swarm.access import ADDRESS_FILE
from swarm.config import Config, load
from swarm.domains.settled import of_run
from swarm.errors import ConfigError
from swarm.exported import is_exported, read_exported
from swarm.gateway.run_folder import CONFIG_FILE, STORE_FILE
from swarm.report.reading import snapshot

ROOT = Path("runs")
CLUSTER_FILE = "cluster.json"
LOG_FILE = "cluster.log"
_SIGNS = (CLUSTER_FILE, ADDRESS_FILE, STORE_FILE, CONFIG_FILE)
_CLOCK_SECONDS = 5.0

RunOption = Annotated[Path | None, typer.Option("--run", help="Run folder; the newest below runs/ where not given.")]
RunArgument = Annotated[Path | None, typer.Argument(help="Run folder; the newest below runs/ where not given.")]


class ClusterNote(BaseModel):
    """What `cluster.up` leaves in the run folder: who runs it, since when, and how it stands."""

    pid: int
    started_at: datetime
    status: str

    @property
    def alive(self) -> bool:
        """Whether that very process still runs (a later process with the same pid is another one)."""
        try:
            process = psutil.Process(self.pid)
            born = process.create_time()
        except psutil.Error:
            return False
        return process.status() != psutil.STATUS_ZOMBIE and born <= self.started_at.timestamp() + _CLOCK_SECONDS


class Standing(StrEnum):
    """How far a run has come."""

    NEW = "new"
    RUNNING = "running"
    UNFINISHED = "unfinished"
    FINISHED = "finished"


def find_run(run: Path | None) -> Path:
    """The folder that is meant. Raises ConfigError where there is no such run, or none at all."""
    if run is not None:
        if standing(run) is Standing.NEW:
            raise ConfigError(f"{str(run)!r} is not a run folder", "Start a run: swarm up CONFIG --run DIR")
        return run
    runs = [folder for folder in ROOT.glob("*") if folder.is_dir() and standing(folder) is not Standing.NEW]
    if not runs:
        raise ConfigError(f"there is no run below {str(ROOT)!r}", "Start one: swarm up CONFIG, or give --run DIR")
    return max(runs, key=_touched)


def read_note(run: Path) -> ClusterNote | None:
    """What `cluster.up` wrote last; None where it never ran here. Raises ConfigError where that can't be read."""
    file = run / CLUSTER_FILE
    try:
        return ClusterNote.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise ConfigError(
            f"{str(file)!r} can't be read: {error}", "Delete it if nothing runs on this folder"
        ) from error


def standing(run: Path) -> Standing:
    """How far the run in a folder has come."""
    if not any((run / sign).exists() for sign in _SIGNS):
        return Standing.NEW
    note = read_note(run)
    if note is None:
        return Standing.UNFINISHED
    if note.alive:
        return Standing.RUNNING
    return Standing.FINISHED if note.status == "finished" else Standing.UNFINISHED


def stored_config(run: Path) -> Config:
    """The config that a run was started with. Raises ConfigError where it isn't there."""
    if not (run / CONFIG_FILE).is_file():
        raise ConfigError(
            f"{str(run)!r} holds no {CONFIG_FILE}", "It was not started by `swarm up`; start it again with it"
        )
    return load(run / CONFIG_FILE)


def find_student(place: Path | None) -> Path:
    """The run that is meant, or the exported student. Raises ConfigError where there is neither."""
    return place if place is not None and is_exported(place) else find_run(place)


def run_domain(run: Path) -> str:
    """The domain of a run: by its config, or else by its store; of an exported student: by what it says."""
    if is_exported(run):
        return read_exported(run).domain
    if (run / CONFIG_FILE).is_file():
        return of_run(stored_config(run).swarm.domain, run)
    with snapshot(run) as exchange:
        return exchange.state().domain


def move_aside(run: Path) -> Path:
    """Rename a run folder to the next free `RUN.old-N`; returns that."""
    number = 1
    while (aside := run.with_name(f"{run.name}.old-{number}")).exists():
        number += 1
    return run.rename(aside)


def _touched(run: Path) -> float:
    return max((run / sign).stat().st_mtime for sign in _SIGNS if (run / sign).exists())
