"""Agents made from another contract than the gateway's: older ones go on working, newer ones hear what is missing."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from calendar_work import SEED, checkpoint
from fuzz_rig import reason_of
from gateway_rig import Clients
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet
from recorded import Recorded

from swarm.client import SwarmClient
from swarm.codec.contract import VERSION
from swarm.errors import RefusedError
from swarm.gateway.doors import SERVICES
from swarm.gateway.server import Gateway
from swarm.records import Correction, Verdict
from swarm.roles import AgentCard, Role
from swarm.students import CheckpointStatus
from swarm.v1 import agent_pb2, agent_pb2_grpc, state_pb2

pytestmark = pytest.mark.asyncio
RELEASED = sorted((Path(__file__).parents[2] / "proto" / "released").glob("*.binpb"))
REFERENCE = {"answer": "2026-04-02", "rationale": "10+23=33, 03 has 31: 33-31=2, 2026-04"}
PROBE = {
    "cell": {"subdomain": "relative", "weather": "WEATHER_RAIN", "form": "date"},
    "purpose": "PURPOSE_LEARN",
    "origin": "ORIGIN_MODEL",
    "question": "Now: Tue 2026-03-10 14:30\nText: water the ferns 23 days from now",
    "reference": REFERENCE,
}


@pytest_asyncio.fixture
async def channel(gateway: Gateway) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(gateway.address) as opened:
        yield opened


def answering(lease: dict[str, Any], kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The sample that answers a lease's."""
    leased = lease["sample"]
    root = leased.get("root_id") or leased["id"]
    return {"id": uuid.uuid4().hex, "parent_id": leased["id"], "root_id": root, kind: payload}


@pytest.mark.parametrize("recorded", RELEASED, ids=lambda file: file.stem)
async def test_an_agent_of_any_released_contract_works(
    recorded: Path, channel: grpc.aio.Channel, clients: Clients, tmp_path: Path
) -> None:
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    older = Recorded(FileDescriptorSet.FromString(recorded.read_bytes()), channel, tmp_path)
    for role in (Role.PROBER, Role.STUDENT, Role.JUDGE, Role.TEACHER):
        card = {"name": f"{role}-1", "role": f"ROLE_{role.upper()}", "version": "1"}
        assert (await older.call(role, "AgentService.Register", {"card": card}))["status"]["card"] == card

    publish = {"samples": [{"id": uuid.uuid4().hex, "probe": PROBE}]}
    (first,) = (await older.call(Role.PROBER, "ExchangeService.Publish", publish))["answers"]
    (again,) = (await older.call(Role.PROBER, "ExchangeService.Publish", publish))["answers"]
    assert (first["code"], again) == ("OK", first)

    verdict = {"rubric_version": 1, "decided_by": "verifier", "species": "relative/wrong"}
    correction = {**REFERENCE, "teacher": "TEACHER_KIND_WORKED", "verified": True}
    steps = [
        (Role.STUDENT, "STAGE_PROBES", "attempt", {"text": "= nonsense", "checkpoint_id": "base"}),
        (Role.JUDGE, "STAGE_ATTEMPTS", "verdict", verdict),
        (Role.TEACHER, "STAGE_FAILURES", "correction", correction),
    ]
    for role, stage, kind, payload in steps:
        asked = {"stage": stage, "wait_seconds": 5}
        (lease,) = (await older.call(role, "ExchangeService.Lease", asked))["leases"]
        held = await older.call(role, "ExchangeService.Extend", {"tokens": [lease["token"]]})
        released = {"token": lease["token"], "kind": "FAIL_KIND_RELEASE", "reason": "not yet"}
        back = await older.call(role, "ExchangeService.Fail", {"failures": [released]})
        (lease,) = (await older.call(role, "ExchangeService.Lease", asked))["leases"]
        done = {"token": lease["token"], "outputs": [answering(lease, kind, payload)]}
        finished = await older.call(role, "ExchangeService.Complete", {"completions": [done]})
        assert [reply["answers"][0]["code"] for reply in (held, back, finished)] == ["OK", "OK", "OK"]
        report = {"report_id": uuid.uuid4().hex, "completed": 1, "note": "well"}
        await older.call(role, "AgentService.Heartbeat", report)

    assert (await older.call(Role.OPERATOR, "SwarmService.GetState", {}))["state"]["queues"]
    assert (await older.call(Role.PROBER, "SwarmService.Watch", {}))["event"]["revision"]
    stored = await clients(Role.OPERATOR).samples()
    assert [sample.payload.kind for sample in stored] == ["probe", "attempt", "verdict", "correction"]
    assert isinstance(stored[2].payload, Verdict)
    assert isinstance(stored[3].payload, Correction)
    for role in (Role.PROBER, Role.STUDENT, Role.JUDGE, Role.TEACHER):
        await older.call(role, "AgentService.Leave", {})
    assert await clients(Role.OPERATOR).agents() == []


