"""A model judge answers blind, compares, and is measured before it is believed."""

import random
import re
from collections.abc import Callable, Sequence

import pytest

from agents.engines.base import Request
from agents.judge import Judge
from agents.model_judge import Assessor, ModelJudge, Question
from swarm.criteria import Criterion
from swarm.domains.base import Verification
from swarm.domains.withheld import Withheld
from swarm.errors import EngineUnavailable
from swarm.records import Probe, Purpose, Reference, Verdict
from swarm.rubric_cases import Case, Outcome, Rung, abstains
from swarm.work import Completion, FailKind, Failure
from tests.agents.test_injection import CORPUS
from tests.agents.test_judge import STRICT
from tests.fakes import PARTS, ScriptedEngine, SumDomain, attempt_lease, judging, probe_of

SUMS = SumDomain()
UNSURE = Withheld(SUMS)
WORDS = {"seven": "7", "eight": "8", "nine": "9"}


def same(_question: str, one: str, other: str) -> bool:
    """Whether two answers mean the same number."""
    first, second = (WORDS.get(text.strip(), text.strip()) for text in (one, other))
    return first == second


def assessor(engine: ScriptedEngine, name: str = "able", *, blind: bool = True, forced: bool = True) -> Assessor:
    """One that has an engine."""
    return Assessor(UNSURE, engine, name, blind=blind, forced=forced)


def question(text: str, probe: Probe | None = None, check: str = "verifier") -> Question:
    """What is left open of an attempt."""
    criterion = Criterion(id="right", text="It is polite.", check=check)
    return Question(Case(UNSURE, probe or probe_of(), text), criterion)


async def ruled(judge: ModelJudge, text: str) -> Outcome:
    """The outcome for one attempt at 3+4."""
    (outcome,) = await judge.decide([question(text)])
    return outcome


async def test_it_answers_before_it_sees_the_candidate_and_compares_without_knowing_whose_is_which() -> None:
    engine = ScriptedEngine(judging(same))
    outcome = await ruled(ModelJudge(assessor(engine)), "It must be eight, I know.\nAnswer: seven")
    assert (outcome.passed, outcome.quote, outcome.rung) == (True, "seven", Rung.MODEL)
    own, right, mine = engine.requests
    assert "seven" not in str(own.messages)
    assert own.regex == SUMS.answer_regex
    for request in (right, mine):
        assert request.regex == "(yes|no)"
        texts = [text for _, text in PARTS.findall(request.messages[-1].content)]
        assert texts == ["What is 3+4?", "seven", "7"]
        assert "It must be eight" not in str(request.messages), "what stands around an answer can't plead for it"


async def test_every_call_has_a_word_of_its_own_that_no_text_can_end() -> None:
    engine = ScriptedEngine(judging(same))
    judge = ModelJudge(assessor(engine))
    await judge.decide([question(f"Answer: {words}".replace("\n", " ")) for words in CORPUS])
    seen = [PARTS.findall(request.messages[-1].content) for request in engine.requests]
    words = [{word for word, _ in parts} for parts in seen]
    assert all(len(each) == 1 for each in words)
    assert len(set.union(*words)) == len(engine.requests)
    assert not any("<|im_" in request.messages[-1].content for request in engine.requests)


async def test_a_dispute_goes_to_the_jury_and_fails_without_one() -> None:
    wrong_itself = judging(same, own=lambda _: "9")
    alone = await ruled(ModelJudge(assessor(ScriptedEngine(wrong_itself))), "Answer: seven")
    assert (alone.passed, alone.rung) == (False, Rung.MODEL)
    assert "disputed, and there is no jury" in alone.why
    able, also = ScriptedEngine(judging(same)), ScriptedEngine(judging(same))
    jury = [assessor(able, "b"), assessor(also, "c")]
    heard = await ruled(ModelJudge(assessor(ScriptedEngine(wrong_itself)), jury), "Answer: seven")
    assert (heard.passed, heard.rung) == (True, Rung.JURY)
    assert heard.why.startswith("2 of 3")
    split = [assessor(able, "b"), assessor(ScriptedEngine(wrong_itself), "c")]
    assert not (await ruled(ModelJudge(assessor(ScriptedEngine(wrong_itself)), split), "Answer: seven")).passed
    asked = len(able.requests)
    assert (await ruled(ModelJudge(assessor(ScriptedEngine(judging(same))), jury), "Answer: seven")).passed
    assert len(able.requests) == asked, "where nothing is disputed, no jury is heard"


