"""Who may call what: every method of the contract with no credential, a wrong one, and every role's."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import grpc
import pytest
from gateway_rig import move_clock
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

import swarm.v1
from swarm.access import read_credential
from swarm.errors import ConfigError
from swarm.flow import RoleSpec
from swarm.gateway.doors import DOORS, SERVICES, doors_of, may_call
from swarm.gateway.run_folder import Credentials
from swarm.gateway.server import Gateway
from swarm.records import Tier
from swarm.reference import PROTO_FOLDER
from swarm.roles import OWN_ROLES, Role

METHODS: dict[str, Any] = {
    f"/{service.full_name}/{method.name}": method for service in SERVICES for method in service.methods
}
CURATOR = RoleSpec(name="curator", consumes="verdicts", completes_with="annotation")
REFUSED = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


async def status(channel: grpc.aio.Channel, path: str, metadata: tuple[tuple[str, str], ...] = ()) -> grpc.StatusCode:
    """How a call with an empty request ends; a stream is left after its first item."""
    method = METHODS[path]
    request = GetMessageClass(method.input_type)()
    call: Any = channel.unary_stream if method.server_streaming else channel.unary_unary
    started = call(path, type(request).SerializeToString, GetMessageClass(method.output_type).FromString)(
        request, metadata=metadata, timeout=10
    )
    try:
        if method.server_streaming:
            await anext(aiter(started))
            started.cancel()
        else:
            await started
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def test_every_method_that_the_package_defines_has_a_door_and_every_door_a_method() -> None:
    for module in pkgutil.iter_modules(swarm.v1.__path__):
        importlib.import_module(f"swarm.v1.{module.name}")
    pool, defined = descriptor_pool.Default(), set()
    for file in PROTO_FOLDER.glob("*.proto"):
        for service in pool.FindFileByName(f"swarm/v1/{file.name}").services_by_name.values():  # type: ignore[no-untyped-call]
            defined |= {f"/{service.full_name}/{method.name}" for method in service.methods}
    assert defined == set(METHODS) == {path for path in DOORS if path.startswith("/swarm.v1.")}
    assert all(door.roles for door in DOORS.values())
    assert not may_call(Role.OPERATOR, "/swarm.v1.SwarmService/Unknown")


def test_what_is_open_in_quarantine_decides_nothing() -> None:
    opened = {path.rpartition("/")[2] for path, door in DOORS.items() if door.quarantined}
    assert opened == {
        "Complete", "Extend", "Fail", "GetChampion", "GetCheckpoint", "GetLineage", "GetPhase", "GetRubric", "GetState",
        "Heartbeat", "Lease", "Leave", "ListAgents", "ListCheckpoints", "ListExperiments", "ListProgress",
        "ListPromotions", "ListSamples", "ListSpecies", "Publish", "Register", "ReportFeedback",
        "ServerReflectionInfo", "Watch",
    }  # fmt: skip
    assert not may_call(Role.EXAMINER, "/swarm.v1.ExamService/SubmitExam", Tier.QUARANTINED)
    assert may_call(Role.TEACHER, "/swarm.v1.ExchangeService/Lease", Tier.QUARANTINED)


def test_a_method_without_an_entry_can_not_be_built() -> None:
    made = descriptor_pb2.FileDescriptorProto(name="shut.proto", package="shut", syntax="proto3")
    made.message_type.add(name="M")
    made.service.add(name="Shut").method.add(name="Call", input_type=".shut.M", output_type=".shut.M")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(made.SerializeToString())  # type: ignore[no-untyped-call]
    with pytest.raises(RuntimeError, match=r"shut.Shut.Call lets nobody in"):
        list(doors_of([pool.FindServiceByName("shut.Shut")]))  # type: ignore[no-untyped-call]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", METHODS)
async def test_method_by_role(path: str, gateway: Gateway, tmp_path: Path) -> None:
    exchange = gateway.desk.exchange
    exchange.apply_flow([CURATOR, CURATOR.model_copy(update={"name": "gone"})])
    called = {role: CURATOR.name if role is Role.DECLARED else role for role in Role}
    issued = {role: exchange.issue(f"outside-{role}", name, tier=Tier.TRUSTED) for role, name in called.items()}
    held = {role: exchange.issue(f"quarantined-{role}", name) for role, name in called.items()}
    _, gone_token = exchange.issue("was-curator", "gone", tier=Tier.TRUSTED)
    exchange.apply_flow([CURATOR])
    _, suspended_token = exchange.issue("is-suspended", Role.OPERATOR, tier=Tier.SUSPENDED)
    ended, ended_token = exchange.issue("was-operator", Role.OPERATOR)
    exchange.revoke(ended.id)
    _, expired_token = exchange.issue("is-late", Role.OPERATOR, 60)
    await gateway.desk.take_credentials()
    async with grpc.aio.insecure_channel(gateway.address) as channel:
        assert await status(channel, path) is grpc.StatusCode.UNAUTHENTICATED
        forged = issued[Role.OPERATOR][1][:-1] + ("x" if issued[Role.OPERATOR][1][-1] != "x" else "y")
        bad = ("0" * 64, "", forged, ended_token)
        for wrong in (*map(bearer, bad), (("authorization", "Basic x"),)):
            assert await status(channel, path, wrong) is grpc.StatusCode.UNAUTHENTICATED
        for role in Role:
            inside = [read_credential(tmp_path, role)] if role in OWN_ROLES else []
            for token in (*inside, issued[role][1]):
                got = await status(channel, path, bearer(token))
                assert (got in REFUSED) is (role not in DOORS[path].roles), f"{role} got {got}"
            got = await status(channel, path, bearer(held[role][1]))
            assert (got in REFUSED) is (role not in DOORS[path].roles or not DOORS[path].quarantined), f"{role}: {got}"
        for token in (suspended_token, gone_token):
            assert await status(channel, path, bearer(token)) is grpc.StatusCode.PERMISSION_DENIED
        move_clock(tmp_path, 61)
        assert await status(channel, path, bearer(expired_token)) is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.asyncio
async def test_an_agent_name_of_another_shape_is_refused(gateway: Gateway, tmp_path: Path) -> None:
    metadata = (*bearer(read_credential(tmp_path, Role.JUDGE)), ("swarm-agent", "../judge"))
    async with grpc.aio.insecure_channel(gateway.address) as channel:
        path = "/swarm.v1.SwarmService/GetPhase"
        assert await status(channel, path, metadata) is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.asyncio
async def test_health_is_open_and_reflection_is_not(gateway: Gateway) -> None:
    async with grpc.aio.insecure_channel(gateway.address) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest(service="swarm.v1.SwarmService"))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        reflection: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
        stream = reflection.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(stream))
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_credentials_are_for_their_owner_only(tmp_path: Path) -> None:
    first = Credentials(tmp_path)
    token = read_credential(tmp_path, Role.TEACHER)
    file = tmp_path / "credentials" / "teacher.token"
    assert file.stat().st_mode & 0o777 == 0o600
    assert first.role_of(token) is Role.TEACHER
    assert first.role_of("") is None
    assert Credentials(tmp_path).lease_key == first.lease_key
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="644"):
        Credentials(tmp_path)
    file.chmod(0o600)
    file.write_text("\n")
    with pytest.raises(ConfigError, match="empty"):
        Credentials(tmp_path)
    with pytest.raises(ConfigError, match="no credential of role judge"):
        read_credential(tmp_path / "elsewhere", Role.JUDGE)
