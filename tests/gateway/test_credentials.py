"""Issued credentials: their names, their end, their successors, what revocation does to open streams, and the audit."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from gateway_rig import Clients, move_clock
from http2 import DATA, HEADERS, http2

from swarm.access import read_credential
from swarm.client import SwarmClient
from swarm.errors import RefusedError
from swarm.gateway.audit import AUDIT_FILE
from swarm.gateway.edge import Limits
from swarm.gateway.server import Gateway, Settings, serving
from swarm.roles import Role

pytestmark = pytest.mark.asyncio
OUTSIDER = "ticket-prober"
WATCH = "/swarm.v1.SwarmService/Watch"


def outsider(gateway: Gateway, token: str, name: str = OUTSIDER) -> SwarmClient:
    return SwarmClient(gateway.address, credential=token, name=name, role=Role.PROBER, patience=0.2)


async def test_an_issued_token_works_until_it_is_revoked(gateway: Gateway, clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    made, token = await operator.issue_credential(OUTSIDER, Role.PROBER)
    assert (made.expires_at - made.issued_at).days == 30
    async with outsider(gateway, token) as client:
        assert (await client.state()).name == "test"
        await operator.revoke_credential(made.id)
        with pytest.raises(RefusedError, match="was revoked at") as caught:
            await client.state()
    assert caught.value.reason == "UNAUTHENTICATED"
    again = await operator.revoke_credential(made.id)
    assert [again] == await operator.credentials()
    assert again.revoked_at is not None


async def test_a_token_is_stored_as_its_hash_only(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    _, token = await clients(Role.OPERATOR).issue_credential(OUTSIDER, Role.PROBER)
    assert gateway.address
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes(), file
            assert token.split("_", 2)[2].encode() not in file.read_bytes(), file


async def test_a_credential_is_for_one_name(gateway: Gateway, clients: Clients) -> None:
    _, token = await clients(Role.OPERATOR).issue_credential(OUTSIDER, Role.PROBER)
    async with outsider(gateway, token, "prober-0") as client:
        with pytest.raises(RefusedError, match=r"is ticket-prober's, the call says it comes from 'prober-0'"):
            await client.state()


async def test_rotation_overlaps(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    operator = clients(Role.OPERATOR)
    made, old = await operator.issue_credential(OUTSIDER, Role.PROBER)
    successor, new = await operator.rotate_credential(made.id, overlap_seconds=60)
    assert (successor.name, successor.role) == (OUTSIDER, Role.PROBER)
    async with outsider(gateway, old) as before, outsider(gateway, new) as after:
        await before.phase()
        await after.phase()
        move_clock(tmp_path, 61)
        with pytest.raises(RefusedError, match="expired at"):
            await before.phase()
        await after.phase()
    with pytest.raises(RefusedError, match="expired at") as caught:
        await operator.rotate_credential(made.id)
    assert caught.value.reason == "CONFLICT"


@pytest.mark.parametrize(
    ("name", "ttl", "words"),
    [("Ticket Prober", 60.0, "'Ticket Prober'"), (OUTSIDER, 1e12, "ttl_seconds"), (OUTSIDER, -1.0, "ttl_seconds")],
)
async def test_credentials_out_of_bounds_are_refused(clients: Clients, name: str, ttl: float, words: str) -> None:
    operator = clients(Role.OPERATOR)
    with pytest.raises(RefusedError, match=words) as caught:
        await operator.issue_credential(name, Role.PROBER, ttl)
    assert caught.value.reason == "INVALID"
    with pytest.raises(RefusedError, match="no credential has the id 'x'"):
        await operator.revoke_credential("x")
    assert await operator.credentials() == []


async def test_revocation_ends_open_streams(gateway: Gateway, clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    made, token = await operator.issue_credential(OUTSIDER, Role.PROBER)
    async with outsider(gateway, token) as client:
        watching = client.watch(0)
        await anext(watching)
        begun = time.monotonic()
        await operator.revoke_credential(made.id)
        with pytest.raises(RefusedError, match="was revoked at") as caught:
            async for _ in watching:
                pass
    assert caught.value.reason == "UNAUTHENTICATED"
    assert time.monotonic() - begun < 5


async def test_expiry_ends_open_streams(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    _, token = await clients(Role.OPERATOR).issue_credential(OUTSIDER, Role.PROBER, 60)
    async with outsider(gateway, token) as client:
        watching = client.watch(0)
        await anext(watching)
        begun = time.monotonic()
        move_clock(tmp_path, 61)
        with pytest.raises(RefusedError, match="expired at"):
            async for _ in watching:
                pass
    assert time.monotonic() - begun < 5


async def test_a_restart_knows_the_credentials(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "test", "calendar")
    async with serving(settings), SwarmClient.for_run(tmp_path, Role.OPERATOR, "operator-1") as operator:
        good, revoked = [await operator.issue_credential(f"{OUTSIDER}-{n}", Role.PROBER) for n in range(2)]
        await operator.revoke_credential(revoked[0].id)
    async with serving(settings) as gateway:
        async with outsider(gateway, good[1], good[0].name) as client:
            await client.phase()
        async with outsider(gateway, revoked[1], revoked[0].name) as client:
            with pytest.raises(RefusedError, match="was revoked"):
                await client.phase()


async def test_too_many_calls_and_streams_are_refused_and_then_let_in_again(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "test", "calendar", limits=Limits(calls_per_second=10, streams=2))
    async with serving(settings), AsyncExitStack() as stack:

        async def opened(name: str, patience: float) -> SwarmClient:
            return await stack.enter_async_context(SwarmClient.for_run(tmp_path, Role.PROBER, name, patience=patience))

        client, other = await opened("prober-1", 0.0), await opened("prober-2", 0.0)
        patient = await opened("prober-1", 20.0)
        with pytest.raises(RefusedError, match="prober-1 made more than 10 calls") as caught:
            await asyncio.gather(*(client.phase() for _ in range(40)))
        assert (caught.value.reason, caught.value.retry_seconds) == ("RATE_LIMITED", 1.0)
        await other.phase()
        await patient.phase()
        streams = [client.watch(0) for _ in range(3)]
        for stream in streams[:2]:
            await anext(stream)
        with pytest.raises(RefusedError, match="prober-1 has 2 streams open"):
            await anext(streams[2])
        await streams[0].aclose()
        await anext(patient.watch(0))


async def test_a_stream_whose_reader_has_stopped_is_cut(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "test", "calendar", limits=Limits(slow_seconds=0.5, streams=1))
    async with (
        serving(settings) as gateway,
        SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1", patience=20) as prober,
        http2(gateway.address) as stopped,
    ):
        token = read_credential(tmp_path, Role.PROBER).encode()
        stopped.settle(window=0)
        stopped.ask(WATCH, {"authorization": b"Bearer " + token, "swarm-agent": b"prober-1"})
        await stopped.until(HEADERS)
        with pytest.raises(RefusedError, match="prober-1 has 1 streams open"):
            async with SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1", patience=0) as too_soon:
                await anext(too_soon.watch(0))
        assert (await anext(prober.watch(0))).revision == 1, "its place is free again"
        stopped.settle(window=65_535)
        await stopped.until(DATA)
        _, trailers = await stopped.until(HEADERS)
    assert b"prober-1 read nothing for 0.5 s" in trailers, "when it reads again, it is told"


async def test_the_audit_log_names_who_and_what(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    operator = clients(Role.OPERATOR)
    made, token = await operator.issue_credential(OUTSIDER, Role.PROBER)
    async with outsider(gateway, token) as client:
        with pytest.raises(RefusedError):
            await client.revoke_credential(made.id)
        await client.phase()
    async with outsider(gateway, "0" * 64) as client:
        with pytest.raises(RefusedError):
            await client.phase()
    with pytest.raises(RefusedError):
        await operator.rollback("nobody")
    file = tmp_path / AUDIT_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    seen = [(line["event"], line.get("name"), line["method"].rpartition("/")[2], line["reason"]) for line in lines]
    assert seen == [
        ("call", "operator-1", "IssueCredential", "OK"),
        ("refused", None, "RevokeCredential", "FORBIDDEN"),
        ("refused", None, "GetPhase", "UNAUTHENTICATED"),
        ("call", "operator-1", "Rollback", "NOT_FOUND"),
    ]
    assert all(line["peer"].startswith("ipv4:127.0.0.1:") for line in lines)
    assert token not in file.read_text()
