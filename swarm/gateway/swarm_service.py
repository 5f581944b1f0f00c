"""SwarmService: the state, the samples, the event log and the phase."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from swarm.asking import Interest
from swarm.codec import from_wire, to_wire
from swarm.engine_states import EngineStanding
from swarm.errors import UnavailableError
from swarm.events import Event, EventKind
from swarm.exchange import Exchange
from swarm.exchange.finding import Place
from swarm.gateway.changes import EVERYTHING, Topic
from swarm.gateway.desk import Desk, wires, within_message
from swarm.gateway.edge import caller
from swarm.gateway.feed import Feed
from swarm.gateway.listing import page
from swarm.gateway.masks import Mask
from swarm.gateway.once import asked, once
from swarm.gateway.queries import interest_from, query_from
from swarm.gateway.soundness import bounded, lined, timely
from swarm.records import Purpose
from swarm.spells import MOST_SPELLS, Spell
from swarm.state import PhaseName, PhaseRecord, Progress, SwarmState
from swarm.training import TrainerMishap, TrainerReport
from swarm.v1 import records_pb2, state_pb2, swarm_pb2, swarm_pb2_grpc
from swarm.work import Stage

MOST_ENGINES = 1000
Look = Callable[[int, int], Awaitable[tuple[Sequence[Any], int]]]
_MEASURING = {PhaseName.SIEGE: Purpose.SIEGE, PhaseName.CENSUS: Purpose.CENSUS}


class SwarmService(swarm_pb2_grpc.SwarmServiceServicer):
    """Looks at the swarm as the caller's role may see it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._feed = Feed(desk.read)

    async def GetState(self, request: Any, _context: Any) -> Any:
        keep = Mask.of(request, state_pb2.SwarmState)
        state: SwarmState = await self._desk.read(lambda exchange: exchange.state())
        if defects := self._desk.edge.defects:
            alarm = f"gateway: {defects} calls failed by its own fault since it started; see its log"
            state = state.model_copy(update={"alarms": (*state.alarms, alarm)})
        state = state.model_copy(update={"rates": self._desk.pace.rates()})
        return swarm_pb2.GetStateResponse(state=keep(to_wire(state)))

    async def ListSamples(self, request: Any, _context: Any) -> Any:
        role, query, keep = caller().role, query_from(request), Mask.of(request, records_pb2.Sample)
        at = self._desk.paging.read(request)
        place = Place(*at) if at else None
        found = await self._desk.read(lambda exchange: exchange.find(query, role, place))
        samples = within_message(map(keep, wires(found.samples)))
        token = ""
        if found.more or len(samples) < len(found.samples):
            token = self._desk.paging.token(request, found.samples[len(samples) - 1].revision, found.revision)
        return swarm_pb2.ListSamplesResponse(samples=samples, next_page_token=token, revision=found.revision)

    async def GetLineage(self, request: Any, _context: Any) -> Any:
        role, keep = caller().role, Mask.of(request, records_pb2.Sample)
        lined("GetLineageRequest.sample_id", request.sample_id)
        family = await self._desk.read(lambda exchange: exchange.family(request.sample_id, role))
        kept = within_message(map(keep, wires(family.samples)))
        return swarm_pb2.GetLineageResponse(samples=kept, learnings=wires(family.learnings))

    async def ListSpecies(self, request: Any, _context: Any) -> Any:
        lined("ListSpeciesRequest.checkpoint_id", request.checkpoint_id)
        found = await self._desk.read(lambda exchange: exchange.species(request.checkpoint_id))
        names = [species.name for species in found]
        shown, token = page(self._desk, request, state_pb2.SpeciesCount, found, names)
        return swarm_pb2.ListSpeciesResponse(species=shown, next_page_token=token)

    async def ListProgress(self, _request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.progress_reports())
        return swarm_pb2.ListProgressResponse(progress=within_message(wires(found)))

    async def Watch(self, request: Any, _context: Any) -> AsyncIterator[Any]:
        """Waits for the next commit; a bookmark goes out where nothing else has for a while."""
        reached, changes, clock = request.after_revision, self._desk.changes, asyncio.get_running_loop().time
        look, keep = self._looking(request), Mask.of(request, state_pb2.Event, ("revision", "kind"))
        due = clock() + self._desk.bookmark_seconds
        while not changes.closed:
            seen = changes.seen(Topic.LOG)
            messages, end = await look(reached, seen)
            for message in messages:
                yield swarm_pb2.WatchResponse(event=keep(message.event)) if request.HasField("read_mask") else message
                due = clock() + self._desk.bookmark_seconds
            moved, reached = end > reached, end
            if (left := due - clock()) > 0 and (moved or await changes.wait(Topic.LOG, seen, left)):
                continue
            bookmark = Event(revision=reached, kind=EventKind.BOOKMARK, at=datetime.now(UTC))
            yield swarm_pb2.WatchResponse(event=keep(to_wire(bookmark)))
            due = clock() + self._desk.bookmark_seconds
        raise UnavailableError("the gateway is stopping", "Watch again from the last revision")

    def _looking(self, request: Any) -> Look:
        """What gives the next messages after a revision, and how far the log was read for them."""
        role, interest = caller().role, interest_from(request)

        async def shared(reached: int, seen: int) -> tuple[Sequence[Any], int]:
            messages = await self._feed.after(reached, role, seen)
            return messages, messages[-1].event.revision if messages else reached

        async def sifted(reached: int, _seen: int) -> tuple[Sequence[Any], int]:
            found = await self._desk.read(lambda exchange: exchange.sift(reached, interest, role))
            return [swarm_pb2.WatchResponse(event=to_wire(event)) for event in found.events], found.reached

        return shared if interest == Interest() else sifted

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

    async def ReportTrainer(self, request: Any, context: Any) -> Any:
        report = from_wire(request.report, TrainerReport) if request.HasField("report") else None
        mishap = from_wire(request.mishap, TrainerMishap) if request.HasField("mishap") else None
        if report is not None:
            timely("TrainerReport.since", report.since, datetime.now(UTC))
        if mishap is not None:
            timely("TrainerMishap.at", mishap.at, datetime.now(UTC))
        spells = _spells(request)

        def put(exchange: Exchange) -> Any:
            if report is not None or mishap is not None:
                exchange.report_trainer(report, mishap)
            exchange.add_spells(spells)
            return swarm_pb2.ReportTrainerResponse()

        return await once(self._desk, asked(request, context), swarm_pb2.ReportTrainerResponse, put)

    async def ReportEngines(self, request: Any, context: Any) -> Any:
        bounded("the number of ReportEnginesRequest.engines", len(request.engines), 0, MOST_ENGINES)
        engines = [from_wire(engine, EngineStanding) for engine in request.engines]
        for engine in engines:
            timely("EngineStanding.since", engine.since, datetime.now(UTC))
        spells = _spells(request)

        def put(exchange: Exchange) -> Any:
            exchange.report_engines(engines)
            exchange.add_spells(spells)
            return swarm_pb2.ReportEnginesResponse()

        return await once(self._desk, asked(request, context), swarm_pb2.ReportEnginesResponse, put)


def _spells(request: Any) -> list[Spell]:
    """The spells of a report. Raises RefusedError (INVALID) for too many, or for absurd times."""
    bounded(f"the number of {request.DESCRIPTOR.name}.spells", len(request.spells), 0, MOST_SPELLS)
    spells = [from_wire(spell, Spell) for spell in request.spells]
    for spell in spells:
        timely("Spell.began", spell.began, datetime.now(UTC))
        timely("Spell.ended", spell.ended, datetime.now(UTC))
    return spells


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
    """Whether a call repeats what was already done; revisions and time are the gateway's."""
    without = {"revision", "since", "began"}
    return one.model_dump(exclude=without) == other.model_dump(exclude=without)
