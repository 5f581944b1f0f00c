"""What the gateway's tests stand on: clients by role, and a gateway in a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from swarm.access import read_address
from swarm.client import SwarmClient
from swarm.roles import Role

Clients = Callable[[Role], SwarmClient]
CLOCK_FILE = "ahead"


def move_clock(run_dir: Path, seconds: float) -> None:
    """Set the clock of the gateway in this process so many seconds ahead of the machine's."""
    (run_dir / CLOCK_FILE).write_text(str(seconds))


class GatewayProcess:
    """A gateway in a process of its own, which can be killed and started again on the same run folder."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *more: str) -> str:
        """Start it and wait until it listens; returns what it said."""
        await self.launch(*more)
        return await self.listening()

    async def launch(self, *more: str) -> None:
        """Start it."""
        await self.stop()
        self._process = await asyncio.create_subprocess_exec(*self._command(*more), stdout=asyncio.subprocess.PIPE)

    async def listening(self) -> str:
        """Wait until it listens; returns what it said."""
        return await self.says("listens on")

    async def says(self, words: str) -> str:
        """The next line that it prints, in which these words must be."""
        assert self._process is not None
        assert self._process.stdout is not None
        said = (await asyncio.wait_for(self._process.stdout.readline(), 20)).decode()
        assert words in said
        return said

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and wait until it has ended; returns the exit code."""
        assert self._process is not None
        assert read_address(self.run_dir).pid == self._process.pid
        os.kill(self._process.pid, number)
        return await self.ended()

    async def dismiss(self) -> int:
        """Tell it to end, whether it serves or stands by; returns the exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self.ended()

    async def ended(self) -> int:
        """Wait until it has ended; returns the exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), 20)

    async def refused(self, *more: str) -> tuple[int | None, str]:
        """Exit code and words of one that can't start."""
        started = await asyncio.create_subprocess_exec(*self._command(*more), stderr=asyncio.subprocess.PIPE)
        _, said = await asyncio.wait_for(started.communicate(), 20)
        return started.returncode, said.decode()

    async def stop(self) -> None:
        """Leave nothing behind."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.communicate()

    def _command(self, *more: str) -> list[str]:
        given = ["--run", str(self.run_dir), "--domain", "calendar", "--name", "test", *more]
        return [sys.executable, "-m", "swarm.gateway", *given]