async def test_an_older_agent_is_refused_by_the_same_names(channel: grpc.aio.Channel, tmp_path: Path) -> None:
    older = Recorded(FileDescriptorSet.FromString(RELEASED[0].read_bytes()), channel, tmp_path)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await older.call(Role.PROBER, "ExchangeService.Lease", {"stage": "STAGE_PROBES"})
    assert reason_of(caught.value) == "FORBIDDEN"


def newer() -> FileDescriptorSet:
    """The gateway's contract, to which a later one has added a field, an enum value, a kind of sample and a method."""
    files = dict[str, FileDescriptorProto]()

    def take(descriptor: Any) -> None:
        if descriptor.name not in files:
            for needed in descriptor.dependencies:
                take(needed)
            files[descriptor.name] = FileDescriptorProto()
            descriptor.CopyToProto(files[descriptor.name])

    for service in SERVICES:
        take(service.file)
    records, exchange = files["swarm/v1/records.proto"], files["swarm/v1/exchange.proto"]
    kinds = FieldDescriptorProto
    sample = next(message for message in records.message_type if message.name == "Sample")
    text = {"type": kinds.TYPE_STRING, "label": kinds.LABEL_OPTIONAL}
    sample.field.add(name="mood", number=900, **text)
    sample.field.add(name="song", number=901, oneof_index=0, **text)
    next(enum for enum in records.enum_type if enum.name == "Weather").value.add(name="WEATHER_HAIL", number=77)
    exchange.service[0].method.add(
        name="Sing", input_type=".swarm.v1.PublishRequest", output_type=".swarm.v1.PublishResponse"
    )
    return FileDescriptorSet(file=files.values())


async def test_of_what_a_newer_agent_sends_a_field_is_ignored_and_a_value_or_kind_is_refused_by_name(
    channel: grpc.aio.Channel, clients: Clients, tmp_path: Path
) -> None:
    later = Recorded(newer(), channel, tmp_path)
    sample = {"id": uuid.uuid4().hex, "mood": "cheerful", "probe": PROBE}
    (answer,) = (await later.call(Role.PROBER, "ExchangeService.Publish", {"samples": [sample]}))["answers"]
    assert answer["code"] == "OK"
    hail = {**PROBE, "cell": {**PROBE["cell"], "weather": "WEATHER_HAIL"}}  # type: ignore[dict-item]
    wrong = [
        ({"id": uuid.uuid4().hex, "probe": hail}, "Cell.weather is 77, which is none of Weather"),
        ({"id": uuid.uuid4().hex, "song": "la"}, "Sample.payload is missing"),
    ]
    for sample, said in wrong:
        (answer,) = (await later.call(Role.PROBER, "ExchangeService.Publish", {"samples": [sample]}))["answers"]
        assert answer["code"] == "INVALID"
        assert said in answer["message"]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await later.call(Role.PROBER, "ExchangeService.Sing", {})
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert len(await clients(Role.OPERATOR).samples()) == 1


CARD = {"name": "prober-1", "role": "ROLE_PROBER"}


