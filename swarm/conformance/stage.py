"""The stage of one scenario: a real gateway in a folder of its own, the door and a proxy before it, the rest of the
swarm, and the agent under test."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from swarm.conformance.company import Company
from swarm.conformance.door import Call, Door
from swarm.conformance.proxy import Proxy
from swarm.conformance.target import NAME, Process, Target
from swarm.domains import load_domain
from swarm.errors import UnavailableError
from swarm.flow import Place, RoleSpec
from swarm.gateway.server import Settings, serving
from swarm.records import Tier
from swarm.roles import Role

CLOCK_FILE = "ahead"


@dataclass(frozen=True, slots=True)
class Terms:
    """In what domain an agent is checked, and how many seconds it has: for one step, and to leave once it is asked."""

    domain: str = "calendar"
    step: float = 30.0
    leaving: float = 20.0


class Stage:
    """What a scenario is played on."""

    def __init__(self, role: RoleSpec, run: Path, company: Company, agent: Process, terms: Terms) -> None:
        self.role, self.company, self.agent, self.terms = role, company, agent, terms
        self._run, self._changed = run, asyncio.Event()
        self._ahead = 0.0
        self.door: Door
        self.proxy: Proxy
        self.address = ""
        self.away = False
        """Whether nobody answers at the gateway's address."""

    @property
    def leases(self) -> bool:
        """Whether the role takes work; a prober, or another source, brings what nobody asked it for."""
        return self.role.place is not Place.SOURCE

    @property
    def hands_in(self) -> str:
        """The method by which the role brings what it made."""
        return "Complete" if self.leases else "Publish"

    def changed(self) -> None:
        """Look again at whatever is waited for."""
        self._changed.set()

    async def open(self, gateway: str) -> None:
        """Put door and proxy before the gateway."""
        self.door = Door(gateway, self.changed)
        port = await self.door.open()

        def find() -> tuple[str, int]:
            if self.away:
                raise UnavailableError("nobody is there", "Come back later")
            return "127.0.0.1", port

        self.proxy = Proxy(find)
        self.address = await self.proxy.start()

    async def close(self) -> None:
        """End the agent and take the way to the gateway apart."""
        await self.agent.kill()
        await self.proxy.close()
        await self.door.close()
        await self.company.close()

    async def begin(self) -> None:
        """Start the agent with a credential of its own, as one that is trusted."""
        operator = self.company.client(Role.OPERATOR)
        _, token = await operator.issue_credential(NAME, self.role.name, tier=Tier.TRUSTED)
        await self.agent.start(self.address, token)
        self._ending = asyncio.create_task(self._say_end())

    async def _say_end(self) -> None:
        await self.agent.wait()
        self.changed()

    async def until(self, holds: Callable[[], bool], seconds: float = 0.0) -> bool:
        """Whether it comes to hold, within the time of a step or as many seconds, before the agent has ended."""
        ends = time.monotonic() + (seconds or self.terms.step)
        while not holds():
            self._changed.clear()
            left = ends - time.monotonic()
            if left <= 0 or self.agent.code is not None:
                return False
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return holds()
        return True

    def ended(self) -> str:
        """Words on how the agent ended, where it has."""
        return "" if self.agent.code is None else f"; it ended with exit code {self.agent.code}"

    def pass_time(self, seconds: float) -> None:
        """Set the gateway's clock ahead: leases run out that were to hold for less."""
        self._ahead += seconds
        part = self._run / f"{CLOCK_FILE}.part"
        part.write_text(str(self._ahead))
        part.replace(self._run / CLOCK_FILE)

    def calls(self, method: str) -> list[Call]:
        """The agent's calls of a method, in order."""
        return [call for call in self.door.calls if call.method == method]

    def handed(self) -> dict[str, str]:
        """What was leased to the agent: samples by token."""
        got = [call.reply for call in self.calls("Lease") if call.reply is not None]
        return {lease.token: lease.sample.id for reply in got for lease in reply.leases}

    def outcomes(self) -> list[tuple[str, Any, str]]:
        """Completions that were answered: the sample, the completion, and the code of the answer."""
        samples = self.handed()
        return [
            (samples.get(item.token, ""), item, answer.code)
            for call in self.calls("Complete")
            if call.reply is not None
            for item, answer in zip(call.request.completions, call.reply.answers, strict=True)
        ]

    def completed(self) -> set[str]:
        """The samples whose completion was taken."""
        return {sample for sample, _, code in self.outcomes() if code == "OK"}

    def handed_back(self) -> dict[str, str]:
        """The samples that it handed back, with the reasons that it gave."""
        samples = self.handed()
        return {
            samples.get(item.token, ""): item.reason for call in self.calls("Fail") for item in call.request.failures
        }

    def published(self) -> list[tuple[Any, str]]:
        """Samples that it published, with the codes of the answers."""
        return [
            (sample, answer.code)
            for call in self.calls("Publish")
            if call.reply is not None
            for sample, answer in zip(call.request.samples, call.reply.answers, strict=True)
        ]

    async def held(self) -> int:
        """How many samples it still holds."""
        return await self.company.leased(self.role.queue) if self.leases else 0


@asynccontextmanager
async def staged(target: Target, terms: Terms) -> AsyncIterator[Stage]:
    """A stage, and at its end nothing left of it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="swarm-check-", ignore_cleanup_errors=True)))
        run = folder / "run"
        settings = Settings(run, "check", terms.domain, gold_checks=False, clock_offset_file=run / CLOCK_FILE)
        gateway = await stack.enter_async_context(serving(settings))
        company = Company(run, gateway.address, load_domain(terms.domain))
        stage = Stage(target.role, run, company, Process(target, folder / "words"), terms)
        await stage.open(gateway.address)
        stack.push_async_callback(stage.close)
        await company.begin(target.role)
        yield stage
