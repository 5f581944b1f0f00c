"""The ladder of the judge: program, reference, model, jury; and dimensions, in which nothing makes up for anything."""

import random

import pytest

from swarm.calibration import Bench, asks_model, calibration_items
from swarm.codec import from_wire, to_wire
from swarm.criteria import Criterion, Dimension, Rubric, regrouped
from swarm.defects import DEFECTS, Draw
from swarm.domains.base import Verification
from swarm.domains.withheld import Withheld
from swarm.errors import ConfigError
from swarm.gold import gold_of
from swarm.records import Attempt, Probe, Sample, Verdict, answer_to
from swarm.rubric import check_rubric, judge_attempt, open_criteria, rung_of
from swarm.rubric_cases import Case, Outcome, Rung
from tests.fakes import SumDomain, probe_of

SUMS = SumDomain()
UNSURE = Withheld(SUMS)


def criterion(name: str, check: str = "", **params: str) -> Criterion:
    """A criterion that is called like its check unless told."""
    return Criterion(id=name, text=name, check=check or name, params=params)


ONLY = criterion("right", "verifier", accept="only")
PLAIN = Rubric(version=3, domain="sums", criteria=(ONLY, criterion("single-answer")))
GROUPED = Rubric(
    version=4,
    domain="sums",
    criteria=(
        ONLY,
        criterion("single-answer"),
        criterion("works-first"),
        criterion("steps-true").model_copy(update={"veto": True}),
    ),
    dimensions=(
        Dimension(id="right", text="It is right, once.", criteria=("right", "single-answer")),
        Dimension(
            id="shown",
            text="It shows how.",
            criteria=("works-first",),
            fails_if=criterion("rambles", "long", **{"min-chars": "120"}),
        ),
    ),
)


@pytest.mark.parametrize(
    ("reference", "answer", "passed", "by"),
    [
        ("7", "7", True, "reference:right"),
        ("7", " 7. ", True, "reference:right"),
        ("7", "seven", False, "model:right"),
        ("7", "8", False, "model:right"),
        ("7", "NONE", False, "reference:right"),
        ("ASK:second", "ask:second", True, "reference:right"),
        ("ASK:second", "7", False, "reference:right"),
        ("ASK:second", "NONE", False, "reference:right"),
    ],
)
def test_each_verdict_says_how_far_up_the_ladder_it_went(reference: str, answer: str, *, passed: bool, by: str) -> None:
    verdict = judge_attempt(UNSURE, PLAIN, probe_of(reference), f"Answer: {answer}")
    assert (verdict.passed, verdict.decided_by, rung_of(verdict)) == (passed, by, Rung(by.partition(":")[0]))
    decided = judge_attempt(SUMS, PLAIN, probe_of(reference), f"Answer: {answer}")
    assert rung_of(decided) is Rung.PROGRAM, "where the verifier tells, nobody else is asked"


def test_a_model_is_asked_only_where_nothing_else_has_decided() -> None:
    assert open_criteria(Case(UNSURE, probe_of(), "Answer: seven"), PLAIN) == (ONLY,)
    for text in ("Answer: 7", "no idea", "Answer: 8\nAnswer: 9", "Answer: NONE"):
        assert open_criteria(Case(UNSURE, probe_of(), text), PLAIN) == ()
    assert open_criteria(Case(SUMS, probe_of(), "Answer: seven"), PLAIN) == ()


def test_what_a_model_says_counts_only_where_it_was_to_be_asked() -> None:
    said = {"right": Outcome(True, "seven", "the same", Rung.MODEL)}
    verdict = judge_attempt(UNSURE, PLAIN, probe_of(), "Answer: seven", said)
    assert (verdict.passed, verdict.decided_by, verdict.answer) == (True, "model:right", "seven")
    jury = {"right": Outcome(True, "seven", "2 of 3", Rung.JURY)}
    assert judge_attempt(UNSURE, PLAIN, probe_of(), "Answer: seven", jury).decided_by == "jury:right"
    assert not judge_attempt(SUMS, PLAIN, probe_of(), "Answer: seven", said).passed
    assert not judge_attempt(UNSURE, PLAIN, probe_of(), "Answer: NONE", said).passed


@pytest.mark.parametrize("quote", ["eight", "", " ", "Seven", "Answer: seven\nAnswer: seven"])
def test_a_credit_for_words_that_the_attempt_does_not_say_is_none(quote: str) -> None:
    said = {"right": Outcome(True, quote, "the same", Rung.MODEL)}
    verdict = judge_attempt(UNSURE, PLAIN, probe_of(), "Answer: seven", said)
    assert not verdict.passed
    assert verdict.explanation.startswith("quote not found")
    assert all(finding.quote in "Answer: seven" for finding in verdict.findings)


@pytest.mark.parametrize(
    ("text", "by", "why"),
    [
        ("3+4=7\nAnswer: 8", "right", "right: not 7"),
        ("Answer: 7", "works-first", "shown: no steps"),
        (f"{'3+4=7, ' * 20}\nAnswer: 7", "rambles", "shown: "),
        ("3+4=8\nAnswer: 8", "steps-true", "a false step"),
    ],
)
def test_one_dimension_that_is_not_credited_fails_the_attempt(text: str, by: str, why: str) -> None:
    verdict = judge_attempt(SUMS, GROUPED, probe_of(), text)
    assert (verdict.passed, verdict.decided_by) == (False, by)
    assert verdict.explanation.startswith(why)
    good = judge_attempt(SUMS, GROUPED, probe_of(), "3+4=7\nAnswer: 7")
    assert (good.passed, good.decided_by) == (True, "right")


