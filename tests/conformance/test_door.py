"""The door between an agent and a real gateway: it relays, writes down, and does what its rule says."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from swarm.access import read_credential
from swarm.client import SwarmClient
from swarm.conformance.company import probes
from swarm.conformance.door import Call, Door, Forward, at_first
from swarm.domains import load_domain
from swarm.errors import RefusedError, UnavailableError
from swarm.gateway.server import Settings, serving
from swarm.roles import Role
from swarm.work import Stage

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[Door, str]]:
    """A door before a gateway, and where it is."""
    async with serving(Settings(tmp_path, "test", "calendar")) as gateway:
        door = Door(gateway.address, lambda: None)
        try:
            yield door, f"127.0.0.1:{await door.open()}"
        finally:
            await door.close()


def client(run: Path, where: str, role: Role = Role.STUDENT) -> SwarmClient:
    return SwarmClient(where, credential=read_credential(run, role), name="one", role=role, patience=0)


async def test_calls_go_through_and_are_written_down(opened: tuple[Door, str], tmp_path: Path) -> None:
    door, where = opened
    async with client(tmp_path, where) as student:
        assert await student.lease(Stage.PROBES, 3) == []
        with pytest.raises(RefusedError, match="a student may not lease from attempts") as refused:
            await student.lease(Stage.ATTEMPTS)
    assert refused.value.reason == "FORBIDDEN"
    assert [(call.method, call.code, call.request.limit) for call in door.calls] == [
        ("Lease", "OK", 3),
        ("Lease", "PERMISSION_DENIED", 1),
    ]


async def test_streams_go_through(opened: tuple[Door, str], tmp_path: Path) -> None:
    _, where = opened
    async with client(tmp_path, where, Role.OPERATOR) as operator:
        events = operator.watch(0)
        assert (await anext(events)).revision >= 0
        await events.aclose()


async def test_a_rule_acts_on_the_first_calls_alone(opened: tuple[Door, str], tmp_path: Path) -> None:
    door, where = opened

    async def away(_call: Call, _forward: Forward) -> None:
        raise UnavailableError("nobody is there", "Come back later")

    async def busy(_call: Call, _forward: Forward) -> None:
        raise RefusedError("RATE_LIMITED", "too many calls", retry_seconds=7)

    async with client(tmp_path, where) as student:
        door.rule = at_first(("Lease",), away, times=2)
        for _ in range(2):
            with pytest.raises(UnavailableError, match="nobody is there"):
                await student.lease(Stage.PROBES)
        assert await student.lease(Stage.PROBES) == []
        door.rule = at_first(("Lease",), busy)
        with pytest.raises(RefusedError) as refused:
            await student.lease(Stage.PROBES)
    assert (refused.value.reason, refused.value.retry_seconds) == ("RATE_LIMITED", 7)
    assert [call.code for call in door.calls] == ["UNAVAILABLE", "UNAVAILABLE", "OK", "RESOURCE_EXHAUSTED"]


async def test_work_that_a_client_can_not_read_goes_back(opened: tuple[Door, str], tmp_path: Path) -> None:
    door, where = opened

    async def newer(_call: Call, forward: Forward) -> Any:
        reply = await forward()
        reply.leases[0].chain[0].probe.origin = 99
        return reply

    async with client(tmp_path, where, Role.PROBER) as prober, client(tmp_path, where) as student:
        await prober.publish(probes(load_domain("calendar"), 2))
        door.rule = at_first(("Lease",), newer)
        (lease,) = await student.lease(Stage.PROBES, 2)
        (failed,) = door.calls[-1].request.failures
    assert door.calls[-1].code == "OK"
    assert failed.token != lease.token
    assert failed.reason.startswith("one can't read it: Probe.origin is 99, which is none of Origin")
