"""One agent's side of the gateway, whatever its role: what it has done, its reports, and whether it is to go on."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from copy import copy

from swarm.books import Books
from swarm.client import SwarmClient
from swarm.errors import SwarmError
from swarm.roles import AgentCard
from swarm.state import PhaseName, PhaseRecord

BEAT_SECONDS = 3.0
ENDED = (PhaseName.STOPPED, PhaseName.CERTIFIED)


class Member:
    """One agent that takes part. A loop does the work and books it here; `beat` reports it now and then.

    Whoever sets `leaving` asks it to finish what is under way and go.
    """

    def __init__(self, client: SwarmClient) -> None:
        self.client = client
        self.name, self.role = client.name, client.role
        self.completed = self.failed = 0
        self.busy_seconds = 0.0
        self.note = ""
        self.books = Books()
        self.invalid: Mapping[str, int] = {}
        """What a prober refused itself, by reason, since its start."""
        self.leaving = asyncio.Event()
        self._reported_books, self._reported_invalid = Books(), dict[str, int]()
        self._beaten = 0.0

    async def register(self, model_family: str = "") -> None:
        """Announce itself; the same name again is the same agent, come back."""
        await self.client.register(AgentCard(name=self.name, role=self.role, model_family=model_family))

    async def phase(self) -> PhaseRecord:
        """The phase as it is now."""
        return await self.client.phase()

    async def over(self) -> bool:
        """Whether the swarm has ended, or this agent was asked to leave."""
        return self.leaving.is_set() or (await self.phase()).name in ENDED

    async def beat(self) -> None:
        """Report what was done since the last report, at most every few seconds."""
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            await self.report()

    async def report(self) -> None:
        """Report what was done since the last report."""
        self._beaten = time.monotonic()
        spent = self.books.since(self._reported_books)
        refused = {why: count - self._reported_invalid.get(why, 0) for why, count in self.invalid.items()}
        completed, failed, busy = self.completed, self.failed, self.busy_seconds
        self._reported_books, self._reported_invalid = copy(self.books), dict(self.invalid)
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
            invalid={why: count for why, count in refused.items() if count},
        )

    async def rest(self, seconds: float) -> None:
        """Report, then wait, unless it is asked to leave."""
        await self.beat()
        await self.pause(seconds)

    async def pause(self, seconds: float) -> None:
        """Wait, unless it is asked to leave."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.leaving.wait(), seconds)

    def complain(self, error: SwarmError) -> None:
        """Show an error in the swarm's state until the next success."""
        self.note = f"alarm: {error}"
