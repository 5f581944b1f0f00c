"""The student stamps what it says, changes checkpoints safely, and gives work back while its engine is away."""

import pytest

from agents.engines.base import Request
from agents.student import Student
from swarm.errors import WeightsError
from swarm.records import Attempt, Sample
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import Completion, FailKind, Failure
from tests.fakes import ScriptedEngine, SumDomain, attempt_lease, probe_lease, probe_of

BASE = Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base")
FIRST = Checkpoint(id="first", status=CheckpointStatus.CHAMPION, url="file:///first")
SECOND = Checkpoint(id="second", status=CheckpointStatus.CHAMPION, url="file:///second")


def say(request: Request) -> str:
    return f"Answer: {len(request.prompt)} from {request.checkpoint_id}"


def attempt_of(outcome: Completion | Failure) -> Attempt:
    assert isinstance(outcome, Completion)
    payload = outcome.outputs[0].payload
    assert isinstance(payload, Attempt)
    return payload


async def test_attempts_answer_their_probes_and_carry_the_checkpoint() -> None:
    engine = ScriptedEngine(say)
    student = Student(SumDomain(), engine, max_new_tokens=9)
    await student.take(FIRST)
    leases = [probe_lease(probe_of(), "a"), probe_lease(probe_of(question="What is 1+6 and so on?"), "b")]
    one, two = await student.act(leases)
    assert (attempt_of(one).text, attempt_of(two).text) == ("Answer: 13 from first", "Answer: 23 from first")
    assert attempt_of(one).checkpoint_id == "first"
    assert (one.token, two.token) == ("a", "b")
    assert isinstance(one, Completion)
    assert (one.outputs[0].parent_id, one.outputs[0].root_id) == (leases[0].sample.id,) * 2
    assert {request.max_new_tokens for request in engine.requests} == {9}
    assert (student.books.prompt_tokens, student.books.completion_tokens) == (20, 8)


async def test_the_base_is_stamped_with_its_own_id() -> None:
    engine = ScriptedEngine(say)
    student = Student(SumDomain(), engine)
    await student.take(BASE)
    (outcome,) = await student.act([probe_lease(probe_of())])
    assert attempt_of(outcome).checkpoint_id == "base"
    assert engine.requests[0].checkpoint_id == ""
    assert engine.held == [""]


async def test_a_new_checkpoint_replaces_the_old_one() -> None:
    engine = ScriptedEngine(say)
    student = Student(SumDomain(), engine)
    for checkpoint in (BASE, FIRST, FIRST, SECOND):
        await student.take(checkpoint)
    assert engine.held == ["", "second"]
    await student.take(BASE)
    assert engine.held == [""]


async def test_a_checkpoint_that_is_not_what_it_says_is_refused_and_the_old_one_serves() -> None:
    engine = ScriptedEngine(say)
    engine.broken = {"second"}
    student = Student(SumDomain(), engine)
    await student.take(FIRST)
    with pytest.raises(WeightsError, match="second"):
        await student.take(SECOND)
    (outcome,) = await student.act([probe_lease(probe_of())])
    assert attempt_of(outcome).checkpoint_id == "first"


async def test_work_is_released_while_the_engine_is_away_and_a_restarted_one_gets_its_checkpoint() -> None:
    engine = ScriptedEngine(say)
    student = Student(SumDomain(), engine)
    await student.take(FIRST)
    engine.away = True
    outcomes = await student.act([probe_lease(probe_of(), "a"), probe_lease(probe_of(), "b")])
    assert all(isinstance(outcome, Failure) and outcome.kind is FailKind.RELEASE for outcome in outcomes)
    assert [outcome.token for outcome in outcomes] == ["a", "b"]
    engine.away, engine.held = False, [""]
    (outcome,) = await student.act([probe_lease(probe_of())])
    assert attempt_of(outcome).checkpoint_id == "first"


async def test_without_a_checkpoint_work_is_released() -> None:
    student = Student(SumDomain(), ScriptedEngine(say))
    (outcome,) = await student.act([probe_lease(probe_of())])
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailKind.RELEASE
    assert await student.act([]) == []


async def test_what_is_no_probe_is_rejected() -> None:
    student = Student(SumDomain(), ScriptedEngine(say))
    await student.take(FIRST)
    foreign = attempt_lease(probe_of(), "Answer: 7", "b")
    good, bad = await student.act([probe_lease(probe_of(), "a"), foreign])
    assert isinstance(good, Completion)
    assert isinstance(bad, Failure)
    assert bad.kind is FailKind.REJECT
    assert isinstance(foreign.sample, Sample)


async def test_cut_off_answers_are_marked() -> None:
    student = Student(SumDomain(), ScriptedEngine(lambda _: "3+4 is ..."))
    await student.take(FIRST)
    (outcome,) = await student.act([probe_lease(probe_of())])
    assert attempt_of(outcome).truncated
