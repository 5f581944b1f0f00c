"""The judge stamps its verdicts, and a suspended rubric counts for nothing but learning."""

import pytest

from agents.judge import Judge
from swarm.criteria import Criterion, Rubric
from swarm.errors import ConfigError
from swarm.records import Probe, Purpose, Verdict
from swarm.rubric import seed_rubric
from swarm.work import Completion, FailKind, Failure
from tests.fakes import SumDomain, attempt_lease, probe_of

STRICT = Rubric(
    version=7,
    domain="sums",
    criteria=tuple(
        Criterion(id=check, text=check, check=check)
        for check in ("verifier", "single-answer", "steps-true", "no-instructions")
    ),
)


def asked(purpose: Purpose) -> Probe:
    """A probe of that purpose."""
    return probe_of(purpose=purpose)


async def test_verdicts_answer_their_attempts() -> None:
    leases = [attempt_lease(probe_of(), "3+4=7\nAnswer: 7", "a"), attempt_lease(probe_of(), "Answer: 8", "b")]
    first, second = await Judge(SumDomain(), STRICT).act(leases)
    assert isinstance(first, Completion)
    assert isinstance(second, Completion)
    assert (first.token, second.token) == ("a", "b")
    verdict, failed = first.outputs[0], second.outputs[0]
    assert (verdict.parent_id, verdict.root_id) == (leases[0].sample.id, leases[0].chain[1].id)
    assert isinstance(verdict.payload, Verdict)
    assert (verdict.payload.passed, verdict.payload.rubric_version, verdict.payload.species) == (True, 7, "")
    assert isinstance(failed.payload, Verdict)
    assert (failed.payload.passed, failed.payload.species) == (False, "add/wrong")


async def test_judging_twice_is_one_effect() -> None:
    judge, lease = Judge(SumDomain(), STRICT), attempt_lease(probe_of(), "Answer: 7")
    (one,), (two,) = await judge.act([lease]), await judge.act([lease])
    assert isinstance(one, Completion)
    assert isinstance(two, Completion)
    assert one.outputs[0].digest() == two.outputs[0].digest()


async def test_a_suspended_rubric_judges_only_for_learning() -> None:
    judge = Judge(SumDomain(), seed_rubric("calendar"))
    assert judge.suspended
    assert judge.note.startswith("rubric suspended: version 1 has q0 >= 0.")
    for purpose in (Purpose.SIEGE, Purpose.CENSUS, Purpose.EXAM):
        (outcome,) = await judge.act([attempt_lease(asked(purpose), "Answer: 7")])
        assert isinstance(outcome, Failure)
        assert (outcome.kind, outcome.reason) == (FailKind.RELEASE, judge.note)
    (learned,) = await judge.act([attempt_lease(asked(Purpose.LEARN), "Answer: 7")])
    assert isinstance(learned, Completion)
    judge.take(STRICT)
    assert (judge.suspended, judge.note) == (False, "")
    (counted,) = await judge.act([attempt_lease(asked(Purpose.SIEGE), "Answer: 7")])
    assert isinstance(counted, Completion)


async def test_a_new_rubric_judges_stored_attempts_again() -> None:
    judge = Judge(SumDomain(), seed_rubric("calendar"))
    stored = attempt_lease(probe_of(), "3+4=8\nAnswer: 7").sample
    (naive,) = await judge.again([(stored, probe_of())])
    judge.take(STRICT)
    (strict,) = await judge.again([(stored, probe_of())])
    for verdict, version, passed in ((naive, 1, True), (strict, 7, False)):
        assert isinstance(verdict.payload, Verdict)
        assert (verdict.parent_id, verdict.payload.rubric_version, verdict.payload.passed) == (
            stored.id,
            version,
            passed,
        )
    assert naive.id != strict.id
    assert await judge.again([(stored, probe_of().model_copy(update={"reference": None}))]) == []


async def test_what_cannot_be_judged_is_rejected() -> None:
    judge = Judge(SumDomain(), STRICT)
    redacted = probe_of().model_copy(update={"reference": None})
    lonely = attempt_lease(probe_of(), "Answer: 7")
    lonely = lonely.model_copy(update={"chain": lonely.chain[:1]})
    for lease in (attempt_lease(redacted, "Answer: 7"), lonely, attempt_lease(asked(Purpose.ASK), "Answer: 7")):
        (outcome,) = await judge.act([lease])
        assert isinstance(outcome, Failure)
        assert outcome.kind is FailKind.REJECT


def test_a_broken_rubric_is_not_taken() -> None:
    judge = Judge(SumDomain(), STRICT)
    with pytest.raises(ConfigError, match="no criteria"):
        judge.take(Rubric(version=8, domain="sums", criteria=()))
    assert judge.rubric is STRICT
