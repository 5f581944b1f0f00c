"""A real gateway on a loopback port: in this process for most tests, in a process of its own where it is killed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest_asyncio
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
