"""What every agent of the cluster does beside its role: register, report, follow phase, champion and rubric."""

import asyncio
import time
from copy import copy
from typing import Any

from agents.books import Books
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import SwarmError
from swarm.records import Cell
from swarm.roles import AgentCard, Role
from swarm.state import PhaseName, PhaseRecord

BEAT_SECONDS = 3.0
LEARNING = (PhaseName.LEARN,)
ENDED = (PhaseName.STOPPED, PhaseName.CERTIFIED)


class Agent:
    """One agent's side of the gateway. A loop does the work and books it here; `beat` reports it now and then."""

    def __init__(self, config: Config, role: Role, index: int) -> None:
        self.config = config
        self.role = role
        self.index = index
        self.name = f"{role}-{index}"
        self.domain: Domain = load_domain(config.swarm.domain)
        cells = tuple(Cell.parse(key) for key in config.exam.cells)
        self.cells = cells or tuple(self.domain.cells())
        self.client = SwarmClient.for_run(config.run_dir, role, self.name, patience=600)
        self.completed = self.failed = 0
        self.busy_seconds = 0.0
        self.note = ""
        self.books = Books()
        self._reported: dict[str, Any] = {"books": Books(), "invalid": {}}
        self._beaten = 0.0

    async def register(self) -> None:
        """Announce itself; the same name again is the same agent, come back."""
        section = self.config.role(self.role)
        family = self.config.engines[section.engine].family if section.engine else ""
        await self.client.register(AgentCard(name=self.name, role=self.role, model_family=family))

    async def phase(self) -> PhaseRecord:
        """The phase as it is now."""
        return await self.client.phase()

    async def beat(self, invalid: dict[str, int] | None = None) -> None:
        """Report what was done since the last report, at most every few seconds."""
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        self._beaten = time.monotonic()
        spent = self.books.since(self._reported["books"])
        refused = {why: n - self._reported["invalid"].get(why, 0) for why, n in (invalid or {}).items()}
        completed, failed, busy = self.completed, self.failed, self.busy_seconds
        self._reported = {"books": copy(self.books), "invalid": dict(invalid or {})}
        self.completed = self.failed = 0
        self.busy_seconds = 0.0
        await self.client.heartbeat(
            completed=completed,
            failed=failed,
            busy_seconds=busy,
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            dollars=spent.dollars,
            note=self.note,
            invalid={why: n for why, n in refused.items() if n},
        )

    async def rest(self, seconds: float) -> None:
        """Report, then wait."""
        await self.beat()
        await asyncio.sleep(seconds)

    def complain(self, error: SwarmError) -> None:
        """Show an error in the swarm's state until the next success."""
        self.note = f"alarm: {error}"
