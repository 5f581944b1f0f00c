"""Dead letters over the gateway: who may see them, who may move them, and that it is written down."""

import json
from pathlib import Path

import pytest
from calendar_work import probes
from gateway_rig import Clients

from swarm.errors import RefusedError
from swarm.gateway.audit import AUDIT_FILE
from swarm.records import Sample
from swarm.roles import Role
from swarm.work import FailKind, Failure, Stage

pytestmark = pytest.mark.asyncio


async def buried(clients: Clients, count: int) -> list[Sample]:
    """So many probes that the student rejected."""
    made = probes(count)
    await clients(Role.PROBER).publish(made)
    leases = await clients(Role.STUDENT).lease(Stage.PROBES, count)
    await clients(Role.STUDENT).fail([Failure(token=one.token, kind=FailKind.REJECT, reason="odd") for one in leases])
    return made


async def test_an_operator_lists_requeues_and_discards(clients: Clients, tmp_path: Path) -> None:
    one, two, three = await buried(clients, 3)
    operator = clients(Role.OPERATOR)
    letters = await operator.dead_letters(Stage.PROBES, reason="odd")
    assert [letter.sample.id for letter in letters] == [one.id, two.id, three.id]
    assert [(burned.agent, burned.kind) for burned in letters[0].history] == [("student-1", "reject")]
    assert letters == await clients(Role.SUPERVISOR).dead_letters()
    assert await operator.dead_letters(after_revision=letters[0].sample.revision, limit=1) == [letters[1]]
    assert [answer.code for answer in await operator.requeue_dead([one.id, "f" * 32])] == ["OK", "NOT_FOUND"]
    assert [answer.code for answer in await operator.discard_dead([two.id], "a typo")] == ["OK"]
    assert [letter.sample.id for letter in await operator.dead_letters()] == [three.id]
    (again,) = await clients(Role.STUDENT).lease(Stage.PROBES, 8)
    assert again.sample.id == one.id
    lines = [json.loads(line) for line in (tmp_path / AUDIT_FILE).read_text().splitlines()]
    steered = [(line["name"], line["method"].rpartition("/")[2]) for line in lines]
    assert steered == [("operator-1", "RequeueDeadLetters"), ("operator-1", "DiscardDeadLetters")]


async def test_a_requeued_letter_wakes_who_waits_for_work(clients: Clients) -> None:
    (sample,) = await buried(clients, 1)
    await clients(Role.OPERATOR).requeue_dead([sample.id])
    (lease,) = await clients(Role.STUDENT).lease(Stage.PROBES, 1, wait_seconds=5)
    assert lease.sample.id == sample.id


async def test_others_may_not_and_nonsense_is_named(clients: Clients) -> None:
    for role, call in ((Role.SUPERVISOR, "requeue_dead"), (Role.STUDENT, "discard_dead")):
        with pytest.raises(RefusedError, match=f"a {role} may not call"):
            await getattr(clients(role), call)(["f" * 32])
    with pytest.raises(RefusedError, match="a student may not call"):
        await clients(Role.STUDENT).dead_letters()
    operator = clients(Role.OPERATOR)
    with pytest.raises(RefusedError, match=r"sample_ids is 1001"):
        await operator.requeue_dead(["f" * 32] * 1001)
    with pytest.raises(RefusedError, match=r"RequeueDeadLettersRequest.note is 'a\\nb'"):
        await operator.requeue_dead([], "a\nb")
    with pytest.raises(RefusedError, match=r"ListDeadLettersRequest.limit is 5000"):
        await operator.dead_letters(limit=5000)
