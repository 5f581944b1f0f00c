"""Asking the swarm over gRPC, also as a stranger does: lists, what made a checkpoint, errors, species and rates."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from calendar_work import SEED, attempt, checkpoint, correct, exam, fail_verdict, probes
from gateway_rig import Clients
from google.protobuf.field_mask_pb2 import FieldMask

from swarm.access import read_credential
from swarm.errors import RefusedError
from swarm.gateway.pace import Pace
from swarm.gateway.server import Gateway
from swarm.records import Purpose, Sample
from swarm.roles import AgentCard, Role
from swarm.students import CheckpointStatus
from swarm.v1 import agent_pb2, checkpoint_pb2, exam_pb2, operator_pb2, swarm_pb2
from swarm.work import STAGES, FailKind, Failure, Stage
from tests.reflection import Stranger

pytestmark = pytest.mark.asyncio


async def corrected(clients: Clients) -> Sample:
    """One probe goes all the way to its correction."""
    await clients(Role.PROBER).publish(probes(1))
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    return await correct(clients(Role.TEACHER))


async def students(clients: Clients) -> Sample:
    """A base, and c1 that learned from a correction and won its exam against it."""
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    correction = await corrected(clients)
    await clients(Role.TRAINER).put_checkpoint(checkpoint("c1"), learned=[correction.id])
    await clients(Role.EXAMINER).submit_exam(exam("e1", probes(64, seed=5, purpose=Purpose.EXAM)))
    return correction


async def test_both_ways_between_a_sample_and_its_checkpoint(clients: Clients) -> None:
    correction, operator = await students(clients), clients(Role.OPERATOR)
    family = await operator.family(correction.root_id or correction.parent_id)
    assert [sample.kind for sample in family.samples] == ["probe", "attempt", "verdict", "correction"]
    assert [(item.sample_id, item.checkpoint_id) for item in family.learnings] == [(correction.id, "c1")]
    made = await operator.making("c1")
    assert made.decision is not None
    assert (made.decision.exam_id, made.checkpoint.status) == ("e1", CheckpointStatus.CHAMPION)
    assert [(item.checkpoint_id, item.learned) for item in made.line] == [("c1", 1), ("base", 0)]
    reply = await operator._connection.call(swarm_pb2.ListSamplesRequest(learned_by="c1"), 5.0)
    assert [sample.id for sample in reply.samples] == [correction.id]
    assert (await clients(Role.STUDENT).family(family.samples[0].id)).learnings == ()
    hidden = await clients(Role.STUDENT)._connection.call(swarm_pb2.ListSamplesRequest(learned_by="c1"), 5.0)
    assert (list(hidden.samples), hidden.next_page_token) == ([], "")
    with pytest.raises(RefusedError, match="is to have learned"):
        await clients(Role.TRAINER).put_checkpoint(checkpoint("c2", parent="c1"), learned=["f" * 32])
    with pytest.raises(RefusedError, match="no checkpoint 'c9'"):
        await operator.making("c9")


async def test_exams_are_for_those_who_may_know_what_is_right(clients: Clients) -> None:
    await students(clients)
    taken = await clients(Role.OPERATOR).exam("e1")
    assert len(taken.items) == 64
    assert all(item.candidate_passed and not item.champion_passed for item in taken.items)
    for role in (Role.STUDENT, Role.PROBER, Role.TEACHER, Role.TRAINER):
        with pytest.raises(RefusedError, match="may not call"):
            await clients(role).exam("e1")
    request = exam_pb2.GetExamRequest(exam_id="e1", read_mask=FieldMask(paths=["champion_id"]))
    reply = await clients(Role.OPERATOR)._connection.call(request, 5.0)
    assert {field.name for field, _ in reply.exam.ListFields()} == {"champion_id"}


async def test_short_lists_come_by_pages_too(clients: Clients) -> None:
    await students(clients)
    for role in (Role.PROBER, Role.JUDGE, Role.TEACHER):
        await clients(role).register(AgentCard(name=f"{role}-1", role=role))
    await clients(Role.TRAINER).put_checkpoint(checkpoint("c2", parent="c1"))
    for kind, field, named in (
        (checkpoint_pb2.ListCheckpointsRequest, "checkpoints", ["base", "c1", "c2"]),
        (agent_pb2.ListAgentsRequest, "agents", ["judge-1", "prober-1", "teacher-1"]),
    ):
        found, token, mask = list[str](), "", FieldMask(paths=["id" if field == "checkpoints" else "card.name"])
        for _ in named:
            request = kind(page_size=1, page_token=token, read_mask=mask)
            reply = await clients(Role.OPERATOR)._connection.call(request, 5.0)
            (item,) = getattr(reply, field)
            assert len(item.ListFields()) == 1
            found.append(item.id if field == "checkpoints" else item.card.name)
            token = reply.next_page_token
        assert (found, token) == (named, "")
    request = checkpoint_pb2.ListCheckpointsRequest(page_size=2)
    token = (await clients(Role.OPERATOR)._connection.call(request, 5.0)).next_page_token
    with pytest.raises(RefusedError, match="no token of this list"):
        await clients(Role.OPERATOR)._connection.call(agent_pb2.ListAgentsRequest(page_token=token), 5.0)
    wrong = exam_pb2.ListPromotionsRequest(read_mask=FieldMask(paths=["winner"]))
    with pytest.raises(RefusedError, match="no field of PromotionDecision"):
        await clients(Role.OPERATOR)._connection.call(wrong, 5.0)
    decided = exam_pb2.ListPromotionsRequest(candidate_id="c1")
    assert len((await clients(Role.OPERATOR)._connection.call(decided, 5.0)).promotions) == 1
    nobody = exam_pb2.ListPromotionsRequest(candidate_id="c9")
    assert len((await clients(Role.OPERATOR)._connection.call(nobody, 5.0)).promotions) == 0


async def test_errors_and_species_over_the_wire(clients: Clients) -> None:
    await corrected(clients)
    await clients(Role.PROBER).publish(probes(1, seed=9))
    (lease,) = await clients(Role.STUDENT).lease(Stage.PROBES)
    await clients(Role.STUDENT).fail([Failure(token=lease.token, kind=FailKind.REJECT, reason="says 2026-02-03")])
    (error,) = await clients(Role.OPERATOR).errors()
    assert (error.kind, error.reason, error.last_sample_id) == ("reject", "says 2026-02-03", lease.sample.id)
    (species,) = await clients(Role.JUDGE).species()
    assert (species.name, species.failures) == ("absolute/wrong", 1)
    assert await clients(Role.OPERATOR).progress_reports() == []
    for call in (clients(Role.STUDENT).species(), clients(Role.STUDENT).errors(), clients(Role.TEACHER).errors()):
        with pytest.raises(RefusedError, match="may not call"):
            await call


async def test_rates_come_with_the_state(clients: Clients, gateway: Gateway) -> None:
    # Its own clock goes on beside: what it reads meanwhile lies between these two, or behind them.
    now, gateway.desk.pace = time.monotonic(), Pace()
    gateway.desk.pace.take(now - 11.0, {})
    await corrected(clients)
    gateway.desk.pace.take(time.monotonic(), gateway.desk.exchange.totals())
    rates = (await clients(Role.OPERATOR).state()).rates
    assert rates is not None
    assert rates.window_seconds >= 10.0
    assert {rate.stage: rate.accepted > 0 for rate in rates.stages} == dict.fromkeys(STAGES, True)


async def test_a_stranger_finds_all_of_it_by_reflection(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    """A client that knows only the address and a token pages through failures, and asks what made the champion."""
    correction = await students(clients)

    def visit() -> list[Any]:
        with Stranger(gateway.address, read_credential(tmp_path, Role.OPERATOR)) as stranger:
            service = "swarm.v1.SwarmService"
            failed = {"passed": False, "page_size": 1, "read_mask": "verdict.species"}
            listed = stranger.call(service, "ListSamples", failed)
            learned = stranger.call(service, "ListSamples", {"learned_by": "c1"})
            made = stranger.call("swarm.v1.CheckpointService", "GetCheckpoint", {"checkpoint_id": "c1"})
            errors = stranger.call("swarm.v1.OperatorService", "ListErrors", {})
            return [listed, learned, made, errors]

    listed, learned, made, errors = await asyncio.to_thread(visit)
    assert [sample.verdict.species for sample in listed.samples] == ["absolute/wrong"]
    assert [sample.id for sample in learned.samples] == [correction.id]
    assert made.decision.promoted
    assert list(errors.errors) == list(operator_pb2.ListErrorsResponse().errors)
