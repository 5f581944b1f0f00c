"""ExchangeService: samples in, work out, outcomes back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

from swarm.codec import enum_from_wire, to_wire
from swarm.exchange import Code, Exchange, Identity
from swarm.fields import as_note
from swarm.gateway.changes import QUEUES, Topic, topic_of
from swarm.gateway.desk import LONGEST_WAIT_SECONDS, MOST_ITEMS, Desk, answer_each, batch, wires, within_message
from swarm.gateway.edge import caller
from swarm.gateway.once import asked
from swarm.gateway.soundness import bounded, check_sample, lined
from swarm.gateway.traces import Call
from swarm.records import Sample, Tier
from swarm.v1 import exchange_pb2, exchange_pb2_grpc
from swarm.work import Answer, Completion, FailKind, Failure, Lease, Stage

FULL_RETRY_SECONDS = 1.0
DRAINED_SECONDS = 1.0
"""How long one that is drained waits for its empty answer: who doesn't heed it shall not ask in a rush."""
DEFAULT_LEASE_SECONDS = 30.0
_STORED = frozenset({Topic.PROBES, Topic.FAILURES, Topic.DECLARED, Topic.LOG})
_COMPLETED = frozenset({Topic.ATTEMPTS, Topic.FAILURES, Topic.DECLARED, Topic.CORRECTIONS, Topic.LOG})


Handed = tuple[list[Lease], bool]
"""What an agent is given, and whether it is drained."""


