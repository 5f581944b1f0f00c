"""One agent's side of the gateway, whatever its role: what it has done, its reports, and whether it is to go on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from copy import copy

from swarm.books import Books
from swarm.client import SwarmClient
from swarm.errors import RefusedError, SwarmError
from swarm.roles import AgentCard, role_of
from swarm.state import ENDED, PhaseRecord

BEAT_SECONDS = 5.0
_LOG = logging.getLogger("swarm.agent")


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

    async def register(self, card: AgentCard | None = None) -> None:
        """Announce itself; the same name again is the same agent, come back. Name and role are the client's."""
        role, declared_role = role_of(self.role)
        own = {"name": self.name, "role": role, "declared_role": declared_role}
        said = card or AgentCard(name=self.name, role=role)
        await self.client.register(said.model_copy(update=own))

    async def depart(self) -> None:
        """Report for the last time and leave; one that was drained may be off the roster already."""
        try:
            await self.report()
            await self.client.leave()
        except RefusedError as error:
            if error.reason != "NOT_FOUND":
                raise

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Report every few seconds meanwhile, however long the work takes. A report that fails is told in the log: the
        work's own calls meet the same trouble, and end the agent where it has to end."""

        done = asyncio.Event()

        async def go_on() -> None:
            while not done.is_set():
                try:
                    await self.beat()
                except SwarmError as error:
                    _LOG.warning("%s can't report: %s", self.name, error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), BEAT_SECONDS)

        going_on = asyncio.create_task(go_on())
        try:
            yield
        finally:
            done.set()
            await going_on  # a report that is cut off would be lost: its numbers aren't reported again

    async def phase(self) -> PhaseRecord:
        """The phase as it is now."""
        return await self.client.phase()

    async def over(self) -> bool:
        """Whether the swarm has ended, or this agent was asked to leave, or is drained."""
        return self.dismissed or (await self.phase()).name in ENDED

    @property
    def dismissed(self) -> bool:
        """Whether this agent was asked to leave, or is drained; a drained one finishes what it holds first."""
        return self.leaving.is_set() or self.client.draining

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