def test_a_clause_that_a_model_fires_needs_no_quote_and_one_that_nobody_was_asked_about_counts_as_fired() -> None:
    asked = criterion("doubts", "model")
    shown = GROUPED.dimensions[1].model_copy(update={"fails_if": asked})
    rubric = GROUPED.model_copy(update={"dimensions": (GROUPED.dimensions[0], shown)})
    text = "3+4=7\nAnswer: 7"
    for said, passed in (
        ({}, False),
        ({"doubts": Outcome(True, "invented", "met", Rung.MODEL)}, False),
        ({"doubts": Outcome(False, "", "not met", Rung.MODEL)}, True),
    ):
        assert judge_attempt(SUMS, rubric, probe_of(), text, said).passed is passed


@pytest.mark.parametrize(
    ("dimensions", "words"),
    [
        (GROUPED.dimensions[:1], "has 1 dimension"),
        ((GROUPED.dimensions[0], Dimension(id="b", text="b", criteria=())), "dimension 'b' has no criteria"),
        ((GROUPED.dimensions[0], GROUPED.dimensions[0].model_copy(update={"id": "two"})), "stands in 2 dimensions"),
        ((GROUPED.dimensions[0], Dimension(id="b", text="b", criteria=("steps-true",))), "stands in 0 dimensions"),
        ((GROUPED.dimensions[0], Dimension(id="b", text="b", criteria=("nobody",))), "no criterion 'nobody'"),
        (
            (GROUPED.dimensions[0], GROUPED.dimensions[1].model_copy(update={"fails_if": criterion("right", "long")})),
            "2 criteria with the id 'right'",
        ),
        (
            (GROUPED.dimensions[0], GROUPED.dimensions[1].model_copy(update={"fails_if": criterion("odd")})),
            "unknown check 'odd'",
        ),
    ],
)
def test_dimensions_that_do_not_hold_the_criteria_are_refused(dimensions: tuple[Dimension, ...], words: str) -> None:
    check_rubric(GROUPED)
    with pytest.raises(ConfigError, match=words):
        check_rubric(GROUPED.model_copy(update={"dimensions": dimensions}))


def test_a_grouped_rubric_travels_and_a_plain_one_reads_as_it_always_did() -> None:
    assert from_wire(to_wire(GROUPED), Rubric) == GROUPED
    assert Rubric.model_validate_json(GROUPED.model_dump_json()) == GROUPED
    assert "dimensions" not in PLAIN.model_dump(mode="json")


def test_dimensions_follow_the_criteria_that_an_experiment_changes() -> None:
    without = GROUPED.criteria[:2] + GROUPED.criteria[3:]
    changed = GROUPED.model_copy(update={"criteria": without})
    assert [each.id for each in regrouped(GROUPED.dimensions, without)] == ["right"]
    more = (*GROUPED.criteria, criterion("answer-last"))
    grown = changed.model_copy(update={"criteria": more, "dimensions": regrouped(GROUPED.dimensions, more)})
    check_rubric(grown)
    assert grown.dimensions[1].criteria == ("works-first", "answer-last")


def test_the_bench_agrees_on_clauses_and_on_what_is_left_to_a_model() -> None:
    items = calibration_items(SUMS, SUMS.cells(), random.Random(5), 90)
    for domain in (SUMS, UNSURE):
        judged = [judge_attempt(domain, GROUPED, item.probe, item.text).passed for item in items]
        assert Bench(domain, items).passed(GROUPED) == judged
    assert asks_model(UNSURE, PLAIN, items)
    assert not asks_model(SUMS, PLAIN, items)


def test_nobody_is_held_to_gold_that_no_program_has() -> None:
    asked = Sample(payload=probe_of())
    attempt = answer_to(asked, Attempt(text="Answer: seven", checkpoint_id="base"))
    said = answer_to(attempt, Verdict(passed=True, rubric_version=3, decided_by="model:right"))
    assert gold_of(UNSURE)((asked, attempt), said, PLAIN) is None
    assert gold_of(SUMS)((asked, attempt), said, PLAIN) is False


def test_planted_errors_of_a_domain_stand_in_for_a_verifier() -> None:
    class Errors(Withheld):
        def mistakes(self, _probe: Probe) -> list[str]:
            return ["eleven", "twelve"]

    probe = probe_of()
    assert probe.reference is not None
    unknown = Draw(UNSURE, probe, probe.reference, (), random.Random(1))
    assert unknown.wrong() == [], "what nobody can call wrong is not planted"
    draw = Draw(Errors(SUMS), probe, probe.reference, (), random.Random(1))
    assert draw.wrong() == ["eleven", "twelve"]
    assert DEFECTS["wrong-answer"](draw) == "3+4=7\nAnswer: eleven"
    assert UNSURE.verify(probe, "7") == Verification(
        correct=False, decided=False, reason="the verifier is withheld", canonical="7"
    )
