"""An exam after a breach: the gateway reads what the siege found itself, and refuses an item that only says so."""

import random

import pytest
from calendar_work import DOMAIN, checkpoint, exam, probe_of
from gateway_rig import Clients

from cluster.counting import siege_failures
from cluster.hearing import clothes_of
from swarm.errors import RefusedError
from swarm.probing.clothes import Clothes
from swarm.records import Attempt, Cell, Purpose, Sample, Verdict, answer_to
from swarm.roles import Role
from swarm.state import PhaseName, Progress
from swarm.students import CheckpointStatus, ExamItem, ExamRecord
from swarm.work import Completion, Stage

pytestmark = pytest.mark.asyncio
CELL = Cell.parse("span/rain/duration")
HOLE = "P10DT12H"


async def besieged(clients: Clients) -> Clothes:
    """What a siege of the base found, read back as the examiner reads it: it fails "a week and a half"."""
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.TRAINER).put_checkpoint(checkpoint("c1"))
    rng, asked = random.Random(1), list[Sample]()
    while len(asked) < 30:
        made = DOMAIN.make(CELL, rng, Purpose.SIEGE)[0]
        asked += [made] if in_hole(made) == (len(asked) % 6 == 0) else []
    await clients(Role.PROBER).publish(asked)
    for role, stage in ((Role.STUDENT, Stage.PROBES), (Role.JUDGE, Stage.ATTEMPTS)):
        leases = await clients(role).lease(stage, limit=100, wait_seconds=5.0)
        outputs = [(lease, outcome(role, lease.chain)) for lease in leases]
        done = [Completion(token=lease.token, outputs=(answer_to(lease.sample, said),)) for lease, said in outputs]
        assert all(answer.ok for answer in await clients(role).complete(done))
    return await clothes_of(clients(Role.EXAMINER), "base")


def outcome(role: Role, chain: tuple[Sample, ...]) -> Attempt | Verdict:
    """What a student says, or a judge of it."""
    if role is Role.STUDENT:
        return Attempt(text="= x", checkpoint_id="base")
    failed = in_hole(chain[-1])
    species = "span/wrong-length" if failed else ""
    return Verdict(passed=not failed, rubric_version=1, decided_by="verifier", species=species)


def in_hole(sample: Sample) -> bool:
    reference = probe_of(sample).reference
    return reference is not None and reference.answer == HOLE


def sat(name: str, clothes: Clothes, *, forged: bool = False, marked: bool = True) -> ExamRecord:
    """Sixty ordinary items and twenty that go back to the breach; the candidate is right, the champion in no hole."""
    rng = random.Random(2)
    plain = [DOMAIN.make(CELL, rng, Purpose.EXAM)[0] for _ in range(120)]
    plain = [sample for sample in plain if not in_hole(sample)][:60]
    worn = [made for _ in range(20) if (made := clothes.dress(DOMAIN, (CELL,), rng, Purpose.EXAM))]
    record = exam(name, [*plain, *(sample for sample, _ in worn)])
    marks = [""] * len(plain) + [failure_id if marked else "" for _, failure_id in worn]
    if forged:
        marks[0] = worn[0][1]
    items = [said(item, mark) for item, mark in zip(record.items, marks, strict=True)]
    return record.model_copy(update={"items": tuple(items), "breach_revision": clothes.revision})


def said(item: ExamItem, mark: str) -> ExamItem:
    """The item with a champion who is right outside of the hole."""
    right = item.champion_text if in_hole(item.probe) else item.candidate_text
    return item.model_copy(update={"breach": mark, "champion_text": right})


async def test_what_goes_back_to_a_breach_is_told_apart_and_promotes_who_mends_it(clients: Clients) -> None:
    clothes = await besieged(clients)
    assert len(clothes.failures) == 5
    assert await siege_failures(clients(Role.SUPERVISOR), "base") == 0, "no siege has been reported"
    for attempt, failures in ((2, 5), (1, 9)):
        report = Progress(phase=PhaseName.SIEGE, attempt=attempt, probes=30, failures=failures)
        await clients(Role.SUPERVISOR).put_progress(report)
    assert await siege_failures(clients(Role.SUPERVISOR), "base") == 5
    record = sat("e1", clothes)
    decision = await clients(Role.EXAMINER).submit_exam(record)
    assert decision.promoted, decision.blocked_by
    assert decision.breach is not None
    assert (decision.breach.items, decision.breach.wins, decision.breach.losses) == (20, decision.wins, 0)
    assert decision.champion_accuracy == 1
    stored = await clients(Role.OPERATOR).exam("e1")
    assert [bool(item.breach) for item in stored.items] == [False] * 60 + [True] * 20
    assert await clients(Role.EXAMINER).submit_exam(record) == decision
    assert (await clothes_of(clients(Role.EXAMINER), "c1")).failures == {}, "the new champion was never besieged"
    assert await siege_failures(clients(Role.SUPERVISOR), "c1") == 0


async def test_an_item_that_only_says_to_go_back_to_a_breach_is_refused(clients: Clients) -> None:
    clothes = await besieged(clients)
    honest = sat("e1", clothes)
    passed = next(sample for sample in await clients(Role.OPERATOR).samples("probe", limit=100) if not in_hole(sample))
    other = tuple(item.model_copy(update={"breach": passed.id if item.breach else ""}) for item in honest.items)
    for bad in (
        sat("e1", clothes, forged=True),
        honest.model_copy(update={"breach_revision": 1}),
        honest.model_copy(update={"items": other}),
    ):
        with pytest.raises(RefusedError, match="which no siege of the champion shows") as caught:
            await clients(Role.EXAMINER).submit_exam(bad)
        assert caught.value.reason == "INVALID"
    assert await clients(Role.EXAMINER).promotions() == []
    assert (await clients(Role.EXAMINER).submit_exam(sat("e1", clothes, marked=False))).breach is None
