"""Where the swarm stands and what has happened: state, samples, lineages, events, the phase."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from swarm.asking import Family, Interest, Query, SampleKind, SamplePage
from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire, from_wire, to_wire
from swarm.engine_states import EngineStanding
from swarm.events import Event
from swarm.rates import SpeciesCount
from swarm.records import Cell, Purpose, Sample
from swarm.spells import Spell
from swarm.state import PhaseRecord, Progress, SwarmState
from swarm.students import Learning
from swarm.training import TrainerMishap, TrainerReport
from swarm.v1 import swarm_pb2

EVERYTHING = Interest()


class WatchingCalls(Caller):
    """Where the swarm stands and what has happened: state, samples, lineages, events, the phase."""

    async def state(self) -> SwarmState:
        """Everything live, at one revision."""
        reply = await self._call(swarm_pb2.GetStateRequest())
        return from_wire(reply.state, SwarmState)

    async def samples(
        self,
        kind: str | None = None,
        cell: Cell | None = None,
        purpose: Purpose | None = None,
        passed: bool | None = None,
        *,
        since_revision: int = 0,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Sample]:
        """Stored samples that fit all filters given, in order of revision; at most `limit` (1000)."""
        chosen = {"kind": kind or None, "cell": cell, "purpose": purpose, "passed": passed}
        shown = {"since_revision": since_revision, "limit": limit, "newest_first": descending}
        return list((await self.sample_page(Query.model_validate(chosen | shown))).samples)

    async def sample_page(self, query: Query, page_token: str = "") -> SamplePage:
        """A page of what a query is after: the first, or the one that the token of a page before asks for.

        The query is the same for all pages, but for its limit.
        """
        reply = await self._call(_request(query, page_token))
        samples = tuple(records(reply.samples, Sample))
        return SamplePage(samples=samples, revision=reply.revision, next_page_token=reply.next_page_token)

    async def lineage(self, sample_id: str) -> list[Sample]:
        """A sample with its ancestors and descendants."""
        return list((await self.family(sample_id)).samples)

    async def family(self, sample_id: str) -> Family:
        """A sample with its ancestors and descendants, and the checkpoints that learned from them."""
        reply = await self._call(swarm_pb2.GetLineageRequest(sample_id=sample_id))
        samples, learned = records(reply.samples, Sample), records(reply.learnings, Learning)
        return Family(samples=tuple(samples), learnings=tuple(learned))

    async def species(self, checkpoint_id: str = "") -> list[SpeciesCount]:
        """How often failed verdicts name each way of failing, by name; of one checkpoint where that is given."""
        request = swarm_pb2.ListSpeciesRequest(checkpoint_id=checkpoint_id)
        return await self._pages(request, "species", SpeciesCount)

    async def progress_reports(self) -> list[Progress]:
        """The latest report of each attempt at siege and census."""
        reply = await self._call(swarm_pb2.ListProgressRequest())
        return records(reply.progress, Progress)

    async def watch(self, after_revision: int, interest: Interest = EVERYTHING) -> AsyncGenerator[Event, None]:
        """Every change of interest after a revision, in order and without gaps; bookmarks come while there is none.

        Goes on after a restart of the gateway. Raises RefusedError OUT_OF_RANGE where the log doesn't reach back.
        """
        reached = after_revision

        def request() -> swarm_pb2.WatchRequest:
            return swarm_pb2.WatchRequest(
                after_revision=reached,
                kinds=[enum_to_wire(kind) for kind in interest.kinds],
                sample_kinds=[_kind(kind) for kind in interest.sample_kinds],
                cells=[to_wire(cell) for cell in interest.cells],
                roles=[enum_to_wire(role) for role in interest.roles],
            )

        async for reply in self._connection.stream(request):
            event = from_wire(reply.event, Event)
            reached = event.revision
            yield event

    async def phase(self) -> PhaseRecord:
        """The phase."""
        reply = await self._call(swarm_pb2.GetPhaseRequest())
        return from_wire(reply.phase, PhaseRecord)

    async def set_phase(self, phase: PhaseRecord, expected_revision: int) -> PhaseRecord:
        """Move the phase. Raises RefusedError CONFLICT where it has moved since `expected_revision`."""
        reply = await self._call(swarm_pb2.SetPhaseRequest(phase=to_wire(phase), expected_revision=expected_revision))
        return from_wire(reply.phase, PhaseRecord)

    async def report_trainer(
        self, report: TrainerReport | None = None, mishap: TrainerMishap | None = None, spells: Sequence[Spell] = ()
    ) -> None:
        """Say how the trainer group stands, or how it came to its end, and what it has spent its time on."""
        request = swarm_pb2.ReportTrainerRequest(
            report=None if report is None else to_wire(report),
            mishap=None if mishap is None else to_wire(mishap),
            spells=[to_wire(spell) for spell in spells],
        )
        await self._call(request)

    async def report_engines(self, engines: Sequence[EngineStanding], spells: Sequence[Spell] = ()) -> None:
        """Say how all model engines stand, and what they have computed."""
        request = swarm_pb2.ReportEnginesRequest(
            engines=[to_wire(engine) for engine in engines], spells=[to_wire(spell) for spell in spells]
        )
        await self._call(request)

    async def put_progress(self, progress: Progress) -> None:
        """Report how far siege or census has come."""
        await self._call(swarm_pb2.PutProgressRequest(progress=to_wire(progress)))


def _kind(kind: SampleKind) -> Any:
    return swarm_pb2.SampleKind.Value(f"SAMPLE_KIND_{kind.upper()}")


def _request(query: Query, page_token: str) -> swarm_pb2.ListSamplesRequest:
    request = swarm_pb2.ListSamplesRequest(
        kind=_kind(query.kind) if query.kind else None,
        cell=to_wire(query.cell) if query.cell else None,
        purpose=enum_to_wire(query.purpose) if query.purpose else None,
        origin=enum_to_wire(query.origin) if query.origin else None,
        tier=enum_to_wire(query.tier) if query.tier else None,
        passed=query.passed,
        producer=query.producer,
        checkpoint_id=query.checkpoint_id,
        criterion=query.criterion,
        species=query.species,
        learned_by=query.learned_by,
        since_revision=query.since_revision,
        until_revision=query.until_revision,
        limit=query.limit,
        descending=query.newest_first,
        page_token=page_token,
    )
    if query.since is not None:
        request.since.FromDatetime(query.since)
    if query.until is not None:
        request.until.FromDatetime(query.until)
    return request
