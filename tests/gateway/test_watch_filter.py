"""A watch with filters: only what passes, in order, and every other revision accounted for by what was sent."""

import asyncio

import pytest
from calendar_work import attempt, correct, fail_verdict, probe_of, probes
from gateway_rig import Clients
from google.protobuf.field_mask_pb2 import FieldMask

from swarm.asking import Interest
from swarm.errors import RefusedError
from swarm.events import Event, EventKind
from swarm.roles import AgentCard, Role
from swarm.v1 import swarm_pb2

pytestmark = pytest.mark.asyncio


async def seen(clients: Clients, role: Role, interest: Interest, until: int, after: int = 0) -> list[Event]:
    """What a watch gives until it says that it has come so far."""
    found = []
    stream = clients(role).watch(after, interest)
    async for event in stream:
        found.append(event)
        if event.revision >= until:
            break
    await stream.aclose()
    return found


async def story(clients: Clients) -> int:
    """Six probes, one of which goes all the way; returns the latest revision."""
    await clients(Role.PROBER).register(AgentCard(name="prober-1", role=Role.PROBER))
    await clients(Role.PROBER).publish(probes(6))
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    await correct(clients(Role.TEACHER))
    return (await clients(Role.OPERATOR).state()).revision


async def test_a_filter_passes_what_it_names_and_the_bookmarks_account_for_the_rest(clients: Clients) -> None:
    top = await story(clients)
    everything = await seen(clients, Role.OPERATOR, Interest(), top)
    assert [event.revision for event in everything] == list(range(1, top + 1))
    cell = probe_of(probes(6)[3]).cell
    verdicts = {event.revision for event in everything if event.sample and event.sample.kind == "verdict"}
    by_prober = {event.revision for event in everything if event.sample and event.sample.producer == "prober-1"}
    registered = {event.revision for event in everything if event.kind is EventKind.AGENT}
    in_cell = {
        event.revision
        for event in everything
        if event.sample and event.sample.kind == "probe" and probe_of(event.sample).cell == cell
    }
    for interest, wanted in (
        (Interest(kinds=(EventKind.AGENT, EventKind.PHASE)), registered | {1}),
        (Interest(sample_kinds=("verdict",)), verdicts),
        (Interest(cells=(cell,), sample_kinds=("probe",)), in_cell),
        (Interest(roles=(Role.PROBER,)), by_prober | registered),
        (Interest(kinds=(EventKind.PROMOTION,)), set()),
    ):
        got = await seen(clients, Role.OPERATOR, interest, top)
        revisions = [event.revision for event in got]
        assert {event.revision for event in got if event.kind is not EventKind.BOOKMARK} == wanted, interest
        assert revisions == sorted(revisions)
        assert got[-1].revision == top


async def test_nothing_is_missed_by_who_goes_on_from_a_bookmark(clients: Clients) -> None:
    """Bookmarks may be resumed from: what comes behind them is all that a watch without a break would have told."""
    interest = Interest(sample_kinds=("verdict",))
    stream = clients(Role.OPERATOR).watch(0, interest)
    found: list[Event] = []

    async def take() -> None:
        async for event in stream:
            found.append(event)

    taking = asyncio.create_task(take())
    tops = []
    for number in range(3):
        await clients(Role.PROBER).publish(probes(1, seed=number))
        await attempt(clients(Role.STUDENT), "= nonsense")
        await fail_verdict(clients(Role.JUDGE))
        tops.append((await clients(Role.OPERATOR).state()).revision)
        await asyncio.wait_for(_until(found, tops[-1]), 10)
    taking.cancel()
    told = [event.revision for event in found if event.kind is not EventKind.BOOKMARK]
    assert len(told) == 3
    for event in found:
        later = await seen(clients, Role.OPERATOR, interest, tops[-1], after=event.revision)
        again = [item.revision for item in later if item.kind is not EventKind.BOOKMARK]
        assert again == [revision for revision in told if revision > event.revision]


async def _until(found: list[Event], revision: int) -> None:
    while not found or found[-1].revision < revision:
        await asyncio.sleep(0)


async def test_a_student_can_not_tell_what_its_filter_hid(clients: Clients) -> None:
    """Verdicts by cell would say which probes failed: to a student they are as if they weren't there."""
    top = await story(clients)
    cell = probe_of(probes(6)[0]).cell
    for interest in (Interest(sample_kinds=("verdict", "correction")), Interest(cells=(cell,)), Interest()):
        got = await seen(clients, Role.STUDENT, interest, top)
        kinds = {event.sample.kind for event in got if event.sample}
        assert kinds <= {"probe", "attempt"}
        assert all(
            probe_of(event.sample).reference is None for event in got if event.sample and event.sample.kind == "probe"
        )
    hidden = await seen(clients, Role.STUDENT, Interest(sample_kinds=("verdict",)), top)
    nothing = await seen(clients, Role.STUDENT, Interest(sample_kinds=("annotation",)), top)
    assert [(event.kind, event.revision) for event in hidden] == [(event.kind, event.revision) for event in nothing]


async def test_a_mask_always_leaves_where_and_what(clients: Clients) -> None:
    top = await story(clients)
    request = swarm_pb2.WatchRequest(read_mask=FieldMask(paths=["sample.id"]))
    revisions = []
    async for reply in clients(Role.OPERATOR)._connection.stream(lambda: request):
        assert {field.name for field, _ in reply.event.ListFields()} <= {"revision", "kind", "sample"}
        assert {field.name for field, _ in reply.event.sample.ListFields()} <= {"id"}
        revisions.append(reply.event.revision)
        if reply.event.revision == top:
            break
    assert revisions == list(range(1, top + 1))


@pytest.mark.parametrize(
    ("said", "request_of"),
    [
        ("kinds is 99", {"kinds": [99]}),
        ("sample_kinds is 0", {"sample_kinds": [0]}),
        ("roles is missing", {"roles": [0]}),
        ("subdomain is 'a/b'", {"cells": [{"subdomain": "a/b", "weather": 1, "form": "date"}]}),
        ("'nothing'", {"read_mask": FieldMask(paths=["nothing"])}),
        ("outside the log", {"after_revision": 999, "kinds": [1]}),
    ],
)
async def test_what_no_filter_can_be_is_refused(said: str, request_of: dict[str, object], clients: Clients) -> None:
    request = swarm_pb2.WatchRequest(**request_of)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match=said) as caught:
        await anext(clients(Role.OPERATOR)._connection.stream(lambda: request))
    assert caught.value.reason == ("OUT_OF_RANGE" if said == "outside the log" else "INVALID")
