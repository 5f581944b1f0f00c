"""Agents that come, are killed, are drained and come back while work flows: real processes at a real gateway."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from calendar_work import probes
from gateway_rig import Clients, GatewayProcess

from swarm.agent.member import Member
from swarm.client import SwarmClient
from swarm.errors import RefusedError
from swarm.gateway.server import Gateway
from swarm.records import Tier
from swarm.roles import AgentCard, AgentStatus, Role
from swarm.work import QueueCount, Stage

pytestmark = pytest.mark.asyncio
ROOT = Path(__file__).parents[2]
SECONDS = 120.0
STUDENT = """
import os
import threading

from swarm.agent import run
from swarm.records import Attempt
from swarm.roles import AgentCard, Role
from swarm.work import Lease


class Student:
    role = Role.STUDENT
    card = AgentCard(name="any", role=Role.STUDENT, version="1.2", capabilities=("dates",))

    def act(self, leases: list[Lease]) -> list[Attempt]:
        print(len(leases), flush=True)
        if "STUCK" in os.environ:
            threading.Event().wait()
        return [Attempt(text="= 2026-01-01", checkpoint_id="base") for _ in leases]


run(Student)
"""


class Company:
    """Students of outsiders, each a process, at a gateway in a process of its own."""

    def __init__(self, folder: Path, operator: SwarmClient) -> None:
        self.operator = operator
        self._folder = folder
        self._tokens: dict[str, str] = {}
        self._running: list[asyncio.subprocess.Process] = []
        (folder / "student.py").write_text(STUDENT)

    async def start(self, name: str, **environment: str) -> asyncio.subprocess.Process:
        """The student of that name, with the credential that it keeps."""
        if name not in self._tokens:
            _, self._tokens[name] = await self.operator.issue_credential(name, Role.STUDENT, tier=Tier.TRUSTED)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(self._folder / "student.py"),
            *("--target", self.operator._connection._find().address, "--name", name, "--batch", "8"),
            env={"PYTHONPATH": str(ROOT), "SWARM_CREDENTIAL": self._tokens[name], **environment},
            stdout=PIPE,
            stderr=PIPE,
        )
        self._running.append(process)
        return process

    async def status(self, name: str) -> AgentStatus:
        """How that student stands."""
        return next(agent for agent in await self.operator.agents() if agent.card.name == name)

    async def until_done(self, count: int) -> QueueCount:
        """The books of the probes, once so many are attempted."""
        async with asyncio.timeout(SECONDS):
            while True:
                books = next(q for q in (await self.operator.state()).queues if q.stage is Stage.PROBES)
                if books.done >= count:
                    return books
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Leave nobody behind."""
        for process in self._running:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@asynccontextmanager
async def company(folder: Path) -> AsyncIterator[Company]:
    async with SwarmClient.for_run(folder, Role.OPERATOR, "operator") as operator:
        made = Company(folder, operator)
        try:
            yield made
        finally:
            await made.stop()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, said = await asyncio.wait_for(process.communicate(), SECONDS)
    return process.returncode, said.decode()


async def test_nothing_is_lost_or_done_twice_as_agents_are_killed_drained_and_come_back(
    gateway_process: GatewayProcess, tmp_path: Path
) -> None:
    await gateway_process.start()
    async with company(tmp_path) as agents, SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1") as prober:
        work = probes(100)
        assert all(answer.ok for answer in await prober.publish(work[:60]))
        bert = await agents.start("bert", STUCK="1")
        assert bert.stdout is not None
        assert await asyncio.wait_for(bert.stdout.readline(), SECONDS) == b"8\n"
        held = await agents.status("bert")
        assert (held.leases, held.card.version, held.card.capabilities) == (8, "1.2", ("dates",))
        assert held.oldest_lease_at is not None
        bert.kill()
        anna = await agents.start("anna")
        assert (await agents.until_done(52)).leased == 8, "what was held when its holder was killed waits for its time"
        began = asyncio.get_running_loop().time()
        await agents.start("bert")
        await agents.until_done(60)
        assert asyncio.get_running_loop().time() - began < 25, "or until its holder is back, which is sooner"

        told = await agents.operator.drain("anna")
        assert (told.draining, told.gone) == (True, False)
        code, said = await ended(anna)
        assert (code, said) == (0, "anna is drained and leaves; let it back: swarm agents undrain anna\n")
        gone = await agents.status("anna")
        assert (gone.gone, gone.draining, gone.leases) == (True, True, 0)
        assert all(answer.ok for answer in await prober.publish(work[60:80]))
        await agents.until_done(80)
        assert await ended(await agents.start("anna")) == (code, said), "it leaves until it is let back"
        assert not (await agents.operator.undrain("anna")).draining
        await agents.start("anna")
        assert all(answer.ok for answer in await prober.publish(work[80:]))
        books = await agents.until_done(100)

        assert (books.accepted, books.done, books.dead, books.unaccounted) == (100, 100, 0, 0)
        attempts = await agents.operator.samples("attempt", limit=1000)
        assert sorted(sample.parent_id for sample in attempts) == sorted(sample.id for sample in work)
        by = {name: sum(sample.producer == name for sample in attempts) for name in ("anna", "bert")}
        assert by["anna"] >= 52
        assert by["bert"] >= 28


async def test_one_that_waits_for_work_hears_at_once_that_it_is_drained(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    student, loop = clients(Role.STUDENT), asyncio.get_running_loop()
    await student.register(AgentCard(name=student.name, role=Role.STUDENT))
    waiting = asyncio.create_task(student.lease(Stage.PROBES, wait_seconds=20))
    async with asyncio.timeout(SECONDS):
        while not gateway.desk.changes.lines[Stage.PROBES]._waiting:
            await asyncio.sleep(0)
    began = loop.time()
    await clients(Role.OPERATOR).drain(student.name)
    assert await asyncio.wait_for(waiting, SECONDS) == []
    assert loop.time() - began < 10
    assert student.draining
    assert await student.lease(Stage.PROBES) == []
    await clients(Role.OPERATOR).undrain(student.name)
    await student.heartbeat()
    assert not student.draining


async def test_an_agent_reports_while_it_works_and_leaves_once(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    operator, member = clients(Role.OPERATOR), Member(clients(Role.STUDENT))
    await member.register(AgentCard(name="any", role=Role.JUDGE, version="7"))
    async with member.alive():
        member.completed = 3
        async with asyncio.timeout(SECONDS):
            while (await operator.agents())[0].completed != 3:
                await asyncio.sleep(0.01)
    (status,) = await operator.agents()
    assert (status.card.name, status.card.role, status.card.version) == (member.name, Role.STUDENT, "7")
    await operator.leave(member.name)
    await member.depart()
    assert await operator.agents() == []


async def test_only_an_operator_drains_and_only_whom_it_knows(gateway: Gateway, clients: Clients) -> None:
    assert gateway.address
    for role in (Role.STUDENT, Role.SUPERVISOR):
        with pytest.raises(RefusedError, match=f"a {role} may not call"):
            await clients(role).drain("student-1")
    with pytest.raises(RefusedError, match="no agent 'nobody' was ever registered"):
        await clients(Role.OPERATOR).drain("nobody")
    student = clients(Role.STUDENT)
    with pytest.raises(RefusedError, match=r"RegisterRequest\.life_seconds is 4000"):
        await student.register(AgentCard(name=student.name, role=Role.STUDENT), life_seconds=4000)
