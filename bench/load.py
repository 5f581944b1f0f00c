"""The clients of the benchmark, each in a process of its own: who publishes, leases, completes, waits and watches.

Requests are built before they are timed and answers are not turned into records, so that the load costs the gateway's
machine as little as it can.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from bench.measure import Call, Timed, drive
from swarm.client import SwarmClient
from swarm.codec import enum_to_wire, to_wire
from swarm.connection import MESSAGE_BYTES
from swarm.domains import load_domain
from swarm.records import Attempt, Purpose, Sample, answer_to, child_id, new_id
from swarm.roles import Role
from swarm.v1 import exchange_pb2, state_pb2, swarm_pb2
from swarm.work import Completion, Stage

DOMAIN = "calendar"
CHANNELS = 4
WARM_UP_SECONDS = 0.5
_TTL_SECONDS = 3600.0
_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to load a gateway: samples in a call, calls under way at a time, and for how long each operation."""

    batch: int
    in_flight: int
    seconds: float


def probes(count: int, seed: int = 1) -> list[Sample]:
    """Probes of the domain over all its cells."""
    domain, rng = load_domain(DOMAIN), random.Random(seed)
    made = (sample for cell in itertools.cycle(domain.cells()) for sample in domain.make(cell, rng, Purpose.LEARN))
    return list(itertools.islice(made, count))


def publish_requests(batch: int, named: Callable[[], str] = new_id) -> Iterator[Any]:
    """Requests to publish new probes, without end; `named` gives each its id."""
    templates = [to_wire(sample) for sample in probes(max(batch, 256))]
    for start in itertools.count(0, batch):
        request = exchange_pb2.PublishRequest()
        for place in range(start, start + batch):
            added = request.samples.add()
            added.CopyFrom(templates[place % len(templates)])
            added.id = named()
        yield request


def raw(client: SwarmClient) -> Any:
    """The calls of a client with messages instead of records."""
    return client._connection.call


async def clients(stack: AsyncExitStack, run: Path, role: Role, count: int = CHANNELS) -> list[SwarmClient]:
    """Clients of one role, each with a name and a channel of its own."""
    made = [SwarmClient.for_run(run, role, f"{role}-{number}") for number in range(count)]
    return [await stack.enter_async_context(client) for client in made]


def _checked(answers: Any) -> int:
    refused = [answer for answer in answers if answer.code != "OK"]
    if refused:
        raise AssertionError(f"{len(refused)} of {len(answers)} refused, the first with {refused[0]}")
    return len(answers)


