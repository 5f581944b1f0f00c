"""A real gateway on a loopback port: in this process for most tests, in a process of its own where it is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest_asyncio
from calendar_work import probes
from gateway_rig import CLOCK_FILE, Clients, GatewayProcess

from swarm.client import SwarmClient
from swarm.gateway.server import Gateway, Settings, serving
from swarm.roles import Role

hypothesis.settings.register_profile("fuzz", max_examples=16_000)


@pytest_asyncio.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    settings = Settings(
        tmp_path, "test", "calendar", queue_limit=400, bookmark_seconds=0.3, clock_offset_file=tmp_path / CLOCK_FILE
    )
    async with serving(settings) as started:
        yield started


@pytest_asyncio.fixture
async def clients(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Clients]:
    """A client of each role, named `ROLE-1`."""
    async with AsyncExitStack() as stack:
        opened: dict[Role, SwarmClient] = {}

        def client(role: Role) -> SwarmClient:
            if role not in opened:
                opened[role] = SwarmClient.for_run(tmp_path, role, f"{role}-1", patience=2.0)
                stack.push_async_callback(opened[role].close)
            return opened[role]

        assert gateway.address
        yield client


@pytest_asyncio.fixture
async def gateway_process(tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    process = GatewayProcess(tmp_path)
    yield process
    await process.stop()


@pytest_asyncio.fixture
async def unharmed(gateway: Gateway, clients: Clients) -> AsyncIterator[None]:
    """After each test: no fault of the gateway, a watch that was open all along, and the usual work still done."""
    seen = clients(Role.OPERATOR).watch(0)
    await anext(seen)
    yield
    before = await clients(Role.OPERATOR).samples(limit=1)
    assert gateway.desk.edge.defects == 0
    assert (await clients(Role.PROBER).publish(probes(1, seed=77)))[0].ok
    await asyncio.wait_for(anext(seen), 5)
    await seen.aclose()
    state = await clients(Role.OPERATOR).state()
    assert all(queue.unaccounted == 0 for queue in state.queues)
    assert len(await clients(Role.OPERATOR).samples(limit=2)) >= len(before)