async def test_a_criterion_is_met_only_in_the_form_asked_for() -> None:
    for reply, passed, why in (
        ('yes: "kind"', True, "able: met"),
        ("no", False, "able: not met"),
        ('No: "kind"', False, "able: not met"),
        ("yes", False, "able: out of form"),
        ("It is kind, I think.", False, "able: out of form"),
        ('yes: ""', False, "able: out of form"),
    ):
        engine = ScriptedEngine(judging(same, criterion=lambda _q, _a, reply=reply: reply))
        judge = ModelJudge(assessor(engine, forced=False))
        (outcome,) = await judge.decide([question("Answer: 7, be so kind", check="model")])
        assert (outcome.passed, outcome.why) == (passed, why)
        assert engine.requests[0].regex == "", "an engine that can't be held to a form isn't asked to be"


async def test_several_questions_keep_their_order() -> None:
    engine = ScriptedEngine(judging(same, criterion=lambda _q, attempt: 'yes: "8"' if "8" in attempt else "no"))
    asked = [question("Answer: seven"), question("Answer: 8", check="model"), question("Answer: nine")]
    outcomes = await ModelJudge(assessor(engine)).decide([*asked, question("Answer: 7", check="model")])
    assert [outcome.passed for outcome in outcomes] == [True, True, False, False]


class Spelled(SumDomain):
    """Sums that are said in words behind the number, which no verifier reads: `7 exactly`."""

    def verify(self, probe: Probe, answer: str) -> Verification:
        """As the sums', and undecided on what is neither a number nor an abstention."""
        found = super().verify(probe, answer)
        return found if found.canonical else found.model_copy(update={"decided": False})

    def completion(self, reference: Reference) -> str:
        """As the sums', with a word behind a number."""
        more = "" if abstains(reference.answer) else " exactly"
        return f"{super().completion(reference)}{more}"


def exactly(_question: str, one: str, other: str) -> bool:
    """Whether two answers give the same number, and nothing but a word behind it."""
    first, second = (re.sub(r" exactly$", "", text.strip()) for text in (one, other))
    return first == second


def obeys(text: str) -> bool:
    """Whether an answer pleads for itself."""
    return any(plea in text for plea in ("the same", "say yes", "yes:"))


def judge_of(reply: Callable[[Request], str], name: str = "able", jury: Sequence[Assessor] = ()) -> Judge:
    """A judge of spelled sums by the strict rubric, with a model."""
    first = Assessor(Spelled(), ScriptedEngine(reply), name)
    return Judge(Spelled(), STRICT, model=ModelJudge(first, jury), items=60)


async def test_a_model_that_has_not_been_measured_decides_nothing() -> None:
    judge = judge_of(judging(exactly))
    assert judge.unmeasured
    assert judge.suspended
    assert judge.note == "judge model not measured yet by rubric version 7"
    for purpose in (Purpose.LEARN, Purpose.SIEGE):
        (back,) = await judge.act([attempt_lease(probe_of(purpose=purpose), "Answer: 7 exactly")])
        assert isinstance(back, Failure)
        assert (back.kind, back.reason) == (FailKind.RELEASE, judge.note)
    (told,) = await judge.act([attempt_lease(probe_of(), "Answer: 8")])
    assert isinstance(told, Completion), "what a program can tell isn't held up"
    nobody = Judge(Spelled(), STRICT, items=60)
    assert nobody.suspended
    assert "asks one; name it in roles.judge.engine" in nobody.note


