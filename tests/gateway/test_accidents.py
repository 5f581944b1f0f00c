"""Accidents at the gateway: what goes wrong has a named status, loops nowhere, tells no lies and loses nothing."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from calendar_work import probe_of, probes
from fuzz_rig import reason_of
from gateway_rig import Clients, GatewayProcess

from swarm.client import SwarmClient
from swarm.errors import RefusedError, SwarmError, UnavailableError
from swarm.gateway.run_folder import STORE_FILE
from swarm.gateway.server import Gateway
from swarm.records import Attempt, answer_to
from swarm.roles import Role
from swarm.work import Completion, FailKind, Failure, Stage

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def other(gateway: Gateway, tmp_path: Path) -> AsyncIterator[SwarmClient]:
    """A second student."""
    async with SwarmClient.for_run(tmp_path, Role.STUDENT, "student-2", patience=2.0) as client:
        assert gateway.address
        yield client


def outcome(token: str, sample: object) -> Completion:
    return Completion(token=token, outputs=(answer_to(sample, Attempt(text="= NONE", checkpoint_id="base")),))  # type: ignore[arg-type]


async def test_wrong_token_and_wrong_role_are_told_apart(clients: Clients, gateway: Gateway) -> None:
    stranger = SwarmClient(gateway.address, credential="0" * 64, name="x", role=Role.JUDGE, patience=0.1)
    with pytest.raises(RefusedError) as caught:
        await stranger.state()
    assert (caught.value.reason, bool(caught.value.fix)) == ("UNAUTHENTICATED", True)
    await stranger.close()
    with pytest.raises(RefusedError) as caught:
        await clients(Role.STUDENT).corrections(0)
    assert (caught.value.reason, bool(caught.value.fix)) == ("FORBIDDEN", True)


async def test_a_refusal_carries_details_over_the_wire(gateway: Gateway) -> None:
    async with grpc.aio.insecure_channel(gateway.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await channel.unary_unary("/swarm.v1.SwarmService/GetState")(b"")
    assert (caught.value.code().name, reason_of(caught.value)) == ("UNAUTHENTICATED", "UNAUTHENTICATED")


async def test_duplicates_are_one_and_another_content_is_a_conflict(clients: Clients) -> None:
    prober, (sample, second) = clients(Role.PROBER), probes(2)
    changed = sample.model_copy(update={"payload": probe_of(second)})
    codes = [answer.code for answer in await prober.publish([sample, sample, changed, sample])]
    assert codes == ["OK", "OK", "DIGEST_CONFLICT", "OK"]
    assert [item.payload for item in await clients(Role.OPERATOR).samples()] == [sample.payload]


async def test_a_lease_of_somebody_else_can_not_be_ended(clients: Clients, other: SwarmClient) -> None:
    await clients(Role.PROBER).publish(probes(1))
    mine = (await clients(Role.STUDENT).lease(Stage.PROBES))[0]
    theft = Failure(token=mine.token, kind=FailKind.REJECT, reason="theirs")
    answers = [
        (await other.complete([outcome(mine.token, mine.sample)]))[0],
        (await other.fail([theft]))[0],
        (await other.extend([mine.token]))[0],
    ]
    assert [answer.code for answer in answers] == ["TOKEN_REFUSED"] * 3
    assert (await clients(Role.STUDENT).complete([outcome(mine.token, mine.sample)]))[0].ok


async def test_who_never_acknowledges_loses_the_work_to_another(clients: Clients, other: SwarmClient) -> None:
    await clients(Role.PROBER).publish(probes(1))
    mine = (await clients(Role.STUDENT).lease(Stage.PROBES, ttl_seconds=0.05))[0]
    theirs = (await other.lease(Stage.PROBES, wait_seconds=10))[0]
    assert (theirs.sample.id, theirs.attempt) == (mine.sample.id, 2)
    assert (await clients(Role.STUDENT).complete([outcome(mine.token, mine.sample)]))[0].code == "LEASE_LOST"
    assert (await other.complete([outcome(theirs.token, theirs.sample)]))[0].ok
    queue = next(q for q in (await clients(Role.OPERATOR).state()).queues if q.stage is Stage.PROBES)
    assert (queue.accepted, queue.done, queue.unaccounted) == (1, 1, 0)


async def test_a_clock_far_ahead_is_refused_and_the_lease_goes_on(clients: Clients) -> None:
    await clients(Role.PROBER).publish(probes(1))
    student = clients(Role.STUDENT)
    lease = (await student.lease(Stage.PROBES))[0]
    done = outcome(lease.token, lease.sample)
    skewed = done.outputs[0].model_copy(update={"created_at": datetime.now(UTC) + timedelta(days=400)})
    answer = (await student.complete([done.model_copy(update={"outputs": (skewed,)})]))[0]
    assert (answer.code, "created_at" in answer.message, "clock" in answer.message) == ("INVALID", True, True)
    assert (await student.complete([done]))[0].ok


async def test_a_store_that_can_not_be_written_is_named_and_read_on(clients: Clients, gateway: Gateway) -> None:
    kept, store = probes(3), gateway.desk.exchange.store
    await clients(Role.PROBER).publish(kept[:2])

    def read_only(on: int) -> None:
        with store._lock:
            store._writer.connection.driver_connection.execute(f"PRAGMA query_only = {on}")  # type: ignore[union-attr]

    await asyncio.to_thread(read_only, 1)
    with pytest.raises(UnavailableError, match=r"readonly.*writable"):
        await clients(Role.PROBER).publish(kept[2:])
    assert [sample.id for sample in await clients(Role.OPERATOR).samples()] == [sample.id for sample in kept[:2]]
    await asyncio.to_thread(read_only, 0)
    assert (await clients(Role.PROBER).publish(kept[2:]))[0].ok
    assert gateway.desk.edge.defects == 0


async def filled(process: GatewayProcess, count: int) -> list[str]:
    """A run folder with samples in its store, and the ids of these."""
    await process.start()
    samples = probes(count)
    async with SwarmClient.for_run(process.run_dir, Role.PROBER, "prober-1") as prober:
        assert all(answer.ok for answer in await prober.publish(samples))
    assert await process.end(signal.SIGTERM) == 0
    return [sample.id for sample in samples]


@pytest.mark.parametrize("share", [0.0, 0.05, 0.35, 0.65, 0.95])
async def test_a_corrupt_page_is_named(gateway_process: GatewayProcess, share: float) -> None:
    """A page in the middle of the file is overwritten: the gateway doesn't start, or answers by name for it."""
    ids = await filled(gateway_process, 300)
    store = gateway_process.run_dir / STORE_FILE
    size = store.stat().st_size
    with store.open("r+b") as file:
        file.seek(int(size / 4096 * share) * 4096)
        file.write(os.urandom(4096))
    try:
        await gateway_process.start()
    except AssertionError:
        code, said = await gateway_process.refused()
        assert (code, "backup" in said) == (74, True), said
        return
    async with SwarmClient.for_run(gateway_process.run_dir, Role.OPERATOR, "operator-1", patience=0.1) as operator:
        refused = list[SwarmError]()
        for sample_id in ids[::15]:
            try:
                family = await operator.lineage(sample_id)
            except SwarmError as error:
                refused.append(error)
            else:
                assert [sample.id for sample in family] == [sample_id]
        try:
            assert not any("fault" in alarm for alarm in (await operator.state()).alarms)
        except SwarmError as error:
            refused.append(error)
    for said in refused:
        assert "backup" in said.fix or getattr(said, "reason", "") == "NOT_FOUND", said


