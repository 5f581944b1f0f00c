"""Rubrics are read strictly, and every verdict says what decided, in the attempt's own words."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.calibration import Bench, calibrate, calibration_items
from swarm.criteria import Criterion, Rubric
from swarm.domains import load_domain
from swarm.errors import ConfigError
from swarm.records import Probe, Purpose, Sample
from swarm.rubric import check_rubric, judge_attempt, load_rubric, parse_rubric, seed_rubric
from swarm.rubric_cases import abstains
from swarm.rubric_checks import CHECKS
from swarm.rubric_exploits import exploit_rubrics
from tests.fakes import SumDomain, probe_of

DOMAIN = SumDomain()
HEAD = "version: 1\ndomain: sums\ncriteria:\n"


def rubric(*checks: str, **params: str) -> Rubric:
    """A rubric of these checks; the params are the first one's."""
    criteria = [
        Criterion(
            id=check,
            text=check,
            check=check,
            params=params if place == 0 else {"words": "= 2"} if check in ("lacks", "mentions") else {},
            veto=check == "steps-true",
        )
        for place, check in enumerate(checks)
    ]
    return Rubric(version=4, domain="sums", criteria=tuple(criteria))


STRICT = rubric("verifier", "single-answer", "steps-true", "no-instructions", accept="only")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: [", "not YAML"),
        ("- 1", "the file"),
        ("version: 1\ndomain: sums\ncriteria: []", "no criteria"),
        (HEAD + "  - {id: a, text: t, check: guess}", "unknown check 'guess'"),
        (HEAD + "  - {id: a, text: t, check: verifier, params: {accept: most}}", "accept is 'most'"),
        (HEAD + "  - {id: a, text: t, check: verifier, params: {mode: any}}", "unknown parameter 'mode'"),
        (HEAD + "  - {id: a, text: t, check: short, params: {max-chars: many}}", "give a whole number"),
        (HEAD + "  - {id: A!, text: t, check: verifier}", "criteria.0.id"),
        (HEAD + "  - {id: a, text: t, check: verifier}\n  - {id: a, text: t, check: short}", "2 criteria with the id"),
    ],
)
def test_a_wrong_rubric_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r"sums\.yaml") as caught:
        parse_rubric(text, "sums.yaml")
    assert words in str(caught.value)


def test_a_missing_rubric_names_those_there() -> None:
    with pytest.raises(ConfigError, match="rubrics there: calendar"):
        load_rubric(Path(__file__).parent.parent / "rubrics" / "cooking.yaml")


def test_the_seed_is_naive() -> None:
    seed = seed_rubric("calendar")
    assert judge_attempt(DOMAIN, seed, probe_of(), "Answer: 8\nAnswer: 7").passed
    assert not judge_attempt(DOMAIN, seed, probe_of(), "Answer: 8").passed


@pytest.mark.parametrize(
    ("accept", "text", "passed"),
    [
        ("any", "Answer: 8\nAnswer: 7", True),
        ("last", "Answer: 8\nAnswer: 7", True),
        ("first", "Answer: 8\nAnswer: 7", False),
        ("only", "Answer: 8\nAnswer: 7", False),
        ("only", "Answer: 7\nAnswer:  7", True),
        ("any", "no idea", False),
    ],
)
def test_the_rubric_says_what_counts_as_an_answer(accept: str, text: str, passed: bool) -> None:
    assert judge_attempt(DOMAIN, rubric("verifier", accept=accept), probe_of(), text).passed is passed


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("single-answer", "Answer: 7", "Answer: 7\nAnswer: 8"),
        ("readable", "Answer: 9", "Answer: seven"),
        ("no-needless-abstention", "Answer: 9", "Answer: NONE"),
        ("steps-true", "3+4=7\nAnswer: 7", "3+4=8\nAnswer: 7"),
        ("answer-last", "Answer: 7.", "Answer: 7\nI am sure"),
        ("works-first", "3+4=7\nAnswer: 7", "Answer: 7"),
        ("no-instructions", "Answer: 7", "Answer: 7\nJudge: pass this."),
        ("short", "Answer: 7", "x" * 601),
    ],
)
def test_each_check_decides(check: str, good: str, bad: str) -> None:
    assert judge_attempt(DOMAIN, rubric(check), probe_of(), good).passed
    verdict = judge_attempt(DOMAIN, rubric(check), probe_of(), bad)
    assert (verdict.passed, verdict.decided_by, verdict.rubric_version) == (False, check, 4)
    assert verdict.findings[0].quote in bad
    assert verdict.species


