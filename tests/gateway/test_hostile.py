"""Malformed, absurd and oversized requests: each is refused by name, stores nothing, and harms nobody else."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from calendar_work import SEED, attempt, checkpoint, exam, fail_verdict, probe_of, probes
from fuzz_rig import reason_of
from gateway_rig import Clients

from swarm.codec import to_wire
from swarm.errors import RefusedError
from swarm.fields import TEXT_LIMIT
from swarm.gateway.run_folder import read_credential
from swarm.gateway.server import Gateway
from swarm.gateway.soundness import DEEPEST, check_json
from swarm.records import Annotation, Probe, Purpose, Sample, answer_to
from swarm.roles import AgentCard, Role
from swarm.v1 import (
    agent_pb2,
    checkpoint_pb2,
    exam_pb2,
    exchange_pb2,
    records_pb2,
    rubric_pb2,
    state_pb2,
    swarm_pb2,
)
from swarm.work import Stage

PUBLISH = "/swarm.v1.ExchangeService/Publish"
NOW = int(time.time())
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


@pytest_asyncio.fixture(autouse=True)
async def unharmed(gateway: Gateway, clients: Clients) -> Any:
    """After each test: no fault of the gateway, a watch that was open all along, and the usual work still done."""
    seen = clients(Role.OPERATOR).watch(0)
    await anext(seen)
    yield
    before = await clients(Role.OPERATOR).samples(limit=1)
    assert gateway.desk.edge.defects == 0
    assert (await clients(Role.PROBER).publish(probes(1, seed=77)))[0].ok
    await asyncio.wait_for(anext(seen), 5)
    await seen.aclose()
    state = await clients(Role.OPERATOR).state()
    assert all(queue.unaccounted == 0 for queue in state.queues)
    assert len(await clients(Role.OPERATOR).samples(limit=2)) >= len(before)


def spoilt(spoil: Callable[[Any], Any]) -> records_pb2.Sample:
    message: records_pb2.Sample = to_wire(probes(1)[0])
    spoil(message)
    return message


SPOILT = {
    "Sample.id": lambda m: setattr(m, "id", "A" * 32),
    "Sample.parent_id": lambda m: setattr(m, "parent_id", "../x"),
    "Sample.root_id": lambda m: setattr(m, "root_id", "0\x00"),
    "Sample.producer": lambda m: setattr(m, "producer", "a\nb"),
    "Sample.payload is missing": lambda m: m.ClearField("probe"),
    "Cell.weather is 99": lambda m: setattr(m.probe.cell, "weather", 99),
    "Probe.purpose is -1": lambda m: setattr(m.probe, "purpose", -1),
    "Probe.origin is missing": lambda m: setattr(m.probe, "origin", 0),
    "cell.subdomain is 'a/b'": lambda m: setattr(m.probe.cell, "subdomain", "a/b"),
    "cell.form is ''": lambda m: setattr(m.probe.cell, "form", ""),
    "probe.question": lambda m: setattr(m.probe, "question", "x" * (TEXT_LIMIT + 1)),
    "probe.twin_id": lambda m: setattr(m.probe, "twin_id", "twin"),
    "probe.operator": lambda m: setattr(m.probe, "operator", "x\x1b[2J"),
    "Sample.created_at is 1999": lambda m: setattr(m.created_at, "seconds", 946684799),
    "Sample.created_at": lambda m: setattr(m.created_at, "seconds", NOW + 2 * 86400),
    "Sample.created_at is a time of": lambda m: setattr(m.created_at, "nanos", 10**9),
}


@pytest.mark.parametrize("said", SPOILT)
async def test_a_sample_that_is_not_sound_is_refused_by_its_field(said: str, clients: Clients) -> None:
    prober, good = clients(Role.PROBER), probes(2)[1]
    request = exchange_pb2.PublishRequest(samples=[spoilt(SPOILT[said]), to_wire(good)])
    answers = (await prober._connection.call(request, 5.0)).answers
    assert [answer.code for answer in answers] == ["INVALID", "OK"]
    assert said in answers[0].message
    assert len(answers[0].message) < 600
    assert [sample.id for sample in await clients(Role.OPERATOR).samples()] == [good.id]


async def test_a_clock_that_is_hours_wrong_is_taken(clients: Clients) -> None:
    for seconds in (NOW + 20 * 3600, 946684800):
        message = spoilt(lambda m, at=seconds: setattr(m.created_at, "seconds", at))
        message.id = f"{seconds:032x}"
        request = exchange_pb2.PublishRequest(samples=[message])
        assert (await clients(Role.PROBER)._connection.call(request, 5.0)).answers[0].code == "OK"


@pytest.mark.parametrize(
    "body", ["", "{", "NaN", '{"a": Infinity}', "[" * 100_000, "[" * 40 + "]" * 40, "9" * 5000, '{"a": 1} x']
)
async def test_an_annotation_is_json_of_bounded_depth(body: str, clients: Clients) -> None:
    probe = probes(1)[0]
    await clients(Role.PROBER).publish([probe])
    note = answer_to(probe, Annotation(schema_name="note", body=body))
    answer = (await clients(Role.PROBER).publish([note]))[0]
    assert (answer.code, "Annotation.body" in answer.message) == ("INVALID", True)
    sound = answer_to(probe, Annotation(schema_name="note", body='{"a": [1, null]}'))
    assert (await clients(Role.PROBER).publish([sound]))[0].ok


def test_json_may_nest_as_deep_as_it_says() -> None:
    check_json("x", "[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(RefusedError, match=f"{DEEPEST + 1} levels"):
        check_json("x", "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))


async def test_outputs_and_exams_are_held_to_the_same(clients: Clients) -> None:
    await clients(Role.PROBER).publish(probes(1))
    lease = (await clients(Role.STUDENT).lease(Stage.PROBES))[0]
    late = {"seconds": NOW + 10 * 86400}
    outputs = [{"id": "1" * 32, "parent_id": lease.sample.id, "created_at": late, "attempt": {"text": "x"}}]
    for wrong in (outputs, outputs * 65):
        request = exchange_pb2.CompleteRequest(completions=[{"token": lease.token, "outputs": wrong}])
        assert (await clients(Role.STUDENT)._connection.call(request, 5.0)).answers[0].code == "INVALID"
    assert (await clients(Role.STUDENT).extend([lease.token]))[0].ok, "the lease still stands"
    record = to_wire(exam("e1", probes(9, purpose=Purpose.EXAM)))
    record.items[0].probe.created_at.seconds = 1
    with pytest.raises(RefusedError, match="created_at"):
        await clients(Role.EXAMINER)._connection.call(exam_pb2.SubmitExamRequest(exam=record), 5.0)
    record = to_wire(exam("e1", probes(9, purpose=Purpose.EXAM)))
    record.retention_items, record.retention_correct_base = 3, 4
    with pytest.raises(RefusedError, match="retention_correct_base is 4"):
        await clients(Role.EXAMINER)._connection.call(exam_pb2.SubmitExamRequest(exam=record), 5.0)


HEARTBEATS: dict[str, dict[str, Any]] = {
    "busy_seconds is nan": {"busy_seconds": float("nan")},
    "busy_seconds is 1e": {"busy_seconds": 1e300},
    "dollars is inf": {"dollars": float("inf")},
    "completed is -1": {"completed": -1},
    "prompt_tokens is 9223372036854775807": {"prompt_tokens": 2**63 - 1},
    "note": {"note": "a\x00b"},
    "invalid": {"invalid_probes": [{"reason": f"r{number}", "count": 1} for number in range(65)]},
    "invalid.dull is -9223372036854775808": {"invalid_probes": [{"reason": "dull", "count": -(2**63)}]},
}


@pytest.mark.parametrize("said", HEARTBEATS)
async def test_a_report_that_can_not_be_is_refused_and_counts_nothing(said: str, clients: Clients) -> None:
    prober = clients(Role.PROBER)
    before = await prober.register(AgentCard(name="prober-1", role=Role.PROBER))
    with pytest.raises(RefusedError, match=said) as caught:
        await prober._connection.call(agent_pb2.HeartbeatRequest(**HEARTBEATS[said]), 5.0)
    assert caught.value.reason == "INVALID"
    after = (await clients(Role.OPERATOR).agents())[0]
    assert (after.tokens, after.busy_seconds, after.note) == (before.tokens, before.busy_seconds, before.note)


async def test_the_largest_reports_that_are_taken_can_be_read_again(clients: Clients) -> None:
    prober = clients(Role.PROBER)
    await prober.register(AgentCard(name="prober-1", role=Role.PROBER))
    for _ in range(3):
        await prober.heartbeat(
            completed=10**12, prompt_tokens=10**12, busy_seconds=1e9, dollars=1e9, note="\x00" * 9999
        )
    state = await clients(Role.OPERATOR).state()
    assert (state.agents[0].completed, state.costs[0].prompt_tokens) == (3 * 10**12, 3 * 10**12)


def _checkpoint(**changes: Any) -> checkpoint_pb2.PutCheckpointRequest:
    message = to_wire(checkpoint("c9"))
    message.MergeFrom(state_pb2.Checkpoint(**changes))
    return checkpoint_pb2.PutCheckpointRequest(checkpoint=message)


def _file(path: str, sha256: str = "0" * 64, size: int = 1) -> dict[str, Any]:
    return {"path": path, "sha256": sha256, "size_bytes": size}


REQUESTS: dict[str, tuple[Role, Any]] = {
    "Checkpoint.id is '../../home'": (Role.TRAINER, _checkpoint(id="../../home")),
    "Checkpoint.url is 'zip://": (Role.TRAINER, _checkpoint(url="zip://a::file:///b")),
    "Checkpoint.url is '/etc'": (Role.TRAINER, _checkpoint(url="/etc")),
    "Checkpoint.cursor": (Role.TRAINER, _checkpoint(cursor=-1)),
    "Checkpoint.loss is nan": (Role.TRAINER, _checkpoint(loss=float("nan"))),
    "TensorFile.path is '../x'": (Role.TRAINER, _checkpoint(files=[_file("../x")])),
    "files.0.sha256": (Role.TRAINER, _checkpoint(files=[_file("x", sha256="0")])),
    "files.0.size_bytes": (Role.TRAINER, _checkpoint(files=[_file("x", size=-1)])),
    "Checkpoint.created_at": (Role.TRAINER, _checkpoint(created_at={"seconds": 2**33})),
    "a seed is 7": (
        Role.SUPERVISOR,
        rubric_pb2.PutRubricRequest(rubric=to_wire(SEED.model_copy(update={"version": 7}))),
    ),
    "PhaseRecord.epoch": (Role.SUPERVISOR, swarm_pb2.SetPhaseRequest(phase={"name": 1, "epoch": -1})),
    "Progress.attempt": (Role.SUPERVISOR, swarm_pb2.PutProgressRequest(progress={"phase": 2, "attempt": -1})),
    "Progress.log_ratio is inf": (
        Role.SUPERVISOR,
        swarm_pb2.PutProgressRequest(progress={"phase": 2, "log_ratio": float("inf")}),
    ),
    "wait_seconds is nan": (Role.STUDENT, exchange_pb2.LeaseRequest(stage=1, wait_seconds=float("nan"))),
    "a lease of nan s": (Role.STUDENT, exchange_pb2.LeaseRequest(stage=1, ttl_seconds=float("nan"))),
    "limit is -2147483648": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(limit=-(2**31))),
    "kind is 99": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(kind=99)),
    "sample_id is": (Role.OPERATOR, swarm_pb2.GetLineageRequest(sample_id="a\x00b")),
    "length of GetLineageRequest.sample_id": (Role.OPERATOR, swarm_pb2.GetLineageRequest(sample_id="日" * 9999)),
}


@pytest.mark.parametrize("said", REQUESTS)
async def test_a_request_with_an_absurd_value_is_refused_by_its_field(said: str, clients: Clients) -> None:
    role, request = REQUESTS[said]
    before = (await clients(Role.OPERATOR).state()).revision
    with pytest.raises(RefusedError) as caught:
        await clients(role)._connection.call(request, 5.0)
    assert caught.value.reason == "INVALID"
    assert said in str(caught.value)
    assert (await clients(Role.OPERATOR).state()).revision == before


async def test_a_place_that_can_not_be_looked_at_is_no_fault_of_the_gateway(clients: Clients) -> None:
    files = [_file("model.safetensors")]
    await clients(Role.TRAINER)._connection.call(_checkpoint(url="nothing://x/c9", files=files), 5.0)
    with pytest.raises(RefusedError, match="no longer at nothing://x/c9") as caught:
        await clients(Role.OPERATOR).rollback("c9")
    assert caught.value.reason == "CONFLICT"


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
    """As a client that isn't gRPC's own can send them: HTTP/2 frames with literal headers, RFC 7540 and 7541."""

    def literal(name: bytes, value: bytes) -> bytes:
        return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value

    host, port = gateway.address.split(":")
    headers = literal(b":method", b"POST") + literal(b":scheme", b"http") + literal(b":authority", host.encode())
    headers += literal(b":path", b"/swarm.v1.SwarmService/GetState") + literal(b"content-type", b"application/grpc")
    headers += literal(b"te", b"trailers") + literal(b"swarm-agent", b"\x80")
    headers += literal(b"authorization", b"Bearer \xff\xed\xa0\x80")
    request = len(headers).to_bytes(3, "big") + b"\x01\x04" + (1).to_bytes(4, "big") + headers
    data = (5).to_bytes(3, "big") + b"\x00\x01" + (1).to_bytes(4, "big") + bytes(5)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + request + data)
    said = await asyncio.wait_for(reader.read(4096), 5)
    await asyncio.sleep(0.2)
    writer.close()
    assert said
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


async def test_a_sample_that_could_not_be_handed_out_is_not_taken(clients: Clients) -> None:
    sample = to_wire(probes(1)[0])
    sample.verdict.MergeFrom(records_pb2.Verdict(findings=[{"quote": "日" * 250_000}] * 5))
    request = exchange_pb2.PublishRequest(samples=[sample])
    answer = (await clients(Role.JUDGE)._connection.call(request, 5.0)).answers[0]
    assert (answer.code, "size of Sample in bytes" in answer.message) == ("INVALID", True)
    large = state_pb2.Rubric(version=1, domain="calendar", criteria=[{"id": "a", "text": "x" * 8192}] * 150)
    with pytest.raises(RefusedError, match="size of Rubric"):
        await clients(Role.SUPERVISOR)._connection.call(rubric_pb2.PutRubricRequest(rubric=large), 5.0)


async def test_a_cell_that_nobody_can_read_again_is_never_counted(clients: Clients) -> None:
    """A slash in a subdomain would make a key of four parts, which GetState could not read."""
    probe = probe_of(probes(1)[0])
    cell = probe.cell.model_construct(subdomain="a/b", weather=probe.cell.weather, form="date")
    sample = Sample.model_construct(
        **{**dict(probes(1)[0]), "payload": Probe.model_construct(**{**dict(probe), "cell": cell})}
    )
    assert (await clients(Role.PROBER).publish([sample]))[0].code == "INVALID"
    await clients(Role.PROBER).publish(probes(1))
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    assert (await clients(Role.OPERATOR).state()).queues