class ExchangeService(exchange_pb2_grpc.ExchangeServiceServicer):
    """Thin: every rule is the exchange's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def _call(self, name: str, context: Any) -> AbstractContextManager[Call]:
        return self._desk.traces.call(name, dict(context.invocation_metadata() or ()))

    async def _stored(self, call: Call, ids: list[str], agent: str) -> None:
        if call.traced and ids:
            facts = await self._desk.read(lambda exchange: exchange.facts(ids))
            call.stored(facts, agent)

    def _take_sample(self, sample: Sample) -> Sample:
        check_sample(sample)
        return self._desk.screened(sample)

    def _take_completion(self, completion: Completion) -> Completion:
        return completion.model_copy(update={"outputs": tuple(map(self._take_sample, completion.outputs))})

    def _take_failure(self, failure: Failure) -> Failure:
        return failure.model_copy(update={"reason": as_note(self._desk.screen.text(failure.reason))})

    async def Publish(self, request: Any, context: Any) -> Any:
        agent = caller()
        messages = batch("samples", request.samples)

        async def publish(samples: list[Sample]) -> list[Answer]:
            with self._call("publish", context) as call:
                answers = await self._desk.write(lambda exchange: exchange.publish(agent, samples), _STORED)
                await self._stored(call, [answer.id for answer in answers if answer.ok], agent.name)
                return answers

        aside = not self._desk.screen.open
        answers = await answer_each(messages, Sample, "id", publish, self._take_sample, aside)
        full = any(answer.code in (Code.QUEUE_FULL, Code.CREDITS_SPENT) for answer in answers)
        return exchange_pb2.PublishResponse(answers=answers, retry_delay_seconds=FULL_RETRY_SECONDS if full else 0.0)

    async def Lease(self, request: Any, context: Any) -> Any:
        agent, stage = caller(), _queue(request)
        limit, seconds = request.limit or 1, request.ttl_seconds or DEFAULT_LEASE_SECONDS
        bounded("LeaseRequest.limit", limit, 1, MOST_ITEMS)
        bounded("LeaseRequest.wait_seconds", request.wait_seconds, 0, LONGEST_WAIT_SECONDS)
        clock, asks = asyncio.get_running_loop().time, asked(request, context)

        def take(exchange: Exchange) -> Handed:
            leases = exchange.lease(agent, stage, limit, seconds, asks)
            return leases, not leases and exchange.is_draining(agent.name)

        async def look() -> tuple[Handed, bool] | None:
            self._desk.polled_at[stage] = clock()
            leases, drained = await self._desk.write(take)
            return ((leases, drained), len(leases) >= limit) if leases or drained else None

        self._desk.polled_at[stage] = clock()
        with self._call("lease", context) as call:
            leases, drained = await self._given(agent, stage, look, request.wait_seconds)
            call.leased(leases, agent.name)
        self._desk.polled_at[stage] = clock()
        messages = within_message(wires(leases))
        if unsent := leases[len(messages) :]:
            back = [
                Failure(token=lease.token, kind=FailKind.RELEASE, reason="no room in the answer") for lease in unsent
            ]
            await self._desk.write(lambda exchange: exchange.fail(agent, back), {topic_of(stage)})
        sent = leases[: len(messages)]
        self._desk.metrics.leased(stage, len(sent), sum(lease.attempt > 1 for lease in sent))
        return exchange_pb2.LeaseResponse(leases=messages, drain=drained)

    async def _given(
        self, agent: Identity, stage: str, look: Callable[[], Awaitable[tuple[Handed, bool] | None]], wait: float
    ) -> Handed:
        """What `look` finds in the agent's turn. One in quarantine is lent copies, for which nobody stands in line."""
        if agent.tier is Tier.QUARANTINED:
            found = await self._desk.poll(look, topic_of(stage), wait)
            handed = found[0] if found else None
        else:
            handed = await self._desk.changes.lines[stage].turn(agent.name, look, wait)
        leases, drained = handed or ([], False)
        if drained:
            await asyncio.sleep(min(wait, DRAINED_SECONDS))
        return leases, drained

    async def Complete(self, request: Any, context: Any) -> Any:
        agent = caller()

        async def complete(items: list[Completion]) -> list[Answer]:
            with self._call("complete", context) as call:
                keyed = any(output.ordering_key for item in items for output in item.outputs)
                # The next of its key may go out; what a declared role lets pass or makes may wait in any queue.
                topics = _COMPLETED | QUEUES if keyed or agent.declared_role else _COMPLETED
                answers = await self._desk.write(lambda exchange: exchange.complete(agent, items), topics)
                taken = [item for item, answer in zip(items, answers, strict=True) if answer.ok]
                await self._stored(call, [output.id for item in taken for output in item.outputs], agent.name)
                return answers

        messages = batch("completions", request.completions)
        aside = not self._desk.screen.open
        answers = await answer_each(messages, Completion, "token", complete, self._take_completion, aside)
        return exchange_pb2.CompleteResponse(answers=answers)

    async def Fail(self, request: Any, _context: Any) -> Any:
        agent = caller()

        async def fail(items: list[Failure]) -> list[Any]:
            return await self._desk.write(lambda exchange: exchange.fail(agent, items), QUEUES)

        messages = batch("failures", request.failures)
        aside = not self._desk.screen.open
        answers = await answer_each(messages, Failure, "token", fail, self._take_failure, aside)
        return exchange_pb2.FailResponse(answers=answers)

    async def Extend(self, request: Any, _context: Any) -> Any:
        agent, tokens = caller(), list(batch("tokens", request.tokens))
        seconds = request.ttl_seconds or DEFAULT_LEASE_SECONDS
        answers = await self._desk.write(lambda exchange: exchange.extend(agent, tokens, seconds))
        return exchange_pb2.ExtendResponse(answers=wires(answers))

    async def ListCorrections(self, request: Any, _context: Any) -> Any:
        limit = request.limit or 100
        bounded("ListCorrectionsRequest.limit", limit, 1, MOST_ITEMS)
        bounded("ListCorrectionsRequest.wait_seconds", request.wait_seconds, 0, LONGEST_WAIT_SECONDS)

        async def look() -> list[tuple[Sample, ...]]:
            return await self._desk.read(lambda exchange: exchange.corrections(request.after_revision, limit))

        found = await self._desk.poll(look, Topic.CORRECTIONS, request.wait_seconds)
        chains = [exchange_pb2.CorrectionChain(chain=[to_wire(sample) for sample in chain]) for chain in found]
        return exchange_pb2.ListCorrectionsResponse(corrections=within_message(chains))


def _queue(request: Any) -> str:
    """The queue that a caller would lease from: by its name, by its stage, or a declared role's own."""
    lined("LeaseRequest.queue", request.queue)
    own = caller().declared_role
    if request.queue or (own and not request.stage):
        return request.queue or own
    stage = enum_from_wire(request.stage, Stage, "LeaseRequest.stage")
    return own if own and stage is Stage.DECLARED else stage
