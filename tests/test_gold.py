"""Gold checks: what is known of corrections and verdicts, and what isn't."""

import random

import pytest

from swarm.domains import load_domain
from swarm.gold import LONGEST, gold_of
from swarm.records import (
    Annotation,
    Attempt,
    Correction,
    Decision,
    Payload,
    Probe,
    Purpose,
    Sample,
    TeacherKind,
    Verdict,
    answer_to,
)
from swarm.rubric import seed_rubric

DOMAIN = load_domain("calendar")
GOLD = gold_of(DOMAIN)
RUBRIC = seed_rubric("calendar")
CELL = next(cell for cell in DOMAIN.cells() if cell.key == "relative/rain/date")
ASKED = DOMAIN.make(CELL, random.Random(3), Purpose.LEARN)[0]
assert isinstance(ASKED.payload, Probe)
RIGHT = DOMAIN.solve(ASKED.payload)


def checked(payload: Payload, attempt: str = "= NONE") -> bool | None:
    said = answer_to(ASKED, Attempt(text=attempt, checkpoint_id="base"))
    failed = answer_to(said, Verdict(passed=False, rubric_version=1, decided_by="verifier"))
    chain = [failed, said, ASKED] if payload.kind == "correction" else [said, ASKED]
    return GOLD(chain, answer_to(chain[0], payload), RUBRIC if payload.kind == "verdict" else None)


def correction(**changes: object) -> Correction:
    whole = Correction(rationale=RIGHT.rationale, answer=RIGHT.answer, teacher=TeacherKind.LOCAL, verified=True)
    return whole.model_copy(update=changes)


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ({}, True),
        ({"rationale": ""}, True),
        ({"answer": "1999-01-01"}, False),
        ({"answer": ""}, False),
        ({"rationale": "2+2=5"}, False),
        ({"rationale": "x" * LONGEST}, False),
        ({"verified": False}, False),
    ],
)
def test_a_correction_is_right_if_it_verifies(changes: dict[str, object], right: bool) -> None:
    assert checked(correction(**changes)) is right


@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_is_right_if_it_is_the_one_that_was_followed(decision: Decision) -> None:
    verdict = answer_to(ASKED, Verdict(passed=False, rubric_version=1, decided_by="verifier"))
    said = answer_to(verdict, Annotation(schema_name="critique", body="{}", decision=decision))
    followed = answer_to(verdict, Annotation(schema_name="critique", body="{}", decision=Decision.PASS))
    assert GOLD([followed, verdict, ASKED], said, None) is (decision is Decision.PASS)
    assert GOLD([verdict, ASKED], said, None) is None


def test_a_verdict_is_right_if_the_program_says_the_same() -> None:
    for passed in (True, False):
        verdict = Verdict(passed=passed, rubric_version=1, decided_by="verifier")
        assert checked(verdict, DOMAIN.completion(RIGHT)) is passed
        assert checked(verdict, "= 1999-01-01") is not passed


def test_a_verdict_by_no_rubric_is_wrong() -> None:
    said = answer_to(ASKED, Attempt(text="= NONE", checkpoint_id="base"))
    verdict = Verdict(passed=False, rubric_version=99, decided_by="verifier")
    assert GOLD([said, ASKED], answer_to(said, verdict), None) is False


def test_an_attempt_is_held_against_another_one_by_the_same_checkpoint() -> None:
    peer = answer_to(ASKED, Attempt(text="so\n= 2026-02-03", checkpoint_id="c1"))
    for text, same in (("or so\n= 2026-02-03", True), ("so\n= 2026-02-04", False), ("no idea", False)):
        said = answer_to(ASKED, Attempt(text=text, checkpoint_id="c1"))
        assert GOLD([peer, ASKED], said, None) is same


def test_of_lone_attempts_and_of_probes_without_reference_nothing_is_known() -> None:
    assert GOLD([ASKED], answer_to(ASKED, Attempt(text="= NONE", checkpoint_id="base")), None) is None
    bare = Sample(id=ASKED.id, payload=ASKED.payload.model_copy(update={"reference": None}))
    assert GOLD([bare], answer_to(bare, correction()), None) is None
