"""Bytes, headers and sizes that no client sends: each is refused, stores nothing, and harms nobody else."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from calendar_work import probe_of, probes
from fuzz_rig import reason_of
from gateway_rig import Clients
from http2 import GOAWAY, HEADERS, RESET, http2

from swarm.access import read_credential
from swarm.codec import to_wire
from swarm.errors import RefusedError
from swarm.gateway.server import Gateway
from swarm.records import Sample
from swarm.roles import Role
from swarm.v1 import (
    exchange_pb2,
)
from swarm.work import Stage

pytestmark = pytest.mark.usefixtures("unharmed")
PUBLISH = "/swarm.v1.ExchangeService/Publish"
Raw = Callable[..., Any]


@pytest_asyncio.fixture
async def raw(gateway: Gateway, tmp_path: Path) -> Any:
    """Sends bytes, and gives (status, reason) of the answer."""
    async with grpc.aio.insecure_channel(gateway.address, options=(("grpc.max_send_message_length", -1),)) as channel:

        async def send(path: str, data: bytes, role: Role, *more: tuple[str, str | bytes]) -> tuple[str, str]:
            token = read_credential(tmp_path, role)
            metadata = (("authorization", f"Bearer {token}"), ("swarm-agent", f"{role}-1"), *more)
            try:
                await channel.unary_unary(path)(data, metadata=metadata, timeout=20)
            except grpc.aio.AioRpcError as error:
                return error.code().name, reason_of(error)
            return "OK", ""

        yield send


async def test_bytes_that_are_no_request_are_refused(raw: Raw, clients: Clients) -> None:
    surrogate = b"\x0a\x03\xed\xa0\x80"
    nested = b"".join(b"\x0a" + bytes([2 * n + 2]) for n in range(50, 0, -1))
    for data in (b"\xff\xff\xff", b"\x0a\x05\x0a\x03\xed\xa0\x80", b"\x0b" * 200, b"\x0a\xff\xff\xff\xff\x0f", nested):
        assert await raw(PUBLISH, data, Role.PROBER) == ("INVALID_ARGUMENT", "INVALID")
    assert await raw("/swarm.v1.SwarmService/GetLineage", surrogate, Role.PROBER) == ("INVALID_ARGUMENT", "INVALID")
    assert await clients(Role.OPERATOR).samples() == []


async def test_who_may_not_call_is_not_read(raw: Raw) -> None:
    path = "/swarm.v1.ExamService/SubmitExam"
    assert await raw(path, b"\xff\xff\xff", Role.STUDENT) == ("PERMISSION_DENIED", "FORBIDDEN")


async def test_fields_of_a_newer_contract_are_ignored(raw: Raw, clients: Clients) -> None:
    probe = probes(1)[0]
    unknown = b"\xfa\x7f\x05later"
    sample = to_wire(probe).SerializeToString() + unknown
    request = b"\x0a" + bytes([len(sample) % 128 | 128, len(sample) // 128]) + sample + unknown
    assert await raw(PUBLISH, request, Role.PROBER) == ("OK", "")
    assert (await clients(Role.OPERATOR).samples())[0].payload == probe.payload


async def test_a_message_over_the_limit_is_refused(raw: Raw, clients: Clients) -> None:
    large = b"\x0a" + bytes([0x80, 0x80, 0x80, 0x09]) + bytes(18 * 1024 * 1024)
    assert await raw(PUBLISH, large, Role.PROBER) == ("RESOURCE_EXHAUSTED", "")
    prober = clients(Role.PROBER)
    request = exchange_pb2.PublishRequest(samples=[{"producer": "x" * 17 * 1024 * 1024}])
    began = time.monotonic()
    with pytest.raises(RefusedError, match="17825") as caught:
        await prober._connection.call(request, 5.0)
    assert caught.value.reason == "TOO_LARGE"
    assert time.monotonic() - began < 2.0, "what never fits isn't sent again and again"


async def test_metadata_that_is_too_large_or_no_text_is_refused(raw: Raw) -> None:
    path = "/swarm.v1.SwarmService/GetPhase"
    status, _ = await raw(path, b"", Role.OPERATOR, ("note", "x" * 60_000))
    assert status in ("RESOURCE_EXHAUSTED", "UNAVAILABLE")
    assert (await raw(path, b"", Role.OPERATOR, ("swarm-agent", "~ ~")))[0] in ("INVALID_ARGUMENT", "UNAVAILABLE")
    assert await raw(path, b"", Role.OPERATOR, ("note-bin", b"\xff\x00\xfe")) == ("OK", "")
    assert await raw(path, b"", Role.OPERATOR) == ("OK", "")


async def test_header_values_that_are_no_text_are_refused(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    async with http2(gateway.address) as client:
        bad = {"swarm-agent": b"\x80", "authorization": b"Bearer \xff\xed\xa0\x80"}
        client.ask("/swarm.v1.SwarmService/GetState", bad)
        kind, said = await client.until(HEADERS, RESET, GOAWAY)
    assert kind != HEADERS or b"grpc-status\x010" not in said
    failed = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert [said for said in failed if not said.startswith("Invalid encoding")] == []


async def test_an_answer_holds_what_fits_a_message_and_the_rest_comes_later(clients: Clients) -> None:
    big = [
        Sample(payload=probe_of(sample).model_copy(update={"question": f"{number}" + "日" * 250_000}))
        for number, sample in enumerate(probes(30))
    ]
    for start in range(0, 30, 10):
        assert all(answer.ok for answer in await clients(Role.PROBER).publish(big[start : start + 10]))
    student = clients(Role.STUDENT)
    first, second = await student.lease(Stage.PROBES, limit=30), await student.lease(Stage.PROBES, limit=30)
    assert 5 < len(first) < 20
    assert second[0].attempt == 1, "what didn't fit was released, not failed"
    assert not {lease.sample.id for lease in first} & {lease.sample.id for lease in second}
    listed = await clients(Role.OPERATOR).samples(limit=1000)
    assert [sample.id for sample in listed] == [sample.id for sample in big[: len(listed)]]
    assert 5 < len(listed) < 30
