"""Samples and the work on them: publishing, leases and their outcomes, the log of corrections."""

from collections.abc import Sequence
from typing import Any

from swarm.batching import Batcher
from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire, from_wire, to_wire
from swarm.connection import Connection
from swarm.errors import RefusedError
from swarm.fields import as_note
from swarm.records import Sample
from swarm.v1 import exchange_pb2
from swarm.work import STAGES, Answer, Completion, FailKind, Failure, Lease, Stage


class WorkCalls(Caller):
    """Samples and the work on them: publishing, leases and their outcomes, the log of corrections.

    Concurrent publish and complete calls travel together.
    """

    def __init__(self, connection: Connection, name: str, role: str, timeout: float) -> None:
        super().__init__(connection, name, role, timeout)
        self._published: Batcher[Any] = Batcher(self._send_samples, lambda message: int(message.ByteSize()))
        self._completed: Batcher[Any] = Batcher(self._send_completions, lambda message: int(message.ByteSize()))

    async def flush(self) -> None:
        """Send what still waits for company."""
        await self._published.flush()
        await self._completed.flush()

    async def publish(self, samples: Sequence[Sample]) -> list[Answer]:
        """Store samples durably; one answer each, in order. Repeating it is no second effect."""
        return await self._published.submit([to_wire(sample) for sample in samples])

    async def lease(
        self, queue: str, limit: int = 1, wait_seconds: float = 0.0, ttl_seconds: float = 30.0
    ) -> list[Lease]:
        """Work from a stage, or from a declared role's queue by its name, at most `limit` (1000).

        Waits up to `wait_seconds` (20) for some, then gives []. What this client can't read, as from a newer gateway,
        goes back for another agent to try.
        """
        request = exchange_pb2.LeaseRequest(limit=limit, wait_seconds=wait_seconds, ttl_seconds=ttl_seconds)
        if queue in STAGES:
            request.stage = enum_to_wire(Stage(queue))
        else:
            request.queue = queue
        reply = await self._call(request, wait_seconds)
        self.draining = self.draining or reply.drain
        leases, unread = list[Lease](), list[Failure]()
        for message in reply.leases:
            try:
                leases.append(from_wire(message, Lease))
            except RefusedError as error:
                reason = as_note(f"{self.name} can't read it: {error}")
                unread.append(Failure(token=message.token, kind=FailKind.RETRY, reason=reason))
        if unread:
            await self.fail(unread)
        return leases

    async def complete(self, completions: Sequence[Completion]) -> list[Answer]:
        """End leases with their outputs; one answer each, in order, the same at every repeat."""
        return await self._completed.submit([to_wire(completion) for completion in completions])

    async def fail(self, failures: Sequence[Failure]) -> list[Answer]:
        """Hand leases back, each with its reason."""
        reply = await self._call(exchange_pb2.FailRequest(failures=[to_wire(failure) for failure in failures]))
        return records(reply.answers, Answer)

    async def extend(self, tokens: Sequence[str], ttl_seconds: float = 30.0) -> list[Answer]:
        """Hold leases for `ttl_seconds` from now."""
        reply = await self._call(exchange_pb2.ExtendRequest(tokens=tokens, ttl_seconds=ttl_seconds))
        return records(reply.answers, Answer)

    async def corrections(
        self, after_revision: int, limit: int = 100, wait_seconds: float = 0.0
    ) -> list[tuple[Sample, ...]]:
        """The log of corrections after a revision: chains (correction, verdict, attempt, probe), ascending."""
        request = exchange_pb2.ListCorrectionsRequest(
            after_revision=after_revision, limit=limit, wait_seconds=wait_seconds
        )
        reply = await self._call(request, wait_seconds)
        return [tuple(records(item.chain, Sample)) for item in reply.corrections]

    async def _send_samples(self, samples: list[Any]) -> list[Answer]:
        reply = await self._call(exchange_pb2.PublishRequest(samples=samples))
        return records(reply.answers, Answer)

    async def _send_completions(self, completions: list[Any]) -> list[Answer]:
        reply = await self._call(exchange_pb2.CompleteRequest(completions=completions))
        return records(reply.answers, Answer)
