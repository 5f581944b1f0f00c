"""What an operator decides about: dead letters, what is to be forgotten, and copies of the store."""

import os
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire, from_wire, to_wire
from swarm.flow import FlowRecord, RoleSpec
from swarm.forgetting import ForgetReport, Forgetting
from swarm.rates import ErrorGroup
from swarm.v1 import operator_pb2
from swarm.work import STAGES, Answer, DeadLetter, Stage

_FORGET_SECONDS = 600.0
"""A producer's samples may be many, and the store writes them all in one transaction."""


class OperatorCalls(Caller):
    """What an operator decides about: dead letters, what is to be forgotten, and copies of the store."""

    async def dead_letters(
        self,
        queue: str | None = None,
        *,
        reason: str = "",
        sample_id: str = "",
        after_revision: int = 0,
        limit: int = 100,
    ) -> list[DeadLetter]:
        """Dead letters that fit all filters given, ascending by revision; at most `limit` (1000), or what fits."""
        request = operator_pb2.ListDeadLettersRequest(
            stage=enum_to_wire(Stage(queue)) if queue in STAGES else None,
            queue="" if queue in STAGES else queue,
            reason=reason,
            sample_id=sample_id,
            after_revision=after_revision,
            limit=limit,
        )
        reply = await self._call(request)
        return records(reply.letters, DeadLetter)

    async def errors(self) -> list[ErrorGroup]:
        """The latest burned deliveries, gathered by queue, kind and reason, the latest first."""
        reply = await self._call(operator_pb2.ListErrorsRequest())
        return records(reply.errors, ErrorGroup)

    async def requeue_dead(self, sample_ids: Sequence[str], note: str = "") -> list[Answer]:
        """Let dead letters wait again; one answer each, in order."""
        reply = await self._call(operator_pb2.RequeueDeadLettersRequest(sample_ids=sample_ids, note=note))
        return records(reply.answers, Answer)

    async def discard_dead(self, sample_ids: Sequence[str], note: str = "") -> list[Answer]:
        """Give dead letters up for good; one answer each, in order."""
        reply = await self._call(operator_pb2.DiscardDeadLettersRequest(sample_ids=sample_ids, note=note))
        return records(reply.answers, Answer)

    async def apply_flow(self, roles: Sequence[RoleSpec], drain: bool = False) -> FlowRecord:
        """Put these declared roles in place of those that are, while the swarm runs.

        Raises RefusedError: FLOW_REFUSED with every fault, QUEUE_IN_USE where what waits has to be drained.
        """
        request = operator_pb2.ApplyFlowRequest(roles=[to_wire(role) for role in roles], drain=drain)
        reply = await self._call(request)
        return from_wire(reply.flow, FlowRecord)

    async def forget(self, *, sample_id: str = "", producer: str = "", dry_run: bool = False) -> ForgetReport:
        """Erase the text of a sample, or of all that a producer has sent, and of what may quote it."""
        request = operator_pb2.ForgetRequest(sample_id=sample_id, producer=producer, dry_run=dry_run)
        reply = await self._call(request, _FORGET_SECONDS)
        return from_wire(reply.report, ForgetReport)

    async def forgettings(self, after_revision: int) -> list[Forgetting]:
        """What was forgotten after a revision, in order, 100 at most."""
        reply = await self._call(operator_pb2.ListForgettingsRequest(after_revision=after_revision))
        return records(reply.forgettings, Forgetting)

    async def copy_store(self, target: Path) -> None:
        """Copy the gateway's whole store, as of one revision, into a new SQLite file here, for its owner alone."""
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            async with aclosing(self._connection.stream(operator_pb2.CopyStoreRequest)) as pieces:
                async for piece in pieces:
                    if piece.offset == 0:
                        file.seek(0)
                        file.truncate()
                    file.write(piece.data)
                    if file.tell() == piece.size_bytes:
                        break
            file.flush()
            os.fsync(file.fileno())
