"""The client of the gateway: records in, records out, over the same calls that an agent in any other language uses."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from swarm.access import read_address, read_credential, read_tls
from swarm.calls.criteria import CriteriaCalls
from swarm.calls.feedback import FeedbackCalls
from swarm.calls.operating import OperatorCalls
from swarm.calls.roster import RosterCalls
from swarm.calls.students import StudentCalls
from swarm.calls.watching import WatchingCalls
from swarm.calls.work import WorkCalls
from swarm.connection import Connection, Target


class SwarmClient(WorkCalls, WatchingCalls, RosterCalls, CriteriaCalls, StudentCalls, FeedbackCalls, OperatorCalls):
    """All calls of one agent. Use it as `async with SwarmClient.for_run(run_dir, Role.PROBER, "prober-1") as client`.

    While the gateway is away, calls are repeated with the same content for up to `patience` seconds; then
    UnavailableError is raised. `timeout` (seconds) is for one try. What the gateway refuses raises RefusedError, except
    for single items of a batch: their Answer has another code than "OK".
    """

    def __init__(
        self,
        target: str | Target | Callable[[], Target],
        *,
        credential: str,
        name: str,
        role: str,
        patience: float = 60.0,
        timeout: float = 30.0,
    ) -> None:
        """`target` says where the gateway is: an address, or what is asked for it before each connection."""
        where = Target(target) if isinstance(target, str) else target
        find = where if callable(where) else lambda: where
        super().__init__(Connection(find, credential, name, patience), name, role, timeout)

    @classmethod
    def for_run(
        cls, run_dir: str | Path, role: str, name: str, *, patience: float = 60.0, timeout: float = 30.0
    ) -> Self:
        """A client of the gateway of a run folder, wherever that listens now or after a restart.

        Raises ConfigError where the folder holds no credential of that role.
        """
        folder = Path(run_dir)
        token = read_credential(folder, role)
        find = partial(_target, folder)
        return cls(find, credential=token, name=name, role=role, patience=patience, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Send what still waits, then close the channel."""
        await self.flush()
        await self._connection.close()


def _target(run_dir: Path) -> Target:
    found = read_address(run_dir)
    return Target(found.address, *read_tls(run_dir)) if found.tls else Target(found.address)
