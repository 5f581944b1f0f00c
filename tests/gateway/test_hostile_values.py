"""Requests with unsound or absurd values: each is refused by its field, stores nothing, and harms nobody else."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from calendar_work import SEED, attempt, checkpoint, exam, fail_verdict, probe_of, probes
from gateway_rig import Clients

from swarm.codec import to_wire
from swarm.errors import RefusedError
from swarm.fields import TEXT_LIMIT
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

pytestmark = pytest.mark.usefixtures("unharmed")
NOW = int(time.time())


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
    "ListSamplesRequest.origin is 99": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(origin=99)),
    "ListSamplesRequest.producer is 'A B'": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(producer="A B")),
    "ListSamplesRequest.criterion": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(criterion="a\x00")),
    "ListSamplesRequest.learned_by is '../x'": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(learned_by="../x")),
    "ListSamplesRequest.until_revision is -1": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(until_revision=-1)),
    "ListSamplesRequest.since is a time of": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(since={"nanos": -1})),
    "ListSamplesRequest.page_size is -1": (Role.OPERATOR, swarm_pb2.ListSamplesRequest(page_size=-1)),
    "ListAgentsRequest.page_size is -1": (Role.OPERATOR, agent_pb2.ListAgentsRequest(page_size=-1)),
    "ListSpeciesRequest.checkpoint_id is": (Role.OPERATOR, swarm_pb2.ListSpeciesRequest(checkpoint_id="a\x00b")),
    "the number of PutCheckpointRequest.learned is 100001": (
        Role.TRAINER,
        checkpoint_pb2.PutCheckpointRequest(checkpoint=to_wire(checkpoint("c9")), learned=["0"] * 100_001),
    ),
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
