"""Teachers give verified corrections only, and stop where their budget ends."""

import itertools
import random
import re

import pytest

from agents.engines.base import Request
from agents.prompting import DATA
from agents.teacher import Budget, ModelTeacher, WorkedTeacher, build_teacher
from swarm.books import Books
from swarm.domains import load_domain
from swarm.errors import BudgetExhausted, ConfigError, EngineUnavailable
from swarm.probing.clothes import Clothes
from swarm.probing.draws import probe_of as drawn_probe
from swarm.records import Cell, Correction, Purpose, Reference, TeacherKind, Verdict, answer_to
from swarm.work import Completion, FailKind, Failure, Lease
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


async def test_a_siege_s_failure_is_taught_with_siblings_that_go_back_to_it() -> None:
    domain, rng, leases, told = load_domain("calendar"), random.Random(1), list[Lease](), list[str]()
    cell = Cell.parse("span/rain/duration")
    while len(leases) < 4:
        probe = drawn_probe(domain.make(cell, rng, Purpose.SIEGE)[0])
        leases += [failure_lease(probe, f"t{len(leases)}")] if "a week and a half" in probe.question else []
    others = [domain.make(cell, rng, Purpose.SIEGE)[0] for _ in range(30)]
    sound = [probe for probe in others if "a week and a half" not in drawn_probe(probe).question]
    passed = [answer_to(probe, Verdict(passed=True, rubric_version=1, decided_by="verifier")) for probe in sound]
    failed = [lease.sample for lease in leases]
    siege = Clothes([*sound, *(lease.chain[2] for lease in leases)], [*passed, *failed])

    async def besieged(checkpoint_id: str) -> Clothes:
        told.append(checkpoint_id)
        return siege

    done = await WorkedTeacher(domain, breach_siblings=5, besieged=besieged).act(leases)
    assert told == ["base"], "asked once for each student"
    for outcome in done:
        assert isinstance(outcome, Completion)
        taught = [sample.payload for sample in outcome.outputs if isinstance(sample.payload, Correction)]
        assert len(taught) == 6
        assert taught[0].answer == "P10DT12H"
        assert all(each.answer.endswith("DT12H") for each in taught), "its nearest kin, a day and a half, at times"
        assert len({each.question for each in taught}) == 6
    learn = failure_lease(drawn_probe(domain.make(cell, rng, Purpose.LEARN)[0]))
    (plain,) = await WorkedTeacher(domain, breach_siblings=5, besieged=besieged).act([learn])
    assert isinstance(plain, Completion)
    assert len(plain.outputs) == 1
    (unknown,) = await WorkedTeacher(domain, siblings=2, breach_siblings=5).act(leases[:1])
    assert isinstance(unknown, Completion)
    assert len(unknown.outputs) == 3, "where nobody tells what sieges found, those of its cell"


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


async def test_a_rationale_goes_before_a_bare_answer_that_is_shorter() -> None:
    (outcome,) = await model_teacher("Answer: 7", "3+4=7\nAnswer: 7").act([failure_lease(probe_of())])
    assert correction_of(outcome).rationale == "3+4=7"
    (bare,) = await model_teacher("Answer: 7", "3+4=8\nAnswer: 7").act([failure_lease(probe_of())])
    assert (correction_of(bare).answer, correction_of(bare).rationale) == ("7", "")


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
