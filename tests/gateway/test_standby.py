"""Two gateways over one store: one serves, the other waits, and takes over with nothing lost."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from calendar_work import probes
from gateway_rig import GatewayProcess

from swarm.client import SwarmClient
from swarm.roles import Role
from swarm.work import Stage
from tests.postgres import ask, database

SECONDS = 5.0


@pytest.fixture
def url() -> Iterator[str]:
    with database() as made:
        yield made


@asynccontextmanager
async def two_gateways(first: Path, second: Path, *more: str) -> AsyncIterator[tuple[GatewayProcess, GatewayProcess]]:
    """One that serves, and one that stands by."""
    active, standby = GatewayProcess(first), GatewayProcess(second)
    try:
        await active.start(*more)
        if first != second:
            shutil.copytree(first / "credentials", second / "credentials")
        await standby.launch(*more, "--standby")
        await standby.says("standing by")
        yield active, standby
    finally:
        await active.stop()
        await standby.stop()


async def take_over(active: GatewayProcess, standby: GatewayProcess) -> None:
    """Kill the active gateway in the midst of publishing; the other answers in time and lacks nothing."""
    samples, acknowledged, started = probes(120), list[str](), asyncio.Event()
    async with (
        SwarmClient.for_run(active.run_dir, Role.PROBER, "prober-1", patience=1) as prober,
        SwarmClient.for_run(active.run_dir, Role.STUDENT, "student-1", patience=30) as student,
        SwarmClient.for_run(standby.run_dir, Role.STUDENT, "student-1", patience=30) as later,
    ):

        async def publish() -> None:
            for sample in samples:
                answer = (await prober.publish([sample]))[0]
                assert answer.ok, answer
                acknowledged.append(answer.id)
                if len(acknowledged) == 20:
                    started.set()

        publishing = asyncio.create_task(publish())
        await started.wait()
        lease = (await student.lease(Stage.PROBES))[0]
        await active.end(signal.SIGKILL)
        before, began = list(acknowledged), asyncio.get_running_loop().time()
        await standby.listening()
        async with SwarmClient.for_run(standby.run_dir, Role.OPERATOR, "operator-1", patience=SECONDS) as operator:
            stored = {sample.id for sample in await operator.samples(limit=1000)}
            assert asyncio.get_running_loop().time() - began < SECONDS
            assert set(before) <= stored
            assert all(count.unaccounted == 0 for count in (await operator.state()).queues)
        assert (await later.extend([lease.token]))[0].ok, "a lease outlives the gateway that gave it"
        await asyncio.gather(publishing, return_exceptions=True)


async def test_a_standby_elsewhere_takes_over(url: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with two_gateways(tmp_path / "a", tmp_path / "b", "--store", url) as (active, standby):
        await take_over(active, standby)


async def test_a_standby_in_the_same_run_folder_takes_over(tmp_path: Path) -> None:
    async with two_gateways(tmp_path, tmp_path) as (active, standby):
        await take_over(active, standby)


async def test_one_that_is_no_standby_is_refused(url: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with two_gateways(tmp_path / "a", tmp_path / "b", "--store", url):
        code, said = await GatewayProcess(tmp_path / "b" / "c").refused("--store", url)
        assert (code, "another gateway holds" in said) == (74, True), said


async def test_a_deposed_gateway_ends(url: str, tmp_path: Path) -> None:
    gateway = GatewayProcess(tmp_path)
    try:
        await gateway.start("--store", url)
        ask(url, "UPDATE meta SET value = '99' WHERE key = 'epoch'")
        assert await gateway.ended() == 74
    finally:
        await gateway.stop()


async def test_a_standby_ends_when_it_is_told_to(url: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with two_gateways(tmp_path / "a", tmp_path / "b", "--store", url) as (_, standby):
        assert await standby.dismiss() == 0
