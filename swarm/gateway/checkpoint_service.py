"""CheckpointService: the records of student versions."""

import asyncio
from typing import Any

from swarm import checkpoints
from swarm.codec import from_wire, to_wire
from swarm.errors import RefusedError
from swarm.exchange.flow import Code
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk, wires
from swarm.state import Checkpoint
from swarm.v1 import checkpoint_pb2, checkpoint_pb2_grpc


class CheckpointService(checkpoint_pb2_grpc.CheckpointServiceServicer):
    """Thin: every rule is the exchange's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def PutCheckpoint(self, request: Any, _context: Any) -> Any:
        checkpoint = from_wire(request.checkpoint, Checkpoint)
        stored = await self._desk.write(lambda exchange: exchange.put_checkpoint(checkpoint), {Topic.LOG})
        return checkpoint_pb2.PutCheckpointResponse(checkpoint=to_wire(stored))

    async def ListCheckpoints(self, _request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.checkpoints())
        return checkpoint_pb2.ListCheckpointsResponse(checkpoints=wires(found))

    async def GetChampion(self, _request: Any, _context: Any) -> Any:
        champion = await self._desk.read(lambda exchange: exchange.champion())
        return checkpoint_pb2.GetChampionResponse(champion=to_wire(champion) if champion else None)

    async def Rollback(self, request: Any, _context: Any) -> Any:
        known = await self._desk.read(lambda exchange: exchange.checkpoints())
        target = next((checkpoint for checkpoint in known if checkpoint.id == request.checkpoint_id), None)
        if target and (gone := await asyncio.to_thread(checkpoints.missing, target)):
            fix = "Name a checkpoint whose folder is still there"
            raise RefusedError(Code.CONFLICT, f"{gone} of checkpoint {target.id!r} is no longer at {target.url}", fix)
        champion = await self._desk.write(lambda exchange: exchange.rollback(request.checkpoint_id), {Topic.LOG})
        return checkpoint_pb2.RollbackResponse(champion=to_wire(champion))
