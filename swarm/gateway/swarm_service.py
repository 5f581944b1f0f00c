"""SwarmService: the state, the samples, the event log and the phase."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from swarm.codec import enum_from_wire, from_wire, to_wire
from swarm.errors import UnavailableError
from swarm.events import Event, EventKind
from swarm.exchange import Exchange
from swarm.gateway.changes import EVERYTHING, Topic
from swarm.gateway.desk import MOST_ITEMS, Desk, wires, within_message
from swarm.gateway.edge import caller
from swarm.gateway.feed import Feed
from swarm.gateway.once import asked, once
from swarm.gateway.soundness import bounded, lined
from swarm.records import Cell, Purpose
from swarm.state import PhaseName, PhaseRecord, Progress, SwarmState
from swarm.v1 import swarm_pb2, swarm_pb2_grpc
from swarm.work import Stage

_MEASURING = {PhaseName.SIEGE: Purpose.SIEGE, PhaseName.CENSUS: Purpose.CENSUS}


class SwarmService(swarm_pb2_grpc.SwarmServiceServicer):
    """Looks at the swarm as the caller's role may see it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._feed = Feed(desk.read)

    async def GetState(self, _request: Any, _context: Any) -> Any:
        state: SwarmState = await self._desk.read(lambda exchange: exchange.state())
        if defects := self._desk.edge.defects:
            alarm = f"gateway: {defects} calls failed by its own fault since it started; see its log"
            state = state.model_copy(update={"alarms": (*state.alarms, alarm)})
        return swarm_pb2.GetStateResponse(state=to_wire(state))

    async def ListSamples(self, request: Any, _context: Any) -> Any:
        role, limit = caller().role, request.limit or 100
        bounded("ListSamplesRequest.limit", limit, 1, MOST_ITEMS)
        kinds = swarm_pb2.SampleKind.DESCRIPTOR.values_by_number
        if request.kind not in kinds:
            bounded("ListSamplesRequest.kind", request.kind, 0, max(kinds))
        kind = kinds[request.kind].name.removeprefix("SAMPLE_KIND_").lower() if request.kind else None
        cell = from_wire(request.cell, Cell).key if request.HasField("cell") else None
        purpose = enum_from_wire(request.purpose, Purpose, "ListSamplesRequest.purpose") if request.purpose else None
        samples = await self._desk.read(
            lambda exchange: exchange.samples(
                kind=kind,
                cell=cell,
                purpose=purpose,
                passed=request.passed if request.HasField("passed") else None,
                since_revision=request.since_revision,
                limit=limit,
                descending=request.descending,
                role=role,
            )
        )
        return swarm_pb2.ListSamplesResponse(samples=within_message(wires(samples)))

    async def GetLineage(self, request: Any, _context: Any) -> Any:
        role = caller().role
        lined("GetLineageRequest.sample_id", request.sample_id)
        samples = await self._desk.read(lambda exchange: exchange.lineage(request.sample_id, role))
        return swarm_pb2.GetLineageResponse(samples=within_message(wires(samples)))

    async def Watch(self, request: Any, _context: Any) -> AsyncIterator[Any]:
        """Waits for the next commit; a bookmark goes out where none comes in time."""
        role, reached, changes = caller().role, request.after_revision, self._desk.changes
        while not changes.closed:
            seen = changes.seen(Topic.LOG)
            page = await self._feed.after(reached, role, seen)
            for message in page:
                yield message
                reached = message.event.revision
            if page or await changes.wait(Topic.LOG, seen, self._desk.bookmark_seconds):
                continue
            bookmark = Event(revision=reached, kind=EventKind.BOOKMARK, at=datetime.now(UTC))
            yield swarm_pb2.WatchResponse(event=to_wire(bookmark))
        raise UnavailableError("the gateway is stopping", "Watch again from the last revision")

    async def GetPhase(self, _request: Any, _context: Any) -> Any:
        return swarm_pb2.GetPhaseResponse(phase=to_wire(await self._desk.read(lambda exchange: exchange.phase())))

    async def SetPhase(self, request: Any, context: Any) -> Any:
        wanted = from_wire(request.phase, PhaseRecord)

        def move(exchange: Exchange) -> Any:
            return swarm_pb2.SetPhaseResponse(phase=to_wire(_move(exchange, wanted, request.expected_revision)))

        return await once(self._desk, asked(request, context), swarm_pb2.SetPhaseResponse, move, EVERYTHING)

    async def PutProgress(self, request: Any, context: Any) -> Any:
        progress = from_wire(request.progress, Progress)

        def put(exchange: Exchange) -> Any:
            exchange.put_progress(progress)
            return swarm_pb2.PutProgressResponse()

        return await once(self._desk, asked(request, context), swarm_pb2.PutProgressResponse, put)


def _move(exchange: Exchange, wanted: PhaseRecord, expected_revision: int) -> PhaseRecord:
    """Move the phase; leaving a measurement drops what waits for it, and releases what a siege has found."""
    before = exchange.phase()
    if before.revision != expected_revision and _same(before, wanted):
        return before
    after = exchange.set_phase(wanted, expected_revision)
    ended = _MEASURING.get(before.name)
    if ended is not None and after.name is not before.name:
        exchange.discard(Stage.PROBES, ended)
    if after.name is PhaseName.LEARN:
        exchange.release_breaches(0)
    return after


def _same(one: PhaseRecord, other: PhaseRecord) -> bool:
    """Whether a call repeats what was already done; revision and time are the gateway's."""
    without = {"revision", "since"}
    return one.model_dump(exclude=without) == other.model_dump(exclude=without)
