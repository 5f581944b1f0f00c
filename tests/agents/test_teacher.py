"""Teachers give verified corrections only, and stop where their budget ends."""

import itertools
import re

import pytest

from agents.engines.base import Request
from agents.prompting import DATA
from agents.teacher import Budget, ModelTeacher, WorkedTeacher, build_teacher
from swarm.books import Books
from swarm.errors import BudgetExhausted, ConfigError, EngineUnavailable
from swarm.records import Correction, Reference, TeacherKind
from swarm.work import Completion, FailKind, Failure
from tests.fakes import ScriptedEngine, SumDomain, failure_lease, probe_of


def correction_of(outcome: Completion | Failure) -> Correction:
    assert isinstance(outcome, Completion)
    payload = outcome.outputs[0].payload
    assert isinstance(payload, Correction)
    return payload


def model_teacher(*replies: str, **settings: object) -> ModelTeacher:
    said = itertools.cycle(replies)
    engine = ScriptedEngine(lambda _: next(said))
    return ModelTeacher(SumDomain(), engine, kind=TeacherKind.LOCAL, samples=len(replies), **settings)  # type: ignore[arg-type]


async def test_worked_corrections_answer_their_failures() -> None:
    lease = failure_lease(probe_of(), "a")
    (outcome,) = await WorkedTeacher(SumDomain()).act([lease])
    correction = correction_of(outcome)
    assert (correction.rationale, correction.answer, correction.verified) == ("3+4=7", "7", True)
    assert correction.teacher is TeacherKind.WORKED
    assert isinstance(outcome, Completion)
    assert (outcome.outputs[0].parent_id, outcome.outputs[0].root_id) == (lease.sample.id, lease.chain[2].id)


async def test_a_failure_is_taught_with_siblings_the_same_at_each_delivery() -> None:
    lease = failure_lease(probe_of(), "a")
    (once,), (twice,) = [await WorkedTeacher(SumDomain(), siblings=3).act([lease]) for _ in range(2)]
    assert isinstance(once, Completion)
    assert isinstance(twice, Completion)
    assert [output.id for output in once.outputs] == [output.id for output in twice.outputs]
    taught = [output.payload for output in once.outputs]
    assert taught == [output.payload for output in twice.outputs]
    assert len({output.id for output in once.outputs}) == 4
    first, *siblings = [payload for payload in taught if isinstance(payload, Correction)]
    assert (first.question, first.answer) == ("", "7")
    assert all(payload.verified and payload.question and payload.answer for payload in siblings)
    assert len({payload.question for payload in siblings}) > 1
    assert {output.parent_id for output in once.outputs} == {lease.sample.id}


async def test_what_has_no_right_solution_is_rejected() -> None:
    redacted = failure_lease(probe_of().model_copy(update={"reference": None}))
    malformed = failure_lease(probe_of().model_copy(update={"reference": Reference(answer="seven")}))
    whole = failure_lease(probe_of())
    lonely = whole.model_copy(update={"chain": whole.chain[:2]})
    for outcome in await WorkedTeacher(SumDomain()).act([redacted, malformed, lonely]):
        assert isinstance(outcome, Failure)
        assert outcome.kind is FailKind.REJECT


async def test_a_model_is_shown_instructions_and_examples_first() -> None:
    engine = ScriptedEngine(lambda _: "Answer: 7")
    await ModelTeacher(SumDomain(), engine, kind=TeacherKind.LOCAL, samples=2).act([failure_lease(probe_of())])
    first, second = engine.requests
    assert first == second
    assert first.temperature == 0.7
    assert first.messages[0].content == f"{SumDomain.instructions}\n{DATA}"
    assert [turn.role for turn in first.messages] == ["system", *["user", "assistant"] * 4, "user"]
    assert "Answer:" in first.messages[2].content
    assert re.fullmatch(r"<([0-9a-f]{16})>\nWhat is 3\+4\?\n</\1>", first.messages[-1].content)


async def test_the_shortest_verified_answer_is_kept() -> None:
    teacher = model_teacher(
        "well let me see now 3+4=7\nAnswer: 7", "3+4=8\nAnswer: 7", "3+4=7\nAnswer: 7", "Answer: 8", "Answer: 7 or ..."
    )
    (outcome,) = await teacher.act([failure_lease(probe_of())])
    assert correction_of(outcome).rationale == "3+4=7"
    assert correction_of(outcome).prompt_tokens == 50
    assert teacher.books.tokens == 50 + 8 + 3 + 3 + 2 + 4