async def publish(run: Path, plan: Plan, samples: int = 0) -> Timed:
    """Publish for as long as the plan says, after a warm-up, or just so many samples."""
    async with AsyncExitStack() as stack:
        channels = itertools.cycle(map(raw, await clients(stack, run, Role.PROBER)))

        def call(request: Any) -> Call:
            channel = next(channels)

            async def send() -> int:
                return _checked((await channel(request, _TIMEOUT_SECONDS)).answers)

            return send

        calls = map(call, publish_requests(plan.batch))
        if samples:
            return await drive(itertools.islice(calls, samples // plan.batch), plan.in_flight, plan.seconds)
        await drive(calls, plan.in_flight, min(WARM_UP_SECONDS, plan.seconds / 2))
        return await drive(calls, plan.in_flight, plan.seconds)


async def work(run: Path, plan: Plan) -> tuple[Timed, Timed]:
    """Lease what was published, then complete it, each for as long as the plan says."""
    async with AsyncExitStack() as stack:
        channels = [raw(client) for client in await clients(stack, run, Role.STUDENT)]
        taken: list[tuple[Any, list[tuple[str, str]]]] = []
        request = exchange_pb2.LeaseRequest(
            stage=enum_to_wire(Stage.PROBES), limit=plan.batch, ttl_seconds=_TTL_SECONDS
        )
        empty = asyncio.Event()

        def lease(channel: Any) -> Call:
            async def send() -> int:
                leases = (await channel(request, _TIMEOUT_SECONDS)).leases
                if not leases:
                    empty.set()
                else:
                    taken.append((channel, [(lease.token, lease.sample.id) for lease in leases]))
                return len(leases)

            return send

        def leasing() -> Iterator[Call]:
            for channel in itertools.cycle(channels):
                if empty.is_set():
                    return
                yield lease(channel)

        leased = await drive(leasing(), plan.in_flight, plan.seconds)
        completions = [(channel, _completions(pairs)) for channel, pairs in taken]

        def complete(channel: Any, finished: Any) -> Call:
            async def send() -> int:
                return _checked((await channel(finished, _TIMEOUT_SECONDS)).answers)

            return send

        completed = await drive((complete(*item) for item in completions), plan.in_flight, plan.seconds)
        return leased, completed


def _completions(pairs: list[tuple[str, str]]) -> Any:
    """A request to complete leases, each with an attempt."""
    request = exchange_pb2.CompleteRequest()
    for token, sample_id in pairs:
        completion = request.completions.add()
        completion.CopyFrom(_COMPLETION)
        completion.token = token
        output = completion.outputs[0]
        output.id, output.parent_id, output.root_id = child_id(sample_id, "attempt"), sample_id, sample_id
    return request


def _template() -> state_pb2.Completion:
    probe = probes(1)[0]
    attempt = Attempt(text="The week begins on Monday, so it is the 14th.\n= 2026-12-14", checkpoint_id="base")
    made: state_pb2.Completion = to_wire(Completion(token="", outputs=(answer_to(probe, attempt),)))
    return made


_COMPLETION = _template()


async def hand_off(run: Path, times: int) -> Timed:
    """Publish single samples while a lease waits: from the publisher's call to the worker's answer."""
    latencies = []
    async with AsyncExitStack() as stack:
        prober = (await clients(stack, run, Role.PROBER, 1))[0]
        student = (await clients(stack, run, Role.STUDENT, 1))[0]
        await student.lease(Stage.PROBES)
        for sample in probes(times):
            waiting = asyncio.create_task(student.lease(Stage.PROBES, wait_seconds=20.0))
            await asyncio.sleep(0.02)
            began = time.perf_counter()
            publishing = asyncio.create_task(prober.publish([sample.model_copy(update={"id": new_id()})]))
            leases = await waiting
            latencies.append(time.perf_counter() - began)
            assert leases, "a lease that waited came back empty"
            await publishing
    return Timed(times, sum(latencies), tuple(latencies))


async def watch(run: Path, watchers: int, rate: int, seconds: float) -> Timed:
    """Watch with many streams while `rate` samples a second are published in five calls: each call to its events."""
    sent: dict[str, float] = {}
    lags: list[float] = []
    batch = max(1, rate // 5)
    wanted = int(seconds * 5) * batch

    async def follow(client: SwarmClient, after: int, is_open: asyncio.Event) -> None:
        seen = 0
        async for reply in client._connection.stream(lambda: swarm_pb2.WatchRequest(after_revision=after)):
            if reply.event.sample.id in sent:
                lags.append(time.perf_counter() - sent[reply.event.sample.id])
                seen += 1
            else:
                is_open.set()  # a silent watch has said how far it has come
            if seen == wanted:
                return

    async with AsyncExitStack() as stack:
        operator = (await clients(stack, run, Role.OPERATOR, 1))[0]
        prober = (await clients(stack, run, Role.PROBER, 1))[0]
        after = (await operator.state()).revision
        streams = await clients(stack, run, Role.OPERATOR, watchers)
        opened = [asyncio.Event() for _ in streams]
        following = [asyncio.create_task(follow(*each)) for each in zip(streams, itertools.repeat(after), opened)]
        await asyncio.gather(*(each.wait() for each in opened))
        requests, began = publish_requests(batch), time.perf_counter()
        for number in range(int(seconds * 5)):
            await asyncio.sleep(max(0.0, began + number / 5 - time.perf_counter()))
            request = next(requests)
            sent |= dict.fromkeys((sample.id for sample in request.samples), time.perf_counter())
            _checked((await raw(prober)(request, _TIMEOUT_SECONDS)).answers)
        async with asyncio.timeout(120):
            await asyncio.gather(*following)
    return Timed(len(lags), time.perf_counter() - began, tuple(lags))


async def echo(address: str, ca: Path | None, plan: Plan, reply_bytes: int) -> Timed:
    """Send the same requests to a server that only answers, with as many bytes as the gateway's answers have."""
    requests = (request.SerializeToString() for request in publish_requests(plan.batch))
    options = (("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.use_local_subchannel_pool", 1))
    async with AsyncExitStack() as stack:
        methods = []
        for _ in range(CHANNELS):
            if ca is None:
                channel = grpc.aio.insecure_channel(address, options=options)
            else:
                proof = grpc.ssl_channel_credentials(ca.read_bytes())
                channel = grpc.aio.secure_channel(address, proof, options=options)
            methods.append(
                (await stack.enter_async_context(channel)).unary_unary(f"/bench.Echo/{reply_bytes}", None, None)
            )
        channels: Iterator[Any] = itertools.cycle(methods)

        def call(request: bytes) -> Call:
            async def send() -> int:
                await next(channels)(request)
                return plan.batch

            return send

        calls = map(call, requests)
        await drive(calls, plan.in_flight, min(WARM_UP_SECONDS, plan.seconds / 2))
        return await drive(calls, plan.in_flight, plan.seconds)


def reply_size(batch: int) -> int:
    """Bytes of the answer to a publish call."""
    answer = state_pb2.Answer(id=new_id(), code="OK", revision=1_000_000)
    return exchange_pb2.PublishResponse(answers=[answer] * batch).ByteSize()
