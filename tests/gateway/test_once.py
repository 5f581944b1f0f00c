"""Calls under a request id: each method that promises it has one effect, whoever repeats it and after whatever."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from calendar_work import checkpoint, probes
from gateway_rig import Clients, GatewayProcess
from google.protobuf.message import Message

from swarm.client import SwarmClient
from swarm.codec import enum_to_wire, error_of, to_wire
from swarm.connection import REQUEST_ID
from swarm.criteria import Experiment, ExperimentOutcome
from swarm.engine_states import EngineStanding
from swarm.errors import RefusedError
from swarm.flow import RoleSpec
from swarm.gateway.doors import DOORS
from swarm.gateway.run_folder import STORE_FILE
from swarm.gateway.server import Gateway, Settings, serving
from swarm.records import Tier
from swarm.roles import AgentCard, Role
from swarm.rubric import seed_rubric
from swarm.state import PhaseName, PhaseRecord, Progress
from swarm.students import CheckpointStatus
from swarm.training import MishapKind, TrainerMishap
from swarm.v1 import agent_pb2, checkpoint_pb2, credential_pb2, exchange_pb2, operator_pb2, rubric_pb2, swarm_pb2
from swarm.work import FailKind, Failure, Stage

pytestmark = pytest.mark.asyncio

Pair = tuple[Message, Message]
"""A request, and another one of the same method."""


async def send(client: SwarmClient, request: Message, request_id: str) -> Any:
    """One try of a call under an id. Raises what the gateway says, as the client does."""
    metadata = (*client._connection._metadata, (REQUEST_ID, request_id))
    try:
        return await client._connection._method(request)(request, timeout=10, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        raise error_of(error) from None


async def _lease(clients: Clients) -> Pair:
    await clients(Role.PROBER).publish(probes(3))
    stage = enum_to_wire(Stage.PROBES)
    return exchange_pb2.LeaseRequest(stage=stage, limit=2), exchange_pb2.LeaseRequest(stage=stage, limit=1)


async def _heartbeat(clients: Clients) -> Pair:
    await clients(Role.STUDENT).register(AgentCard(name="student-1", role=Role.STUDENT))
    return agent_pb2.HeartbeatRequest(completed=2), agent_pb2.HeartbeatRequest(completed=3)


async def _leave(clients: Clients) -> Pair:
    await clients(Role.STUDENT).register(AgentCard(name="student-1", role=Role.STUDENT))
    return agent_pb2.LeaveRequest(), agent_pb2.LeaveRequest(name="student-1")


async def _dead(clients: Clients) -> list[str]:
    await clients(Role.PROBER).publish(probes(2))
    leases = await clients(Role.STUDENT).lease(Stage.PROBES, 2)
    await clients(Role.STUDENT).fail([Failure(token=one.token, kind=FailKind.REJECT, reason="odd") for one in leases])
    return [one.sample.id for one in leases]


async def _requeue(clients: Clients) -> Pair:
    ids = await _dead(clients)
    made = operator_pb2.RequeueDeadLettersRequest
    return made(sample_ids=ids), made(sample_ids=ids[:1])


async def _discard(clients: Clients) -> Pair:
    ids = await _dead(clients)
    made = operator_pb2.DiscardDeadLettersRequest
    return made(sample_ids=ids), made(sample_ids=ids[:1])


async def _apply(_: Clients) -> Pair:
    critic = RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation")
    return operator_pb2.ApplyFlowRequest(roles=[to_wire(critic)]), operator_pb2.ApplyFlowRequest()


async def _set_phase(clients: Clients) -> Pair:
    before = await clients(Role.OPERATOR).phase()
    phase = to_wire(PhaseRecord(name=PhaseName.SIEGE, reason="now"))
    made = swarm_pb2.SetPhaseRequest
    return made(phase=phase, expected_revision=before.revision), made(phase=phase, expected_revision=99)


async def _put_progress(_: Clients) -> Pair:
    one, two = (to_wire(Progress(phase=PhaseName.SIEGE, attempt=1, probes=number)) for number in (1, 2))
    return swarm_pb2.PutProgressRequest(progress=one), swarm_pb2.PutProgressRequest(progress=two)


async def _report_trainer(_: Clients) -> Pair:
    mishap = TrainerMishap(kind=MishapKind.DEATH, at=datetime(2026, 1, 1, tzinfo=UTC))
    one, two = (to_wire(mishap.model_copy(update={"detail": text})) for text in ("one", "two"))
    return swarm_pb2.ReportTrainerRequest(mishap=one), swarm_pb2.ReportTrainerRequest(mishap=two)


async def _report_engines(_: Clients) -> Pair:
    engine = EngineStanding(name="student", since=datetime(2026, 1, 1, tzinfo=UTC))
    made = swarm_pb2.ReportEnginesRequest
    return made(engines=[to_wire(engine)]), made()


async def _rollback(clients: Clients) -> Pair:
    await clients(Role.TRAINER).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    return checkpoint_pb2.RollbackRequest(checkpoint_id="base"), checkpoint_pb2.RollbackRequest(checkpoint_id="c9")


async def _roll_back_rubric(clients: Clients) -> Pair:
    naive = await clients(Role.SUPERVISOR).put_rubric(seed_rubric("calendar"))
    only = naive.criteria[0].model_copy(update={"params": {"accept": "only"}})
    better = naive.model_copy(update={"version": 2, "criteria": (only,)})
    sent = Experiment(number=1, incumbent_version=1, proposal=better, outcome=ExperimentOutcome.KEPT, reason="")
    assert (await clients(Role.EVOLVER).put_experiment(sent)).outcome is ExperimentOutcome.KEPT
    made = rubric_pb2.RollBackRubricRequest
    return made(version=1), made(version=2)


async def _issue(_: Clients) -> Pair:
    role, made = enum_to_wire(Role.PROBER), credential_pb2.IssueCredentialRequest
    return made(name="outsider", role=role), made(name="another", role=role)


async def _rotate(clients: Clients) -> Pair:
    old, _ = await clients(Role.OPERATOR).issue_credential("outsider", Role.PROBER)
    made = credential_pb2.RotateCredentialRequest
    return made(id=old.id), made(id=old.id, ttl_seconds=60)


CALLS: dict[str, tuple[Role, Callable[[Clients], Awaitable[Pair]]]] = {
    "/swarm.v1.ExchangeService/Lease": (Role.STUDENT, _lease),
    "/swarm.v1.AgentService/Heartbeat": (Role.STUDENT, _heartbeat),
    "/swarm.v1.AgentService/Leave": (Role.STUDENT, _leave),
    "/swarm.v1.OperatorService/RequeueDeadLetters": (Role.OPERATOR, _requeue),
    "/swarm.v1.OperatorService/DiscardDeadLetters": (Role.OPERATOR, _discard),
    "/swarm.v1.OperatorService/ApplyFlow": (Role.OPERATOR, _apply),
    "/swarm.v1.SwarmService/SetPhase": (Role.OPERATOR, _set_phase),
    "/swarm.v1.SwarmService/PutProgress": (Role.OPERATOR, _put_progress),
    "/swarm.v1.SwarmService/ReportTrainer": (Role.TRAINER, _report_trainer),
    "/swarm.v1.SwarmService/ReportEngines": (Role.SUPERVISOR, _report_engines),
    "/swarm.v1.CheckpointService/Rollback": (Role.OPERATOR, _rollback),
    "/swarm.v1.RubricService/RollBackRubric": (Role.OPERATOR, _roll_back_rubric),
    "/swarm.v1.CredentialService/IssueCredential": (Role.OPERATOR, _issue),
    "/swarm.v1.CredentialService/RotateCredential": (Role.OPERATOR, _rotate),
}


async def test_every_method_that_promises_it_is_tried_here() -> None:
    assert set(CALLS) == {path for path, door in DOORS.items() if door.once}


@pytest.mark.parametrize("path", CALLS)
async def test_a_repeat_gets_the_first_answer_and_another_request_is_refused(clients: Clients, path: str) -> None:
    role, prepare = CALLS[path]
    request, other = await prepare(clients)
    first = await send(clients(role), request, "r-1")
    seen = (await clients(Role.OPERATOR).state()).model_dump(exclude={"queues": {"__all__": {"oldest_age_seconds"}}})
    again = await send(clients(role), request, "r-1")
    for lease in [*getattr(first, "leases", ()), *getattr(again, "leases", ())]:
        assert 29 < lease.ttl_seconds <= 30
        lease.ttl_seconds = 30
    assert again == first
    assert (await clients(Role.OPERATOR).state()).model_dump(
        exclude={"queues": {"__all__": {"oldest_age_seconds"}}}
    ) == seen, "a repeat changes nothing"
    with pytest.raises(RefusedError, match="request 'r-1' of") as caught:
        await send(clients(role), other, "r-1")
    assert caught.value.reason == "REQUEST_CONFLICT"


async def test_one_token_is_issued_however_often_it_is_asked_for_and_the_store_does_not_hold_it(
    clients: Clients, tmp_path: Path
) -> None:
    operator = clients(Role.OPERATOR)
    request, _ = await _issue(clients)
    replies = await asyncio.gather(*(send(operator, request, "r-1") for _ in range(5)))
    assert len({reply.token for reply in replies}) == 1
    assert len(await operator.credentials()) == 1
    files = b"".join(file.read_bytes() for file in tmp_path.glob(f"{STORE_FILE}*"))
    assert replies[0].credential.id.encode() in files
    assert replies[0].token.split("_", 2)[2].encode() not in files


async def test_a_sealed_answer_opens_for_the_credential_that_asked_only(gateway: Gateway, clients: Clients) -> None:
    made = [await clients(Role.OPERATOR).issue_credential("helper", Role.OPERATOR, tier=Tier.TRUSTED) for _ in range(2)]
    request, _ = await _issue(clients)
    one, two = (
        SwarmClient(gateway.address, credential=token, name="helper", role=Role.OPERATOR, patience=0)
        for _, token in made
    )
    async with one, two:
        await send(one, request, "r-1")
        with pytest.raises(RefusedError, match="was made with another credential") as caught:
            await send(two, request, "r-1")
    assert caught.value.reason == "REQUEST_CONFLICT"


async def test_a_report_with_an_id_of_its_own_is_counted_once_over_a_restart(tmp_path: Path) -> None:
    report = agent_pb2.HeartbeatRequest(report_id="a" * 32, completed=2)
    for _ in range(2):
        async with (
            serving(Settings(tmp_path, "test", "calendar")),
            SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1") as prober,
        ):
            await prober.register(AgentCard(name="prober-1", role=Role.PROBER))
            await prober._connection.call(report, 5.0)
            assert (await prober.agents())[0].completed == 2


async def test_a_client_repeats_itself_under_one_id_over_a_killed_gateway(
    gateway_process: GatewayProcess, tmp_path: Path
) -> None:
    await gateway_process.start()
    async with SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1") as prober:
        await prober.publish(probes(3))
    async with SwarmClient.for_run(tmp_path, Role.STUDENT, "student-1") as student:
        stage = enum_to_wire(Stage.PROBES)
        request = exchange_pb2.LeaseRequest(stage=stage, limit=2)
        first = await send(student, request, "r-1")
        await gateway_process.stop()
        await gateway_process.start()
        again = await send(student, request, "r-1")
        assert [lease.token for lease in again.leases] == [lease.token for lease in first.leases]
        assert len(await student.lease(Stage.PROBES, 8)) == 1


async def test_an_id_that_is_too_long_is_named(clients: Clients) -> None:
    student = clients(Role.STUDENT)
    with pytest.raises(RefusedError, match="the request id is 'xxx"):
        await send(student, exchange_pb2.LeaseRequest(stage=enum_to_wire(Stage.PROBES)), "x" * 65)
    with pytest.raises(RefusedError, match="the request id is 'yyy"):
        await send(student, agent_pb2.HeartbeatRequest(report_id="y" * 65), "r-1")
