"""OperatorService: what an operator mends by hand."""

from typing import Any

from swarm.codec import enum_from_wire
from swarm.gateway.changes import QUEUES
from swarm.gateway.desk import MOST_ITEMS, Desk, batch, wires, within_message
from swarm.gateway.edge import caller
from swarm.gateway.soundness import bounded, lined
from swarm.v1 import operator_pb2, operator_pb2_grpc
from swarm.work import Stage


class OperatorService(operator_pb2_grpc.OperatorServiceServicer):
    """Thin: every rule is the exchange's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ListDeadLetters(self, request: Any, _context: Any) -> Any:
        limit = request.limit or 100
        bounded("ListDeadLettersRequest.limit", limit, 1, MOST_ITEMS)
        lined("ListDeadLettersRequest.reason", request.reason)
        lined("ListDeadLettersRequest.sample_id", request.sample_id)
        stage = enum_from_wire(request.stage, Stage, "ListDeadLettersRequest.stage") if request.stage else None
        letters = await self._desk.read(
            lambda exchange: exchange.dead_letters(
                stage,
                reason=request.reason,
                sample_id=request.sample_id,
                after_revision=request.after_revision,
                limit=limit,
            )
        )
        return operator_pb2.ListDeadLettersResponse(letters=within_message(wires(letters)))

    async def RequeueDeadLetters(self, request: Any, _context: Any) -> Any:
        agent, ids = caller(), _named(request)
        answers = await self._desk.write(lambda exchange: exchange.requeue_dead(agent, ids, request.note), QUEUES)
        return operator_pb2.RequeueDeadLettersResponse(answers=wires(answers))

    async def DiscardDeadLetters(self, request: Any, _context: Any) -> Any:
        agent, ids = caller(), _named(request)
        answers = await self._desk.write(lambda exchange: exchange.discard_dead(agent, ids, request.note))
        return operator_pb2.DiscardDeadLettersResponse(answers=wires(answers))


def _named(request: Any) -> list[str]:
    ids = list(batch("sample_ids", request.sample_ids))
    for sample_id in ids:
        lined(f"{request.DESCRIPTOR.name}.sample_ids", sample_id)
    lined(f"{request.DESCRIPTOR.name}.note", request.note)
    return ids
