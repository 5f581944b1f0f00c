"""The event log over a watch: ordered, gap-free under load, resumable, redacted by role, honest about its ends."""

import asyncio
from pathlib import Path

import pytest
from calendar_work import attempt, correct, fail_verdict, probe_of, probes
from gateway_rig import Clients, move_clock

from swarm.errors import RefusedError
from swarm.events import Event, EventKind
from swarm.exchange import Keep
from swarm.gateway.server import Gateway
from swarm.records import Probe, Sample
from swarm.roles import Role
from swarm.work import Stage

pytestmark = pytest.mark.asyncio


async def taken(clients: Clients, role: Role, after: int, until: int) -> list[Event]:
    """Events after a revision up to another."""
    found = []
    stream = clients(role).watch(after)
    async for event in stream:
        found.append(event)
        if event.revision >= until:
            break
    await stream.aclose()
    return found


async def test_ordered_unique_and_gap_free_under_concurrent_writes(clients: Clients) -> None:
    watching = [asyncio.create_task(taken(clients, role, 1, 301)) for role in (Role.OPERATOR, Role.STUDENT)]
    samples = probes(300)
    await asyncio.gather(*[clients(Role.PROBER).publish(samples[i : i + 7]) for i in range(0, 300, 7)])
    for seen in await asyncio.wait_for(asyncio.gather(*watching), 20):
        stored = [event for event in seen if event.kind is not EventKind.BOOKMARK]
        assert [event.revision for event in stored] == list(range(2, 302))
    resumed = await taken(clients, Role.OPERATOR, 150, 301)
    assert [event.revision for event in resumed] == list(range(151, 302))


async def test_a_silent_watch_says_how_far_it_has_come(clients: Clients) -> None:
    stream = clients(Role.OPERATOR).watch(1)
    bookmark = await asyncio.wait_for(anext(stream), 5)
    assert (bookmark.kind, bookmark.revision) == (EventKind.BOOKMARK, 1)
    await clients(Role.PROBER).publish(probes(1))
    assert [event.revision for event in await taken(clients, Role.OPERATOR, 1, 2)][-1] == 2
    await stream.aclose()


async def test_out_of_range_names_the_oldest_revision(clients: Clients, gateway: Gateway, tmp_path: Path) -> None:
    samples = probes(9)
    await clients(Role.PROBER).publish(samples[:3])
    move_clock(tmp_path, 2 * 86_400)
    await clients(Role.PROBER).publish(samples[3:])
    assert not await gateway.desk.write(lambda exchange: exchange.compact(Keep(events_days=1)))
    for after in (2, 99):
        with pytest.raises(RefusedError, match="5 to 10") as caught:
            await anext(clients(Role.OPERATOR).watch(after))
        assert caught.value.reason == "OUT_OF_RANGE"
    assert (await taken(clients, Role.OPERATOR, 4, 5))[0].revision == 5


def hidden(sample: Sample) -> bool:
    """Whether a sample tells nothing that a student may not know."""
    payload = sample.payload
    if isinstance(payload, Probe):
        return payload.reference is None and not payload.operator and not payload.twin_id
    return sample.kind == "attempt"


async def test_a_student_never_sees_what_is_right(clients: Clients) -> None:
    samples, student = probes(30), clients(Role.STUDENT)
    assert any(probe_of(sample).operator for sample in samples)
    await clients(Role.PROBER).publish(samples)
    tried = await attempt(student, "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    await correct(clients(Role.TEACHER))
    leases = await student.lease(Stage.PROBES, limit=29)
    assert len(leases) == 29
    assert all(hidden(lease.sample) and all(map(hidden, lease.chain)) for lease in leases)
    listed = await student.samples(limit=1000)
    assert len(listed) == 31
    assert all(map(hidden, listed))
    assert all(map(hidden, await student.lineage(tried.id)))
    top = (await student.state()).revision
    watched = await taken(clients, Role.STUDENT, 0, top)
    assert [event.revision for event in watched] == list(range(1, top + 1))
    assert all(hidden(event.sample) for event in watched if event.sample)
    judged = await clients(Role.JUDGE).samples(kind="probe")
    assert all(probe_of(sample).reference for sample in judged)
