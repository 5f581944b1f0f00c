"""Forgetting over the gateway: operators only, told to watchers and the trainer, written into the audit log."""

import json
from pathlib import Path

import pytest
from calendar_work import attempt, correct, fail_verdict, probe_of, probes
from gateway_rig import Clients

from swarm.client import SwarmClient
from swarm.domains.calendar import CalendarDomain
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.gateway.audit import AUDIT_FILE
from swarm.gateway.run_folder import STORE_FILE
from swarm.records import Sample
from swarm.roles import Role
from trainers.curriculum import Curriculum

pytestmark = pytest.mark.asyncio


async def test_an_operator_forgets_and_everyone_is_told(clients: Clients, tmp_path: Path) -> None:
    sent = probes(2)
    await clients(Role.PROBER).publish(sent)
    words = probe_of(sent[0]).question.splitlines()[1].encode()
    assert words in b"".join(file.read_bytes() for file in tmp_path.glob(f"{STORE_FILE}*"))
    operator = clients(Role.OPERATOR)
    tried = await operator.forget(sample_id=sent[0].id, dry_run=True)
    done = await operator.forget(sample_id=sent[0].id)
    assert (tried.samples, done.samples, done.erased, done.scrubbed) == (1, 1, 1, True)
    assert words not in b"".join(file.read_bytes() for file in tmp_path.glob(f"{STORE_FILE}*"))
    (told,) = await clients(Role.TRAINER).forgettings(0)
    assert (told.subject, told.sample_ids, told.by) == (sent[0].id, (sent[0].id,), "operator-1")
    async for event in operator.watch(done.revision - 1):
        assert (event.kind, event.forgetting) == (EventKind.FORGETTING, told)
        break
    async for event in clients(Role.STUDENT).watch(done.revision - 1):
        assert event.kind is EventKind.BOOKMARK
        break
    seen = {sample.id: sample.forgotten for sample in await operator.samples("probe")}
    assert seen == {sent[0].id: True, sent[1].id: False}
    lines = [json.loads(line) for line in (tmp_path / AUDIT_FILE).read_text().splitlines()]
    assert [line["method"] for line in lines].count("/swarm.v1.OperatorService/Forget") == 2


async def test_what_is_no_subject_is_refused(clients: Clients) -> None:
    operator = clients(Role.OPERATOR)
    with pytest.raises(RefusedError, match="Name one"):
        await operator.forget()
    with pytest.raises(RefusedError, match="no sample is stored"):
        await operator.forget(producer="nobody")
    with pytest.raises(RefusedError, match="control characters"):
        await operator.forget(producer="a\nb")
    with pytest.raises(RefusedError, match="may not call"):
        await clients(Role.TRAINER).forget(producer="nobody")


async def test_a_trainer_that_resumes_does_not_replay_what_was_forgotten(clients: Clients) -> None:
    trainer, corrected = clients(Role.TRAINER), []
    for seed in range(3):
        await clients(Role.PROBER).publish(probes(1, seed))
        await attempt(clients(Role.STUDENT), "= nonsense")
        await fail_verdict(clients(Role.JUDGE))
        corrected.append(await correct(clients(Role.TEACHER)))
    before = Curriculum(CalendarDomain(), replay=1.0, seed=1)
    before.read(await trainer.corrections(0))
    before.next_round()
    await clients(Role.OPERATOR).forget(sample_id=corrected[1].parent_id)
    for forgetting in await trainer.forgettings(0):
        before.forget(frozenset(forgetting.sample_ids))
    resumed = Curriculum(CalendarDomain(), replay=1.0, seed=1)
    resumed.restore(await trainer.corrections(0), cursor=before.cursor)
    await clients(Role.PROBER).publish(probes(1, 9))
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    await correct(clients(Role.TEACHER))
    for curriculum in (before, resumed):
        curriculum.read(await trainer.corrections(curriculum.cursor))
        seen = {example.sample_id for _ in range(5) for example in [*curriculum.next_round(1)]}
        assert seen <= {corrected[0].id, corrected[2].id} | {sample.id for sample in [await _latest(trainer)]}
        assert (curriculum.learned, corrected[1].id in seen) == (3, False)


async def _latest(trainer: SwarmClient) -> Sample:
    return (await trainer.corrections(0))[-1][0]