async def test_no_verified_answer_is_a_rejection_that_says_why() -> None:
    teacher = model_teacher("Answer: 8", "no idea", "3+4=8\nAnswer: 7", "Answer: 9", "so ...", "Answer: 7\nAnswer: 8")
    (outcome,) = await teacher.act([failure_lease(probe_of())])
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailKind.REJECT
    assert outcome.reason == ("none of 6 answers holds: 1 cut off, 1 with a false step, 1 without an answer, 3 wrong")


async def test_each_failure_gets_its_own_answer() -> None:
    def say(request: Request) -> str:
        return "Answer: 7" if "What is 3+4?" in request.messages[-1].content else "Answer: 12"

    teacher = ModelTeacher(SumDomain(), ScriptedEngine(say), kind=TeacherKind.LOCAL, samples=2)
    leases = [
        failure_lease(probe_of("12", "What is 5+7?"), "a"),
        failure_lease(probe_of().model_copy(update={"reference": None}), "b"),
        failure_lease(probe_of(), "c"),
    ]
    one, two, three = await teacher.act(leases)
    assert (correction_of(one).answer, correction_of(three).answer) == ("12", "7")
    assert isinstance(two, Failure)
    assert two.kind is FailKind.REJECT


async def test_work_is_released_while_the_engine_is_away() -> None:
    engine = ScriptedEngine()
    engine.away = True
    (outcome,) = await ModelTeacher(SumDomain(), engine, kind=TeacherKind.LOCAL).act([failure_lease(probe_of())])
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailKind.RELEASE


async def test_an_endpoint_that_fails_once_loses_only_that_failure() -> None:
    def say(request: Request) -> str:
        if "What is 5+7?" in request.messages[-1].content:
            raise EngineUnavailable("timed out")
        return "Answer: 7"

    teacher = ModelTeacher(SumDomain(), ScriptedEngine(say), kind=TeacherKind.ENDPOINT, samples=1)
    lost, kept = await teacher.act([failure_lease(probe_of("12", "What is 5+7?"), "a"), failure_lease(probe_of(), "b")])
    assert isinstance(lost, Failure)
    assert lost.kind is FailKind.RELEASE
    assert correction_of(kept).teacher is TeacherKind.ENDPOINT


async def test_the_token_budget_ends_it() -> None:
    teacher = model_teacher("Answer: 7", budget=Budget(tokens=20), books=Books(prompt_tokens=5))
    await teacher.act([failure_lease(probe_of())])
    await teacher.act([failure_lease(probe_of())])
    with pytest.raises(BudgetExhausted, match="29 of 20 tokens"):
        await teacher.act([failure_lease(probe_of())])


async def test_the_money_budget_ends_it() -> None:
    engine = ScriptedEngine(lambda _: "Answer: 7")
    engine.dollars = 0.4
    teacher = ModelTeacher(SumDomain(), engine, kind=TeacherKind.ENDPOINT, samples=2, budget=Budget(dollars=0.5))
    await teacher.act([failure_lease(probe_of())])
    with pytest.raises(BudgetExhausted, match=r"\$0.80 of \$0.50"):
        await teacher.act([failure_lease(probe_of())])
    assert len(engine.requests) == 2


def test_kind_and_engine_must_go_together() -> None:
    assert isinstance(build_teacher(SumDomain()), WorkedTeacher)
    assert isinstance(build_teacher(SumDomain(), ScriptedEngine(), kind=TeacherKind.ENDPOINT), ModelTeacher)
    with pytest.raises(ConfigError, match="has no engine"):
        build_teacher(SumDomain(), kind=TeacherKind.LOCAL)
    with pytest.raises(ConfigError, match=r"siblings, not 3.*roles\.teacher\.siblings"):
        build_teacher(SumDomain(), ScriptedEngine(), kind=TeacherKind.LOCAL, siblings=3)
    with pytest.raises(ConfigError, match="was given an engine"):
        build_teacher(SumDomain(), ScriptedEngine())