async def test_a_damaged_sample_is_named_and_the_others_are_served(gateway_process: GatewayProcess) -> None:
    ids = await filled(gateway_process, 3)
    with sqlite3.connect(gateway_process.run_dir / STORE_FILE) as raw:
        raw.execute("UPDATE samples SET payload = substr(payload, 5) WHERE id = ?", (ids[1],))
    raw.close()
    await gateway_process.start()
    async with SwarmClient.for_run(gateway_process.run_dir, Role.OPERATOR, "operator-1", patience=0.1) as operator:
        with pytest.raises(UnavailableError, match=f"{ids[1]}.*damaged") as caught:
            await operator.lineage(ids[1])
        assert "backup" in caught.value.fix
        assert [sample.id for sample in await operator.lineage(ids[0])] == [ids[0]]
        assert (await operator.state()).alarms == ()


async def test_a_store_of_a_newer_version_is_refused_and_left_alone(gateway_process: GatewayProcess) -> None:
    await filled(gateway_process, 1)
    store = gateway_process.run_dir / STORE_FILE
    with sqlite3.connect(store) as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    raw.close()
    before = store.read_bytes()
    code, said = await gateway_process.refused()
    assert (code, "99" in said) == (74, True), said
    assert store.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_file_is_refused_at_the_start(gateway_process: GatewayProcess) -> None:
    await filled(gateway_process, 1)
    (gateway_process.run_dir / STORE_FILE).chmod(0o400)
    code, said = await gateway_process.refused()
    assert (code, "writable" in said) == (74, True), said
