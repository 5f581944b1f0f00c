"""Where the swarm stands and what has happened: state, samples, lineages, events, the phase."""

from collections.abc import AsyncGenerator

from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire, from_wire, to_wire
from swarm.events import Event
from swarm.records import Cell, Purpose, Sample
from swarm.state import PhaseRecord, Progress, SwarmState
from swarm.v1 import swarm_pb2


class WatchingCalls(Caller):
    """Where the swarm stands and what has happened: state, samples, lineages, events, the phase."""

    async def state(self) -> SwarmState:
        """Everything live, at one revision."""
        reply = await self._call(swarm_pb2.GetStateRequest())
        return from_wire(reply.state, SwarmState)

    async def samples(
        self,
        kind: str = "",
        cell: Cell | None = None,
        purpose: Purpose | None = None,
        passed: bool | None = None,
        *,
        since_revision: int = 0,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Sample]:
        """Stored samples that fit all filters given, in order of revision; at most `limit` (1000)."""
        request = swarm_pb2.ListSamplesRequest(
            kind=swarm_pb2.SampleKind.Value(f"SAMPLE_KIND_{kind.upper()}") if kind else 0,  # type: ignore[arg-type]
            cell=to_wire(cell) if cell else None,
            purpose=enum_to_wire(purpose) if purpose else None,
            passed=passed,
            since_revision=since_revision,
            limit=limit,
            descending=descending,
        )
        reply = await self._call(request)
        return records(reply.samples, Sample)

    async def lineage(self, sample_id: str) -> list[Sample]:
        """A sample with its ancestors and descendants."""
        reply = await self._call(swarm_pb2.GetLineageRequest(sample_id=sample_id))
        return records(reply.samples, Sample)

    async def watch(self, after_revision: int) -> AsyncGenerator[Event, None]:
        """Every change after a revision, in order and without gaps; bookmarks come while nothing changes.

        Goes on after a restart of the gateway. Raises RefusedError OUT_OF_RANGE where the log doesn't reach back.
        """
        reached = after_revision

        def request() -> swarm_pb2.WatchRequest:
            return swarm_pb2.WatchRequest(after_revision=reached)

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

    async def put_progress(self, progress: Progress) -> None:
        """Report how far siege or census has come."""
        await self._call(swarm_pb2.PutProgressRequest(progress=to_wire(progress)))
