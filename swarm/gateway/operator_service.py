"""OperatorService: what an operator mends by hand, what is to be forgotten, and copies of the store."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from swarm.codec import enum_from_wire, from_wire, to_wire
from swarm.errors import StoreError
from swarm.exchange import Exchange
from swarm.flow import RoleSpec
from swarm.forgetting import ForgetReport
from swarm.gateway.changes import EVERYTHING, QUEUES
from swarm.gateway.desk import MOST_ITEMS, Desk, batch, wires, within_message
from swarm.gateway.edge import caller
from swarm.gateway.once import asked, once
from swarm.gateway.soundness import bounded, lined
from swarm.v1 import operator_pb2, operator_pb2_grpc
from swarm.work import Stage

PIECE_BYTES = 1 << 20


class OperatorService(operator_pb2_grpc.OperatorServiceServicer):
    """Thin: every rule is the exchange's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ListDeadLetters(self, request: Any, _context: Any) -> Any:
        limit = request.limit or 100
        bounded("ListDeadLettersRequest.limit", limit, 1, MOST_ITEMS)
        lined("ListDeadLettersRequest.reason", request.reason)
        lined("ListDeadLettersRequest.sample_id", request.sample_id)
        lined("ListDeadLettersRequest.queue", request.queue)
        stage = enum_from_wire(request.stage, Stage, "ListDeadLettersRequest.stage") if request.stage else None
        of = request.queue or stage
        letters = await self._desk.read(
            lambda exchange: exchange.dead_letters(
                of,
                reason=request.reason,
                sample_id=request.sample_id,
                after_revision=request.after_revision,
                limit=limit,
            )
        )
        return operator_pb2.ListDeadLettersResponse(letters=within_message(wires(letters)))

    async def ListErrors(self, _request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.errors())
        return operator_pb2.ListErrorsResponse(errors=within_message(wires(found)))

    async def RequeueDeadLetters(self, request: Any, context: Any) -> Any:
        agent, ids, reply = caller(), _named(request), operator_pb2.RequeueDeadLettersResponse

        def requeue(exchange: Exchange) -> Any:
            return reply(answers=wires(exchange.requeue_dead(agent, ids, request.note)))

        return await once(self._desk, asked(request, context), reply, requeue, QUEUES)

    async def DiscardDeadLetters(self, request: Any, context: Any) -> Any:
        agent, ids, reply = caller(), _named(request), operator_pb2.DiscardDeadLettersResponse

        def discard(exchange: Exchange) -> Any:
            return reply(answers=wires(exchange.discard_dead(agent, ids, request.note)))

        return await once(self._desk, asked(request, context), reply, discard)

    async def ApplyFlow(self, request: Any, context: Any) -> Any:
        roles, reply = (
            [from_wire(role, RoleSpec) for role in batch("roles", request.roles)],
            operator_pb2.ApplyFlowResponse,
        )

        def apply(exchange: Exchange) -> Any:
            return reply(flow=to_wire(exchange.apply_flow(roles, request.drain)))

        applied = await once(self._desk, asked(request, context), reply, apply, EVERYTHING)
        await self._desk.take_credentials()
        return applied

    async def Forget(self, request: Any, _context: Any) -> Any:
        agent, subject = caller(), {"sample_id": request.sample_id, "producer": request.producer}
        for name, value in subject.items():
            lined(f"ForgetRequest.{name}", value)
        if request.dry_run:
            found = await self._desk.read(lambda exchange: exchange.forget(agent, **subject, dry_run=True))
            return operator_pb2.ForgetResponse(report=to_wire(found))
        report = await self._desk.write(lambda exchange: exchange.forget(agent, **subject), EVERYTHING)
        return operator_pb2.ForgetResponse(report=to_wire(await self._scrubbed(report)))

    async def ListForgettings(self, request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.forgotten(request.after_revision))
        return operator_pb2.ListForgettingsResponse(forgettings=wires(found))

    async def CopyStore(self, _request: Any, _context: Any) -> AsyncIterator[Any]:
        with tempfile.TemporaryDirectory(prefix="swarm-copy-") as folder:
            copy, offset = Path(folder) / "store", 0
            await asyncio.to_thread(self._desk.exchange.copy_to, copy)
            size = copy.stat().st_size
            with copy.open("rb") as file:
                while data := await asyncio.to_thread(file.read, PIECE_BYTES):
                    yield operator_pb2.CopyStoreResponse(size_bytes=size, offset=offset, data=data)
                    offset += len(data)

    async def _scrubbed(self, report: ForgetReport) -> ForgetReport:
        """What was erased is committed by now, so a scrub that fails is said and no failure of the call."""
        try:
            done = await asyncio.to_thread(self._desk.exchange.scrub)
        except StoreError:
            done = False
        return report.model_copy(update={"scrubbed": done})


def _named(request: Any) -> list[str]:
    ids = list(batch("sample_ids", request.sample_ids))
    for sample_id in ids:
        lined(f"{request.DESCRIPTOR.name}.sample_ids", sample_id)
    lined(f"{request.DESCRIPTOR.name}.note", request.note)
    return ids
