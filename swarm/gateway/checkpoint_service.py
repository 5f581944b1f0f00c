"""CheckpointService: the records of student versions."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from swarm import checkpoints
from swarm.codec import from_wire, to_wire
from swarm.errors import RefusedError
from swarm.exchange import Code, Exchange
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk, wires
from swarm.gateway.listing import page
from swarm.gateway.once import asked, once
from swarm.gateway.soundness import RECORD_BYTES, bounded, lined, sized, timely
from swarm.students import Checkpoint
from swarm.v1 import checkpoint_pb2, checkpoint_pb2_grpc, state_pb2

MOST_LESSONS = 100_000


class CheckpointService(checkpoint_pb2_grpc.CheckpointServiceServicer):
    """Thin: every rule is the exchange's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def PutCheckpoint(self, request: Any, _context: Any) -> Any:
        sized(request.checkpoint, RECORD_BYTES)
        checkpoint = from_wire(request.checkpoint, Checkpoint)
        timely("Checkpoint.created_at", checkpoint.created_at, datetime.now(UTC))
        _check_place(checkpoint)
        learned, replayed = _lessons(request, "learned"), _lessons(request, "replayed")
        stored = await self._desk.write(
            lambda exchange: exchange.put_checkpoint(checkpoint, learned, replayed), {Topic.LOG}
        )
        return checkpoint_pb2.PutCheckpointResponse(checkpoint=to_wire(stored))

    async def GetCheckpoint(self, request: Any, _context: Any) -> Any:
        lined("GetCheckpointRequest.checkpoint_id", request.checkpoint_id)
        made = await self._desk.read(lambda exchange: exchange.making(request.checkpoint_id))
        return checkpoint_pb2.GetCheckpointResponse(
            checkpoint=to_wire(made.checkpoint),
            decision=to_wire(made.decision) if made.decision else None,
            line=wires(made.line),
        )

    async def ListCheckpoints(self, request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.checkpoints())
        shown, token = page(self._desk, request, state_pb2.Checkpoint, found)
        return checkpoint_pb2.ListCheckpointsResponse(checkpoints=shown, next_page_token=token)

    async def GetChampion(self, _request: Any, _context: Any) -> Any:
        champion = await self._desk.read(lambda exchange: exchange.champion())
        return checkpoint_pb2.GetChampionResponse(champion=to_wire(champion) if champion else None)

    async def Rollback(self, request: Any, context: Any) -> Any:
        lined("RollbackRequest.checkpoint_id", request.checkpoint_id)
        known = await self._desk.read(lambda exchange: exchange.checkpoints())
        target = next((checkpoint for checkpoint in known if checkpoint.id == request.checkpoint_id), None)
        if target and (gone := await asyncio.to_thread(_missing, target)):
            fix = "Name a checkpoint whose folder is still there"
            raise RefusedError(Code.CONFLICT, f"{gone} of checkpoint {target.id!r} is no longer at {target.url}", fix)

        def roll_back(exchange: Exchange) -> Any:
            return checkpoint_pb2.RollbackResponse(champion=to_wire(exchange.rollback(request.checkpoint_id)))

        return await once(self._desk, asked(request, context), checkpoint_pb2.RollbackResponse, roll_back, {Topic.LOG})


def _lessons(request: Any, field: str) -> list[str]:
    """The ids in a field of the request. Raises RefusedError (INVALID) where there are too many."""
    ids = list(getattr(request, field))
    bounded(f"the number of PutCheckpointRequest.{field}", len(ids), 0, MOST_LESSONS)
    return ids


def _check_place(checkpoint: Checkpoint) -> None:
    """Raise RefusedError (INVALID) where the URL is no plain one, or a file of the manifest leads out of its folder."""
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://(?!.*::).+", checkpoint.url):
        raise RefusedError(
            Code.INVALID,
            f"Checkpoint.url is {checkpoint.url!r}",
            "Send SCHEME://PATH, such as file:///run/c1",
            field="Checkpoint.url",
        )
    for file in checkpoint.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise RefusedError(
                Code.INVALID,
                f"TensorFile.path is {file.path!r}",
                "Send paths relative to the checkpoint's folder",
                field="Checkpoint.files",
            )


def _missing(target: Checkpoint) -> str:
    """The first file that is gone; all of them, where the place itself can't be looked at."""
    try:
        return checkpoints.missing(target)
    except (OSError, ValueError, ImportError) as error:
        return f"anything ({error})"