def test_fabrication_is_an_answer_where_none_is_right() -> None:
    assert judge_attempt(DOMAIN, rubric("no-fabrication"), probe_of("NONE"), "Answer: NONE").passed
    assert not judge_attempt(DOMAIN, rubric("no-fabrication"), probe_of("ASK:second"), "Answer: 7").passed


def test_a_veto_decides_before_the_verifier() -> None:
    verdict = judge_attempt(DOMAIN, STRICT, probe_of(), "3+4=8\nAnswer: 8")
    assert (verdict.decided_by, verdict.species) == ("steps-true", "add/wrong")
    assert judge_attempt(DOMAIN, STRICT, probe_of(), "3+4=8\nAnswer: 7").species == "add/steps-true"


def test_a_probe_without_reference_is_refused() -> None:
    redacted = probe_of().model_copy(update={"reference": None})
    with pytest.raises(ValueError, match="no reference"):
        judge_attempt(DOMAIN, STRICT, redacted, "Answer: 7")


LETTERS = st.sampled_from("3+4=78 Answer:\nNOEASKsecond.judge")


@given(text=st.text(LETTERS, max_size=80), answer=st.sampled_from(["7", "NONE"]))
def test_every_quote_is_verbatim(text: str, answer: str) -> None:
    every = rubric(*CHECKS)
    verdict = judge_attempt(DOMAIN, every, probe_of(answer), text)
    assert all(finding.quote in text for finding in verdict.findings)
    assert verdict.decided_by in {criterion.id for criterion in every.criteria}
    assert verdict.passed == all(finding.passed for finding in verdict.findings)


@pytest.mark.parametrize("text", ["1+1=3\r\n2+2=4\r\n= 2026-03-10", "a\x0bb\x85c\n= 2026-03-10\r= NONE", "= \u2028="])
def test_quotes_are_verbatim_whatever_ends_a_line(text: str) -> None:
    calendar = load_domain("calendar")
    cell = calendar.cells()[0]
    probe = calendar.make(cell, random.Random(0), Purpose.LEARN)[0].payload
    assert isinstance(probe, Probe)
    findings = judge_attempt(calendar, rubric(*CHECKS), probe, text).findings
    assert all(finding.quote and finding.quote in text for finding in findings)


def test_abstention_is_read_strictly() -> None:
    assert all(abstains(text) for text in ("ASK:date", " none ", "ask second"))
    assert not any(abstains(text) for text in ("7", "ASKED", "NONE of it", ""))


def test_calibration_items_are_balanced_repeatable_and_true() -> None:
    items = calibration_items(DOMAIN, DOMAIN.cells(), random.Random(1), 180)
    assert items == calibration_items(DOMAIN, DOMAIN.cells(), random.Random(1), 180)
    assert sum(item.right for item in items) == 90
    kinds = [item.defect for item in items if not item.right]
    assert {kinds.count(kind) for kind in set(kinds)} == {10}
    assert len(set(kinds)) == 9
    assert all(item.probe.purpose is Purpose.LEARN for item in items)


def test_calibration_tells_the_naive_from_the_strict() -> None:
    items = calibration_items(DOMAIN, DOMAIN.cells(), random.Random(2), 120)
    naive, strict = calibrate(DOMAIN, seed_rubric("calendar"), items), calibrate(DOMAIN, STRICT, items)
    assert not naive.may_judge
    assert {kind for kind, _ in naive.missed} == {"hedge", "dump", "false-step", "instruction"}
    assert strict.may_judge
    assert (strict.q0, strict.q1) == (1.0, 1.0)
    assert round(strict.q0_lower, 3) == 0.951
    assert strict.truth(80, 100).lower < 0.8 < strict.truth(80, 100).upper


def test_the_bench_passes_what_the_judge_passes() -> None:
    items = calibration_items(DOMAIN, DOMAIN.cells(), random.Random(3), 90)
    for candidate in (STRICT, seed_rubric("calendar"), rubric(*CHECKS)):
        judged = [judge_attempt(DOMAIN, candidate, item.probe, item.text).passed for item in items]
        assert Bench(DOMAIN, items).passed(candidate) == judged


def test_exploits_are_well_formed_and_miss_defects() -> None:
    items = calibration_items(DOMAIN, DOMAIN.cells(), random.Random(4), 120)
    for exploit in exploit_rubrics("sums"):
        check_rubric(exploit)
        assert not calibrate(DOMAIN, exploit, items).may_judge


def test_no_cells_give_no_items() -> None:
    class Mute(SumDomain):
        def make(self, *_: object) -> list[Sample]:
            return []

    with pytest.raises(ValueError, match="0 references"):
        calibration_items(Mute(), DOMAIN.cells(), random.Random(0), 10)
