"""Lists by pages and masks: each item once, as of one revision; tokens for their own list only; no field too many."""

from pathlib import Path

import pytest
from calendar_work import attempt, correct, fail_verdict, probes
from gateway_rig import Clients, move_clock
from google.protobuf.field_mask_pb2 import FieldMask

from swarm.asking import Query
from swarm.errors import RefusedError
from swarm.gateway.masks import Mask
from swarm.gateway.paging import Paging
from swarm.roles import Role
from swarm.v1 import records_pb2, state_pb2, swarm_pb2


async def ask(clients: Clients, role: Role, **fields: object) -> swarm_pb2.ListSamplesResponse:
    reply: swarm_pb2.ListSamplesResponse = await clients(role)._connection.call(
        swarm_pb2.ListSamplesRequest(**fields),  # type: ignore[arg-type]
        5.0,
    )
    return reply


@pytest.mark.parametrize("newest_first", [False, True])
async def test_pages_hold_each_sample_once_as_of_the_first_page(clients: Clients, newest_first: bool) -> None:
    operator, prober, samples = clients(Role.OPERATOR), clients(Role.PROBER), probes(23)
    await prober.publish(samples[:20])
    query = Query(kind="probe", limit=7, newest_first=newest_first)
    page = await operator.sample_page(query)
    listed, first = list(page.samples), page.revision
    await prober.publish(samples[20:])
    while page.next_page_token:
        page = await operator.sample_page(query.model_copy(update={"limit": 6}), page.next_page_token)
        assert page.revision == first
        listed += page.samples
    ids = [sample.id for sample in listed]
    assert ids == [sample.id for sample in (reversed(samples[:20]) if newest_first else samples[:20])]
    later = [sample.id for sample in await operator.samples(since_revision=first)]
    assert later == [sample.id for sample in samples[20:]], "and from that revision on comes what is in no page"


async def test_a_token_is_good_for_its_own_list_only(clients: Clients) -> None:
    await clients(Role.PROBER).publish(probes(9))
    token = (await ask(clients, Role.OPERATOR, kind=1, page_size=2)).next_page_token
    again = await ask(clients, Role.OPERATOR, kind=1, page_size=3, page_token=token, read_mask=FieldMask(paths=["id"]))
    assert len(again.samples) == 3
    for other in ({"kind": 2}, {"kind": 1, "descending": True}, {"kind": 1, "producer": "prober-1"}, {}):
        with pytest.raises(RefusedError, match="no token of this list") as caught:
            await ask(clients, Role.OPERATOR, page_token=token, **other)
        assert caught.value.reason == "INVALID"
        assert "ListSamplesRequest.page_token" in str(caught.value)
    for forged in ("x", "é", token[:-2] + "AA", "A" * 64):
        with pytest.raises(RefusedError, match="no token of this list"):
            await ask(clients, Role.OPERATOR, kind=1, page_token=forged)


async def test_page_sizes_beyond_the_largest_mean_the_largest(clients: Clients) -> None:
    await clients(Role.PROBER).publish(probes(3))
    assert len((await ask(clients, Role.OPERATOR, page_size=2**31 - 1)).samples) == 3
    with pytest.raises(RefusedError, match=r"page_size is -1"):
        await ask(clients, Role.OPERATOR, page_size=-1)


def test_a_token_of_another_key_is_none() -> None:
    request = swarm_pb2.ListSamplesRequest(kind=swarm_pb2.SAMPLE_KIND_PROBE)
    request.page_token = Paging(b"one key").token(request, 3, 9)
    assert Paging(b"one key").read(request) == (3, 9)
    with pytest.raises(RefusedError, match="no token"):
        Paging(b"another").read(request)


async def test_a_mask_leaves_the_fields_that_it_names(clients: Clients) -> None:
    (sent,) = probes(1)
    await clients(Role.PROBER).publish([sent])
    mask = FieldMask(paths=["id", "probe.question"])
    (sample,) = (await ask(clients, Role.OPERATOR, read_mask=mask)).samples
    assert {field.name for field, _ in sample.ListFields()} == {"id", "probe"}
    assert {field.name for field, _ in sample.probe.ListFields()} == {"question"}
    reply = await clients(Role.OPERATOR)._connection.call(
        swarm_pb2.GetStateRequest(read_mask=FieldMask(paths=["phase.name", "queues"])), 5.0
    )
    assert {field.name for field, _ in reply.state.ListFields()} == {"phase", "queues"}
    assert len(reply.state.queues) == 3
    whole = await ask(clients, Role.OPERATOR, read_mask=FieldMask(paths=["*"]))
    assert whole.samples == (await ask(clients, Role.OPERATOR)).samples