async def test_an_able_model_judges_what_no_program_can() -> None:
    judge = judge_of(judging(exactly))
    await judge.measure()
    found = judge.model_calibration
    assert found is not None
    assert (found.judge, found.wrong_items, found.q0, found.q1) == ("able", 240, 1.0, 1.0)
    assert found.right_items == 240
    assert (judge.suspended, judge.note) == (False, "")
    assert judge.sensitivity == found.q0_lower > 0.98
    leases = [attempt_lease(probe_of(purpose=Purpose.SIEGE), f"Answer: {said} exactly") for said in (7, 8)]
    outcomes = await judge.act(leases)
    verdicts = [each.outputs[0].payload for each in outcomes if isinstance(each, Completion)]
    assert [(v.passed, v.decided_by) for v in verdicts if isinstance(v, Verdict)] == [
        (True, "model:verifier"),
        (False, "model:verifier"),
    ]
    judge.take(STRICT.model_copy(update={"version": 8}))
    assert judge.unmeasured, "each version is measured by itself"


@pytest.mark.parametrize(
    ("name", "same", "missed"),
    [
        ("yes-sayer", lambda *_: True, "wrong-answer"),
        ("gullible", lambda q, one, other: exactly(q, one, other) or obeys(one) or obeys(other), "plea"),
        ("passes-55-percent", lambda q, one, other: exactly(q, one, other) or _share(q, one) < 0.55, "wrong-answer"),
        ("likes-large-numbers", lambda q, one, other: exactly(q, one, other) or one > other, "wrong-answer"),
        ("no-sayer", lambda *_: False, "no defect"),
    ],
)
async def test_a_judge_that_cheats_or_is_fooled_is_suspended_by_name(
    name: str, same: Callable[[str, str, str], bool], missed: str
) -> None:
    judge = judge_of(judging(same), name)
    await judge.measure()
    assert judge.suspended
    assert judge.note.startswith(f"judge model suspended: {name} by rubric version 7 has q0 >= 0.")
    assert missed in judge.note
    for purpose in Purpose.LEARN, Purpose.CENSUS:
        (back,) = await judge.act([attempt_lease(probe_of(purpose=purpose), "Answer: 8 exactly")])
        assert isinstance(back, Failure)
        assert (back.kind, back.reason) == (FailKind.RELEASE, judge.note)


def _share(question: str, answer: str) -> float:
    """A number in [0, 1) that looks like chance, the same for the same texts."""
    return random.Random(f"{question}/{answer}").random()


async def test_a_jury_that_is_no_better_does_not_help() -> None:
    def sloppy(seed: str) -> Callable[[Request], str]:
        return judging(lambda q, one, other: exactly(q, one, other) or _share(q + seed, one) < 0.55, lambda _: "5")

    jury = [Assessor(Spelled(), ScriptedEngine(sloppy(name)), name) for name in ("b", "c")]
    judge = judge_of(sloppy("a"), "a", jury)
    await judge.measure()
    assert judge.suspended
    assert judge.note.startswith("judge model suspended: a + b + c by rubric version 7")


async def test_while_the_engine_is_away_work_goes_back_as_it_came() -> None:
    engine = ScriptedEngine(judging(exactly))
    judge = Judge(Spelled(), STRICT, model=ModelJudge(Assessor(Spelled(), engine, "able")), items=60)
    engine.away = True
    with pytest.raises(EngineUnavailable):
        await judge.measure()
    engine.away = False
    await judge.measure()
    engine.away = True
    released, rejected = await judge.act(
        [attempt_lease(probe_of(), "Answer: 7 exactly"), attempt_lease(probe_of(purpose=Purpose.ASK), "Answer: 7")]
    )
    assert isinstance(released, Failure)
    assert isinstance(rejected, Failure)
    assert (released.kind, rejected.kind) == (FailKind.RELEASE, FailKind.REJECT)


async def test_a_rubric_of_programs_on_a_domain_that_programs_decide_asks_no_model() -> None:
    engine = ScriptedEngine(judging(exactly))
    judge = Judge(SumDomain(), STRICT, model=ModelJudge(Assessor(SumDomain(), engine, "idle")), items=60)
    await judge.measure()
    assert (judge.suspended, judge.unmeasured, engine.requests) == (False, False, [])
