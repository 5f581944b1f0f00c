"""The processes of one run: a gateway that is started again whenever it ends, and clients that are too."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from chaos.victims import SLOW_FILE
from swarm.access import read_address

HOUSE = Path(__file__).parents[1]
SMALLEST_FILE = 4096
"""Bytes up to which a gateway may write any file while its disk is full."""
START_SECONDS = 40.0
LOG_FILE = "gateway.log"


async def started(module: str, *arguments: str, log: Path, more: Mapping[str, str]) -> asyncio.subprocess.Process:
    """A Python process of this house, its words appended to a log."""
    with log.open("ab") as words:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, cwd=HOUSE, env=os.environ | more, stdout=words, stderr=words
        )


class GatewayProcess:
    """The gateway. `kill` ends it without warning; whoever holds it then starts it again, as the supervisor would."""

    def __init__(self, run: Path, victim: str) -> None:
        self._run = run
        self._victim = victim
        self._given = ["--run", str(run), "--domain", "calendar", "--name", "chaos"]
        self._process: asyncio.subprocess.Process | None = None
        self.clock_file, self.slow_file = run / "clock-offset", run / "slow"
        self.busy = asyncio.Lock()
        """Held by whoever kills or stops it."""
        self.accidents: list[str] = []

    @property
    def pid(self) -> int:
        """Of the process that runs now, or ran last."""
        assert self._process is not None
        return self._process.pid

    def address(self) -> tuple[str, int]:
        """Where it listens, or last did."""
        host, _, port = read_address(self._run).address.rpartition(":")
        return host, int(port)

    async def start(self) -> None:
        """Start it and wait until it says that it listens."""
        given = [self._victim, *self._given, "--clock-offset-file", str(self.clock_file)]
        more = {SLOW_FILE: str(self.slow_file)}
        self._process = await started("chaos.victims", *given, log=self._run / LOG_FILE, more=more)
        async with asyncio.timeout(START_SECONDS):
            while not self._listens():
                if self._process.returncode is not None:
                    said = (
                        f"the gateway ended with {self._process.returncode} as it started; see {self._run / LOG_FILE}"
                    )
                    raise RuntimeError(said)
                await asyncio.sleep(0.05)

    def _listens(self) -> bool:
        with suppress(Exception):
            return read_address(self._run).pid == self.pid
        return False

    async def kill(self, pause: float) -> None:
        """SIGKILL, and after a pause a new one."""
        async with self.busy:
            self._signal(signal.SIGKILL)
            await self.wait()
            await asyncio.sleep(pause)
            await self.start()

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP for a while."""
        async with self.busy:
            self._signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self._signal(signal.SIGCONT)

    async def fill_disk(self, seconds: float) -> None:
        """Let it write no file beyond SMALLEST_FILE for a while: writes fail with EFBIG, as with a quota."""
        pid = self.pid
        with suppress(ProcessLookupError):
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (SMALLEST_FILE, most))
            await asyncio.sleep(seconds)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))

    async def slow(self, seconds: float, each: float) -> None:
        """Let each commit take `each` seconds longer for a while."""
        self.slow_file.write_text(str(each))
        await asyncio.sleep(seconds)
        self.slow_file.unlink(missing_ok=True)

    def step_clock(self, seconds: float) -> None:
        """Move its clock; it stays moved, over restarts too."""
        before = float(self.clock_file.read_text()) if self.clock_file.exists() else 0.0
        part = self.clock_file.with_suffix(".part")
        part.write_text(str(before + seconds))
        part.replace(self.clock_file)

    async def keep(self) -> None:
        """Start it again where it ended though nobody killed it; that is an accident."""
        while True:
            await self.wait()
            async with self.busy:
                if self._process is not None and self._process.returncode is not None:
                    self.accidents.append(f"the gateway ended by itself with {self._process.returncode}")
                    await self.start()

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.returncode is None:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGKILL)
            await self.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)


class ClientProcess:
    """One client with all its incarnations; each writes a history of its own."""

    def __init__(self, kind: str, number: int, run: Path, target: str, seed: int) -> None:
        self.name = f"{kind}-{number}"
        self.kind = kind
        self._given = [kind, str(number), "--run", str(run), "--target", target, "--seed", str(seed)]
        self._run = run
        self._incarnation = 0
        self._process: asyncio.subprocess.Process | None = None
        self._busy = asyncio.Lock()

    async def start(self) -> None:
        """Start the next incarnation."""
        self._history = self._run / "history" / f"{self.name}.{self._incarnation}.jsonl"
        self._incarnation += 1
        given = [*self._given, "--history", str(self._history)]
        self._process = await started("chaos.clients", *given, log=self._run / f"{self.name}.log", more={})

    def was_answered(self) -> bool:
        """Whether this incarnation has had an answer."""
        text = self._history.read_text() if self._history.exists() else ""
        return '"outcome":"ok"' in text or '"line":"seen"' in text

    async def kill(self) -> None:
        """SIGKILL, and at once a new incarnation."""
        async with self._busy:
            self._signal(signal.SIGKILL)
            await self._ended()
            await self.start()

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP for a while."""
        async with self._busy:
            self._signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self._signal(signal.SIGCONT)

    async def end(self, ask: bool, seconds: float = 25.0) -> str:
        """Wait until it ends, asked to or by itself; what went wrong, or ""."""
        if ask:
            self._signal(signal.SIGTERM)
        try:
            code = await asyncio.wait_for(self._ended(), seconds)
        except TimeoutError:
            await self.stop()
            return f"{self.name} did not end in {seconds:.0f} s"
        return f"{self.name} ended with {code}; see its log" if code else ""

    async def stop(self) -> None:
        """Leave nothing behind."""
        self._signal(signal.SIGKILL)
        await self._ended()

    async def _ended(self) -> int:
        return await self._process.wait() if self._process is not None else 0

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