async def test_a_gateway_says_which_contract_it_has_and_what_the_caller_may_call(
    channel: grpc.aio.Channel, tmp_path: Path
) -> None:
    client = Recorded(newer(), channel, tmp_path)
    needs = ["swarm.v1.Sample.ordering_key", "swarm.v1.WEATHER_WIND", "swarm.v1.AgentService.Leave", "swarm.v1.Probe"]
    major = VERSION.partition(".")[0]
    asked = {"card": CARD, "needs": needs, "contract": f"{major}.999"}
    said = (await client.call(Role.PROBER, "AgentService.Register", asked))["contract"]
    assert said["version"] == VERSION
    assert "/swarm.v1.ExchangeService/Publish" in said["methods"]
    assert "/swarm.v1.ExchangeService/Lease" not in said["methods"]


@pytest.mark.parametrize(
    ("asked", "reason", "said"),
    [
        ({"needs": ["swarm.v1.Sample", "swarm.v1.Sample.mood"]}, "MISSING_FEATURE", "lacks swarm.v1.Sample.mood"),
        ({"needs": ["swarm.v1.ExchangeService.Sing"]}, "MISSING_FEATURE", "lacks swarm.v1.ExchangeService.Sing"),
        ({"contract": "7.0"}, "MISSING_FEATURE", f"made from contract 7.0, and this gateway has {VERSION}"),
        ({"contract": "newest"}, "INVALID", "the contract's version is 'newest'"),
        ({"needs": ["swarm.v1.Sample"] * 65}, "INVALID", "the number of RegisterRequest.needs is 65"),
        ({"needs": ["a\nb"]}, "INVALID", "RegisterRequest.needs"),
    ],
    ids=["a field", "a method", "another major version", "no version", "too many", "no line"],
)
async def test_what_a_gateway_lacks_is_named_and_nobody_is_registered(
    channel: grpc.aio.Channel, clients: Clients, tmp_path: Path, asked: dict[str, Any], reason: str, said: str
) -> None:
    client = Recorded(newer(), channel, tmp_path)
    with pytest.raises(grpc.aio.AioRpcError, match=said) as caught:
        await client.call(Role.PROBER, "AgentService.Register", {"card": CARD, **asked})
    assert reason_of(caught.value) == reason
    assert await clients(Role.OPERATOR).agents() == []


async def test_pythons_client_passes_its_needs_on(clients: Clients) -> None:
    card = AgentCard(name="prober-1", role=Role.PROBER)
    assert (await clients(Role.PROBER).register(card, ["swarm.v1.Sample.ordering_key"])).card == card
    with pytest.raises(RefusedError, match=r"lacks swarm\.v1\.Sample\.mood") as caught:
        await clients(Role.PROBER).register(card, ["swarm.v1.Sample.mood"])
    assert caught.value.reason == "MISSING_FEATURE"


class OldGateway(agent_pb2_grpc.AgentServiceServicer):
    """A gateway from before contract 1.2: it knows a card, and has nothing else."""

    async def Register(self, request: Any, _context: Any) -> Any:
        return agent_pb2.RegisterResponse(status=state_pb2.AgentStatus(card=request.card))


async def test_pythons_client_says_what_an_older_gateway_lacks() -> None:
    server = grpc.aio.server()
    agent_pb2_grpc.add_AgentServiceServicer_to_server(OldGateway(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    card = AgentCard(name="prober-1", role=Role.PROBER)
    client = SwarmClient(f"127.0.0.1:{port}", credential="any", name="prober-1", role=Role.PROBER, patience=2.0)
    async with client:
        with pytest.raises(RefusedError, match=r"older than contract 1\.2 and says nothing of swarm\.v1\.Sample\.mood"):
            await client.register(card, ["swarm.v1.Sample.mood"])
        with pytest.raises(RefusedError, match=r"the gateway has no /swarm\.v1\.SwarmService/GetPhase"):
            await client.phase()
        with pytest.raises(RefusedError, match=r"the gateway has no /swarm\.v1\.SwarmService/Watch"):
            await anext(client.watch(0))
    await server.stop(None)
