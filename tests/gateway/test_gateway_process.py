"""The gateway as a process: killed and started again, started twice, fed garbage, and met by a stranger's client."""

import asyncio
import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from calendar_work import probes
from gateway_rig import GatewayProcess

from swarm.access import read_address, read_credential
from swarm.client import SwarmClient
from swarm.errors import UnavailableError
from swarm.gateway.server import Settings
from swarm.roles import Role
from swarm.work import Stage
from tests.reflection import state_by_reflection

pytestmark = pytest.mark.asyncio
SECOND = timedelta(seconds=1)


async def test_nothing_acknowledged_is_lost_when_it_is_killed(gateway_process: GatewayProcess) -> None:
    await gateway_process.start()
    samples, acknowledged = probes(240), list[str]()
    started = asyncio.Event()
    run = gateway_process.run_dir
    async with (
        SwarmClient.for_run(run, Role.PROBER, "prober-1", patience=30) as prober,
        SwarmClient.for_run(run, Role.STUDENT, "student-1", patience=30) as student,
        SwarmClient.for_run(run, Role.OPERATOR, "operator-1", patience=30) as operator,
    ):

        async def publish(part: int) -> None:
            for sample in samples[part::4]:
                answer = (await prober.publish([sample]))[0]
                assert answer.ok, answer
                acknowledged.append(answer.id)
                if len(acknowledged) == 40:
                    started.set()

        publishers = [asyncio.create_task(publish(part)) for part in range(4)]
        await started.wait()
        lease = (await student.lease(Stage.PROBES))[0]
        await gateway_process.end(signal.SIGKILL)
        before = list(acknowledged)
        began = asyncio.get_running_loop().time()
        await gateway_process.start()
        stored = {sample.id for sample in await operator.samples(limit=1000)}
        assert asyncio.get_running_loop().time() - began < 5.0
        assert set(before) <= stored
        await asyncio.gather(*publishers)
        assert {sample.id for sample in await operator.samples(limit=1000)} == {sample.id for sample in samples}
        assert (await student.extend([lease.token]))[0].ok, "a lease outlives the gateway that gave it"
        probes_count = next(q for q in (await operator.state()).queues if q.stage is Stage.PROBES)
        assert (probes_count.accepted, probes_count.unaccounted) == (240, 0)


async def test_it_drains_when_told_to_stop(gateway_process: GatewayProcess) -> None:
    await gateway_process.start()
    async with SwarmClient.for_run(gateway_process.run_dir, Role.STUDENT, "student-1", patience=0.1) as student:
        waiting = asyncio.create_task(student.lease(Stage.PROBES, wait_seconds=20))
        stream = student.watch(0)
        await anext(stream)
        began = asyncio.get_running_loop().time()
        assert await gateway_process.end(signal.SIGTERM) == 0
        assert asyncio.get_running_loop().time() - began < 4.0
        await asyncio.gather(waiting, return_exceptions=True)
        with pytest.raises(UnavailableError):
            await student.state()
        await stream.aclose()


async def test_a_second_gateway_is_refused_and_says_who_serves(gateway_process: GatewayProcess) -> None:
    await gateway_process.start()
    address = read_address(gateway_process.run_dir)
    code, said = await gateway_process.refused()
    assert (code, f"pid {address.pid}" in said) == (2, True), said
    assert read_address(gateway_process.run_dir) == address


async def test_what_it_can_not_start_with_is_named(gateway_process: GatewayProcess) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = await gateway_process.refused("--port", str(port))
        assert code == 2
        assert f"127.0.0.1:{port}" in said
        assert "--port" in said
    code, said = await gateway_process.refused("--domain", "cooking")
    assert code == 2
    assert "'cooking'" in said


async def test_a_restart_keeps_the_port_and_no_gateway_is_named(
    gateway_process: GatewayProcess, tmp_path: Path
) -> None:
    with pytest.raises(UnavailableError, match="no gateway"):
        read_address(tmp_path)
    await gateway_process.start()
    address = read_address(tmp_path).address
    await gateway_process.end(signal.SIGTERM)
    await gateway_process.start()
    assert read_address(tmp_path).address == address


async def test_its_clock_can_be_stepped_for_a_rehearsal(gateway_process: GatewayProcess, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    assert abs(Settings(tmp_path, "test", "calendar", clock_offset_file=offset).now() - datetime.now(UTC)) < SECOND
    await gateway_process.start("--clock-offset-file", str(offset))
    async with SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1") as prober:
        await prober.publish(probes(1))
        offset.write_text("3600")
        later = (await prober.state()).queues[0].oldest_age_seconds
        offset.write_text("-3600")
        before = (await prober.state()).queues[0].oldest_age_seconds
    assert 3600 <= later < 3660
    assert before == 0


async def test_garbage_on_the_port_harms_nobody(gateway_process: GatewayProcess) -> None:
    await gateway_process.start()
    host, port = read_address(gateway_process.run_dir).address.split(":")
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 4096, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 4096):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(garbage)
        writer.write_eof()
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
    channel = grpc.aio.insecure_channel(f"{host}:{port}")
    token = read_credential(gateway_process.run_dir, Role.PROBER)
    raw: Any = channel.unary_unary("/swarm.v1.ExchangeService/Publish", None, None)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await raw(b"\xff\xff\xff", metadata=(("authorization", f"Bearer {token}"),))
    assert caught.value.code() is not grpc.StatusCode.OK
    await channel.close(None)
    async with SwarmClient.for_run(gateway_process.run_dir, Role.OPERATOR, "operator-1") as operator:
        assert (await operator.state()).alarms == ()


async def test_a_client_that_knows_nothing_learns_the_contract_by_reflection(gateway_process: GatewayProcess) -> None:
    await gateway_process.start()
    token = read_credential(gateway_process.run_dir, Role.OPERATOR)
    address = read_address(gateway_process.run_dir).address
    reply = await asyncio.to_thread(state_by_reflection, address, token)
    assert (reply.state.name, reply.state.domain) == ("test", "calendar")
