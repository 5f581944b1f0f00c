"""The writer: many calls in one commit, each with its own outcome, and one that breaks takes no other with it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import grpc
import pytest
from calendar_work import probes
from gateway_rig import Clients

from swarm.codec import to_wire
from swarm.errors import RefusedError, StoreError, UnavailableError
from swarm.exchange import Exchange, Identity
from swarm.gateway.changes import Changes, Topic
from swarm.gateway.server import Gateway
from swarm.records import Sample
from swarm.roles import AgentCard, Role
from swarm.v1 import agent_pb2, exchange_pb2

pytestmark = pytest.mark.asyncio

PROBER = Identity("prober-1", Role.PROBER)


def publish(exchange: Exchange, sample: Sample) -> bool:
    return exchange.publish(PROBER, [sample])[0].ok


async def test_a_call_that_breaks_takes_no_other_with_it(gateway: Gateway) -> None:
    def breaks(exchange: Exchange) -> NoReturn:
        exchange.publish(PROBER, [spoiled])
        raise KeyError("a defect")

    def fails(_exchange: Exchange) -> NoReturn:
        raise StoreError("disk is full")

    def refuses(_exchange: Exchange) -> NoReturn:
        raise RefusedError("CONFLICT", "no")

    spoiled, *samples = probes(31)
    desk = gateway.desk
    works = [desk.write(lambda exchange, sample=sample: publish(exchange, sample)) for sample in samples]  # type: ignore[misc]
    bad = [desk.write(breaks), desk.write(fails), desk.write(refuses)]
    outcomes = await asyncio.gather(*works[:15], *bad, *works[15:], return_exceptions=True)
    assert outcomes[:15] + outcomes[18:] == [True] * 30
    assert [type(outcome) for outcome in outcomes[15:18]] == [KeyError, StoreError, RefusedError]
    stored = await desk.read(lambda exchange: exchange.samples(limit=1000))
    assert {sample.id for sample in stored} == {sample.id for sample in samples}


async def test_after_the_end_nothing_is_taken(gateway: Gateway) -> None:
    await gateway.desk.writer.close()
    with pytest.raises(UnavailableError, match="stopping"):
        await gateway.desk.write(lambda exchange: exchange.expire())


@contextmanager
def busy(gateway: Gateway) -> Iterator[None]:
    """The writer is kept at work for as long as the block runs."""
    go_on = threading.Event()
    working = asyncio.ensure_future(gateway.desk.write(lambda _: go_on.wait(20)))
    try:
        yield
    finally:
        go_on.set()
        assert not working.cancelled()


def dropped(gateway: Gateway) -> float | None:
    return gateway.desk.metrics.registry.get_sample_value("swarm_calls_dropped_total")


async def test_a_call_whose_deadline_passes_in_the_queue_is_never_begun(gateway: Gateway, clients: Clients) -> None:
    late, sound = probes(2)
    await clients(Role.PROBER).phase()
    client, request = clients(Role.PROBER)._connection, exchange_pb2.PublishRequest(samples=[to_wire(late)])
    with busy(gateway):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await client._method(request)(request, timeout=0.3, metadata=client._metadata)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    (answer,) = await clients(Role.PROBER).publish([sound])
    stored = await clients(Role.OPERATOR).samples()
    assert (answer.ok, [sample.id for sample in stored], dropped(gateway)) == (True, [sound.id], 1.0)


async def test_a_call_that_was_given_up_in_the_queue_is_never_begun_and_takes_no_other_with_it(
    gateway: Gateway,
) -> None:
    given_up, overdue, sound = probes(3)
    desk = gateway.desk
    with busy(gateway):
        task = asyncio.create_task(desk.write(lambda exchange: publish(exchange, given_up)))
        past = asyncio.create_task(desk.writer.run(lambda exchange: publish(exchange, overdue), (), time.monotonic()))
        good = asyncio.create_task(desk.write(lambda exchange: publish(exchange, sound)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    with pytest.raises(UnavailableError, match="nobody waited"):
        await past
    assert await good
    stored = await desk.read(lambda exchange: exchange.samples())
    assert (task.cancelled(), [sample.id for sample in stored], dropped(gateway)) == (True, [sound.id], 2.0)


async def test_a_defect_is_an_alarm_and_tells_the_caller_nothing_of_the_inside(
    gateway: Gateway, clients: Clients
) -> None:
    def broken() -> NoReturn:
        raise KeyError("/secret/path")

    gateway.desk.exchange.phase = broken  # type: ignore[method-assign]
    with pytest.raises(RefusedError) as caught:
        await clients(Role.OPERATOR).phase()
    assert caught.value.reason == "INTERNAL"
    assert "secret" not in str(caught.value)
    assert any("1 calls failed" in alarm for alarm in (await clients(Role.OPERATOR).state()).alarms)


async def test_a_report_that_comes_twice_is_counted_once(clients: Clients) -> None:
    prober = clients(Role.PROBER)
    await prober.register(AgentCard(name="prober-1", role=Role.PROBER))
    report = agent_pb2.HeartbeatRequest(report_id="a" * 32, completed=2)
    for _ in range(2):
        await prober._connection.call(report, 5.0)
    assert (await prober.agents())[0].completed == 2
    with pytest.raises(RefusedError, match="completed is -1"):
        await prober.heartbeat(completed=-1)


async def test_a_change_between_looking_and_waiting_is_not_missed() -> None:
    changes = Changes()
    seen = changes.seen(Topic.LOG)
    await changes.notify([Topic.LOG])
    assert await changes.wait(Topic.LOG, seen, 0.0)
    assert not await changes.wait(Topic.LOG, changes.seen(Topic.LOG), 0.0)
    assert not await changes.wait(Topic.PROBES, 0, 0.0), "another topic is not woken"
    waiting = asyncio.create_task(changes.wait(Topic.LOG, changes.seen(Topic.LOG), 30.0))
    await changes.close()
    assert await waiting is False
