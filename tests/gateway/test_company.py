"""Agents from outside at a real gateway: the review that releases and suspends them, and what they are told."""

import asyncio
import json
from pathlib import Path

import pytest
from calendar_work import SEED, attempt, checkpoint, fail_verdict, probe_of, probes
from gateway_rig import Clients, move_clock

from swarm.client import SwarmClient
from swarm.errors import RefusedError
from swarm.gateway.audit import AUDIT_FILE
from swarm.gateway.server import Gateway
from swarm.gateway.warden import review
from swarm.records import Correction, TeacherKind, Tier, answer_to
from swarm.roles import AgentCard, Role, Standing
from swarm.students import CheckpointStatus
from swarm.work import Answer, Completion, Lease, Stage

pytestmark = pytest.mark.asyncio
NAME = "far-teacher"
LAST = 44
"""Gold checks in a row that release an agent."""


def client_of(gateway: Gateway, token: str, name: str = NAME, role: Role = Role.TEACHER) -> SwarmClient:
    return SwarmClient(gateway.address, credential=token, name=name, role=role, patience=0.2)


async def failures(clients: Clients, count: int) -> None:
    """So many failures that wait for a teacher."""
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.SUPERVISOR).put_rubric(SEED)
    await clients(Role.PROBER).publish(probes(count))
    for _ in range(count):
        await attempt(clients(Role.STUDENT), "= nonsense")
        await fail_verdict(clients(Role.JUDGE))


def corrected(lease: Lease, honest: bool) -> Completion:
    reference = probe_of(lease.chain[-1]).reference
    assert reference is not None
    answer = reference.answer if honest else "1999-01-01"
    said = Correction(rationale=reference.rationale, answer=answer, teacher=TeacherKind.LOCAL, verified=True)
    return Completion(token=lease.token, outputs=(answer_to(lease.sample, said),))


async def work(teacher: SwarmClient, count: int, honest: bool) -> list[Answer]:
    answers: list[Answer] = []
    while len(answers) < count:
        leases = await teacher.lease(Stage.FAILURES, min(32, count - len(answers)), wait_seconds=1)
        assert leases
        answers += await teacher.complete([corrected(lease, honest) for lease in leases])
    assert all(answer.ok for answer in answers), answers
    return answers


async def standing(clients: Clients) -> Standing:
    (made,) = await clients(Role.OPERATOR).credentials()
    return made.standing


def audited(tmp_path: Path) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in (tmp_path / AUDIT_FILE).read_text().splitlines()]
    return [line for line in lines if line["event"] == "tier"]


async def test_a_good_teacher_is_released_and_its_work_is_taught(
    gateway: Gateway, clients: Clients, tmp_path: Path
) -> None:
    await failures(clients, LAST)
    _, token = await clients(Role.OPERATOR).issue_credential(NAME, Role.TEACHER)
    async with client_of(gateway, token) as teacher:
        status = await teacher.register(AgentCard(name=NAME, role=Role.TEACHER))
        assert status.standing is not None
        assert status.standing.tier is Tier.QUARANTINED
        await work(teacher, LAST - 1, honest=True)
        await review(gateway.desk)
        assert ((await standing(clients)).tier, (await standing(clients)).right) == (Tier.QUARANTINED, LAST - 1)
        assert await clients(Role.TRAINER).corrections(0) == []
        await work(teacher, 1, honest=True)
        await review(gateway.desk)
        assert len(await clients(Role.TRAINER).corrections(0)) == LAST
        assert await teacher.lease(Stage.FAILURES) == [], "they were corrected, once"
    (line,) = audited(tmp_path)
    assert (line["name"], line["tier"]) == (NAME, "trusted")
    assert line["reason"].startswith("44 of 44 gold checks were right")


async def test_a_wrong_teacher_is_suspended_and_told_why(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    await failures(clients, 5)
    operator = clients(Role.OPERATOR)
    _, token = await operator.issue_credential(NAME, Role.TEACHER)
    async with client_of(gateway, token) as teacher:
        watching = teacher.watch(0)
        await anext(watching)
        await work(teacher, 4, honest=False)
        await review(gateway.desk)
        with pytest.raises(RefusedError, match=r"far-teacher is suspended since .*: 0 of the latest 4 gold") as caught:
            await teacher.phase()
        assert caught.value.reason == "SUSPENDED"
        with pytest.raises(RefusedError, match="is suspended since"):
            async for _ in watching:
                pass
        assert await clients(Role.TRAINER).corrections(0) == []
        assert (await operator.state()).alarms[-1].startswith("far-teacher is suspended: 0 of the latest 4")
        assert [(line["name"], line["tier"]) for line in audited(tmp_path)] == [(NAME, "suspended")]
        placed = await operator.set_tier(NAME, Tier.QUARANTINED, "they say that it is mended")
        assert (placed.tier, placed.checked) == (Tier.QUARANTINED, 0)
        await work(teacher, 1, honest=True)
        assert (await standing(clients)).right == 1


async def test_a_trusted_teacher_that_turns_is_suspended_and_its_leases_go_back(
    gateway: Gateway, clients: Clients
) -> None:
    await failures(clients, 80)
    _, token = await clients(Role.OPERATOR).issue_credential(NAME, Role.TEACHER, tier=Tier.TRUSTED)
    async with client_of(gateway, token) as teacher:
        kept = await teacher.lease(Stage.FAILURES, 3)
        done = 0
        while (await standing(clients)).tier is Tier.TRUSTED:
            await work(teacher, 1, honest=False)
            done += 1
            await review(gateway.desk)
        assert done == 4
    assert await clients(Role.TRAINER).corrections(0) == [], "every correction from outside is checked"
    again = await clients(Role.TEACHER).lease(Stage.FAILURES, 3)
    assert {lease.sample.id for lease in again} == {lease.sample.id for lease in kept}
    assert {lease.attempt for lease in again} == {1}


async def test_one_that_loses_its_leases_is_suspended(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    await failures(clients, 10)
    _, token = await clients(Role.OPERATOR).issue_credential(NAME, Role.TEACHER)
    async with client_of(gateway, token) as teacher:
        assert len(await teacher.lease(Stage.FAILURES, 10)) == 10
        move_clock(tmp_path, 31)
        await gateway.desk.write(lambda exchange: exchange.expire_loans())
        await review(gateway.desk)
    assert (await standing(clients)).reason.startswith("10 of the latest 10 leases were lost")
    assert len(await clients(Role.TEACHER).lease(Stage.FAILURES, 10)) == 10


async def test_calls_in_quarantine_are_few(gateway: Gateway, clients: Clients) -> None:
    _, token = await clients(Role.OPERATOR).issue_credential(NAME, Role.TEACHER)
    async with SwarmClient(gateway.address, credential=token, name=NAME, role=Role.TEACHER, patience=0) as teacher:
        with pytest.raises(RefusedError, match=r"far-teacher made more than 50 calls in a second"):
            await asyncio.gather(*(teacher.phase() for _ in range(400)))


async def test_a_name_that_was_issued_is_taken(gateway: Gateway, clients: Clients, tmp_path: Path) -> None:
    await clients(Role.OPERATOR).issue_credential(NAME, Role.TEACHER)
    assert gateway.address
    async with SwarmClient.for_run(tmp_path, Role.TEACHER, NAME, patience=0.2) as inside:
        with pytest.raises(RefusedError, match="the name 'far-teacher' belongs to a credential that was issued"):
            await inside.phase()
    with pytest.raises(RefusedError, match="reason"):
        await clients(Role.OPERATOR).set_tier(NAME, Tier.TRUSTED, "")
