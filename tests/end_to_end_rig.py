"""A whole swarm as a process of its own: started on a config, looked at, robbed of parts, killed whole, resumed."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil

from swarm.access import ADDRESS_FILE, read_address
from swarm.client import SwarmClient
from swarm.events import Event
from swarm.roles import Role
from tests.waiting import until

CELLS = ("span/rain/duration", "recurrence/border/none", "span/border/ask")
ROOT = Path(__file__).parents[1]


def write_config(folder: Path, *, corrections: int) -> Path:
    """A config of three easy cells, small rounds and small exams."""
    file = folder / "small.toml"
    file.write_text(
        f"""
[swarm]
name = "small"
run = "{folder / "run"}"
[budget]
corrections = {corrections}
[student]
max_new_tokens = 24
[engines.student]
kind = "transformers"
[roles.prober]
batch = 16
[roles.student]
batch = 16
[trainer]
mode = "full"
learning_rate = 2e-4
batch = 8
round_new = 16
round_wait_seconds = 10
replay = 0.5
exam_every = 2
[exam]
items = 20
pairs = 32
cells = {list(CELLS)}
"""
    )
    return file


class Launched:
    """`python -m cluster.up` on a config, with all the processes below it."""

    def __init__(self, config: Path, run: Path) -> None:
        self.run = run
        self._config = config
        self._log = (run.parent / "cluster.log").open("ab")
        self._process: asyncio.subprocess.Process | None = None
        self._seen: set[psutil.Process] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill_all()
        self._log.close()

    async def start(self, *more: str) -> None:
        """Start it, and wait until its gateway listens. Fails where it ends instead."""
        (self.run / ADDRESS_FILE).unlink(missing_ok=True)
        command = [sys.executable, "-m", "cluster.up", str(self._config), *more]
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=self._log, stderr=self._log, start_new_session=True
        )
        process = self._process
        await asyncio.to_thread(until, lambda: self._listens() or process.returncode is not None, 60)
        assert process.returncode is None, f"it ended with {process.returncode}:\n{self.last_words()}"

    def _listens(self) -> bool:
        return (self.run / ADDRESS_FILE).is_file()

    def operator(self) -> SwarmClient:
        """Someone who looks on, and does not mind a gateway that is away for a while."""
        return SwarmClient.for_run(self.run, Role.OPERATOR, "operator-1", patience=60)

    async def shows(self, client: SwarmClient, wanted: Callable[[Event], bool], after: int = 0) -> Event:
        """The first event of that kind. Fails where the swarm ends before."""

        async def look() -> Event:
            async for event in client.watch(after):
                if wanted(event):
                    return event
            raise AssertionError("the stream of events has ended")

        assert self._process is not None
        looking, ending = asyncio.ensure_future(look()), asyncio.ensure_future(self._process.wait())
        await asyncio.wait([looking, ending], return_when=asyncio.FIRST_COMPLETED)
        assert looking.done(), f"it ended with {ending.result()}:\n{self.last_words()}"
        ending.cancel()
        return looking.result()

    async def ended(self) -> int:
        """Its exit code, once all of its processes are gone."""
        assert self._process is not None
        self._seen |= set(self._family())
        code = await self._process.wait()
        _, alive = await asyncio.to_thread(psutil.wait_procs, self._seen, 20)
        assert not alive, f"left behind: {alive}"
        return code

    def kill_one(self, title: str) -> int:
        """Kill -9 the first process of this title, as `ps` shows it; returns its pid."""
        found = [process for process in self._family() if self._title(process).startswith(title)]
        assert found, f"no {title} among {[self._title(process) for process in self._family()]}"
        os.kill(found[0].pid, signal.SIGKILL)
        return found[0].pid

    def kill_gateway(self) -> int:
        """Kill -9 the gateway; returns its pid."""
        pid = read_address(self.run).pid
        os.kill(pid, signal.SIGKILL)
        return pid

    async def kill_all(self) -> None:
        """Kill -9 everything at once, as a machine that loses its power."""
        assert self._process is not None
        family = self._family()
        for process in family:
            process.kill()
        await self._process.wait()
        await asyncio.to_thread(psutil.wait_procs, family, 20)

    def last_words(self) -> str:
        """The end of its log."""
        return (self.run.parent / "cluster.log").read_text(errors="replace")[-3000:]

    def _family(self) -> list[psutil.Process]:
        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children(recursive=True)]

    @staticmethod
    def _title(process: psutil.Process) -> str:
        try:
            return " ".join(process.cmdline())
        except psutil.Error:
            return ""