@pytest.mark.parametrize("path", ["answer", "probe.reference.nothing", "", "probe..cell", "id.x", "Sample.id"])
async def test_a_path_that_is_no_field_is_refused_by_name(path: str, clients: Clients) -> None:
    with pytest.raises(RefusedError) as caught:
        await ask(clients, Role.OPERATOR, read_mask=FieldMask(paths=["id", path]))
    assert caught.value.reason == "INVALID"
    assert f"ListSamplesRequest.read_mask names {path!r}" in str(caught.value)


def test_a_mask_has_a_bound() -> None:
    request = swarm_pb2.GetStateRequest(read_mask=FieldMask(paths=["name"] * 101))
    with pytest.raises(RefusedError, match="101 paths"):
        Mask.of(request, state_pb2.SwarmState)
    kept = Mask.of(swarm_pb2.GetStateRequest(), state_pb2.SwarmState)(state_pb2.SwarmState(name="x", revision=3))
    assert kept == state_pb2.SwarmState(name="x", revision=3)


async def test_time_bounds_go_by_when_the_gateway_stored_a_sample(clients: Clients, tmp_path: Path) -> None:
    prober, operator, samples = clients(Role.PROBER), clients(Role.OPERATOR), probes(4)
    await prober.publish(samples[:2])
    move_clock(tmp_path, 3600)
    await prober.publish(samples[2:])
    begin = (await operator.samples(limit=1))[0].created_at
    half = begin.timestamp() + 1800
    since = swarm_pb2.ListSamplesRequest()
    since.since.FromSeconds(int(half))
    reply = await operator._connection.call(since, 5.0)
    assert [sample.id for sample in reply.samples] == [sample.id for sample in samples[2:]]
    until = swarm_pb2.ListSamplesRequest()
    until.until.FromSeconds(int(half))
    reply = await operator._connection.call(until, 5.0)
    assert [sample.id for sample in reply.samples] == [sample.id for sample in samples[:2]]


async def test_a_student_learns_nothing_by_filter_mask_or_token(clients: Clients) -> None:
    """What it may not see is never looked for: the answer is the same whether there is such a sample or not."""
    student = Role.STUDENT
    asked = (
        {"passed": False}, {"passed": True}, {"species": "absolute/wrong"}, {"kind": 3}, {"kind": 4}, {"kind": 5},
        {"criterion": "right"}, {"kind": 1, "passed": False}, {"kind": 2, "species": "absolute/wrong"},
    )  # fmt: skip
    await clients(Role.PROBER).publish(probes(2))
    before = [await ask(clients, student, page_size=1, **fields) for fields in asked]
    for _ in range(2):
        await attempt(clients(student), "= nonsense")
        await fail_verdict(clients(Role.JUDGE))
        await correct(clients(Role.TEACHER))
    assert len((await ask(clients, Role.JUDGE, passed=False)).samples) == 2
    for fields, empty in zip(asked, before, strict=True):
        got = await ask(clients, student, page_size=1, **fields)
        assert (list(got.samples), got.next_page_token) == (list(empty.samples), empty.next_page_token) == ([], "")
    mask = FieldMask(paths=["probe.reference", "probe.operator", "probe.twin_id", "verdict", "correction", "attempt"])
    listed = (await ask(clients, student, read_mask=mask)).samples
    assert len(listed) == 4
    assert {
        field.name for sample in listed if sample.HasField("probe") for field, _ in sample.probe.ListFields()
    } == set()
    assert {sample.WhichOneof("payload") for sample in listed} == {"probe", "attempt"}
    seen = await clients(student)._connection.call(
        swarm_pb2.GetLineageRequest(sample_id=(await clients(student).samples("attempt"))[0].id, read_mask=mask), 5.0
    )
    assert all(sample in [records_pb2.Sample(probe={}), *listed] for sample in seen.samples)
    token = (await ask(clients, student, page_size=3)).next_page_token
    (last,) = (await ask(clients, student, page_size=3, page_token=token)).samples
    assert last.HasField("attempt")
    with pytest.raises(RefusedError, match="no token"):
        await ask(clients, student, page_size=3, page_token=token, passed=False)
