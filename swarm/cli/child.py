"""The cluster as a child process: started, watched, stopped gracefully at the first ^C and killed at the second."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psutil
import typer

from swarm.cli.places import LOG_FILE
from swarm.errors import SwarmError

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TAIL_LINES = 20


class ClusterFailed(SwarmError):
    """The cluster ended with another exit code than 0."""


def command(config: Path, resume: bool) -> list[str]:
    """How the cluster is started."""
    return [sys.executable, "-m", "cluster.up", str(config), *(["--resume"] if resume else [])]


def start_detached(arguments: Sequence[str], run: Path) -> int:
    """Start the cluster so that it outlives this process; returns its pid."""
    with (run / LOG_FILE).open("ab") as log:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True).pid


async def run_attached(arguments: Sequence[str], run: Path, view: Callable[[], Awaitable[None]]) -> bool:
    """Run the cluster with a view beside it until it ends; whether a person stopped it.

    The first ^C (or SIGTERM, SIGHUP) lets it drain, the second kills it. Raises ClusterFailed where it failed.
    """
    with (run / LOG_FILE).open("ab") as log:
        # In a session of its own, so that the terminal's ^C reaches it only through this process.
        child = await asyncio.create_subprocess_exec(
            *arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    stops = _Stops(child.pid)
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stops.receive)
    watching = asyncio.ensure_future(view())
    try:
        code = await child.wait()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        for number in _STOPS:
            loop.remove_signal_handler(number)
    if stops.count == 0 and code != 0:
        raise ClusterFailed(
            f"the cluster of {str(run)!r} ended with code {code}\n{_tail(run / LOG_FILE)}", _advice(run)
        )
    return stops.count > 0


class _Stops:
    """Counts what a person asked for."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.count = 0

    def receive(self) -> None:
        self.count += 1
        if self.count == 1:
            typer.echo("stopping: work under way is drained; ^C again kills it", err=True)
            stop(self._pid)
        else:
            typer.echo("killed; nothing that was acknowledged is lost", err=True)
            kill(self._pid)


def stop(pid: int) -> None:
    """Ask a cluster to drain and end."""
    try:
        psutil.Process(pid).send_signal(signal.SIGINT)
    except psutil.NoSuchProcess:
        return


def kill(pid: int) -> None:
    """End a cluster and all that it started, at once."""
    try:
        root = psutil.Process(pid)
        family = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def _advice(run: Path) -> str:
    return f"Read {run / LOG_FILE}; `swarm resume {run}` goes on from where it was"


def run_here(module: str, arguments: Sequence[str]) -> int:
    """Run a module in a process that has this terminal, and return its exit code.

    ^C reaches it from the terminal, and SIGTERM through this process; it says itself what either does.
    """
    process = subprocess.Popen([sys.executable, "-m", module, *arguments])
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGTERM))
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
