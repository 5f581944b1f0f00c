"""A candidate is promoted on evidence alone, and every condition that blocks it is named with its numbers."""

from datetime import UTC, datetime

import pytest

from swarm.promotion import Claims, PromotionPolicy, Standing, conditions, decide, declined, explain, settled
from swarm.records import Attempt, Origin, Purpose, Sample
from swarm.students import BreachScore, ExamItem, ExamRecord
from tests.fakes import probe_of

NOW = datetime(2026, 1, 2, tzinfo=UTC)
POLICY = PromotionPolicy()


def items(count: int, champion: bool, candidate: bool, answer: str = "7", **change: object) -> list[ExamItem]:
    """So many exam items with one outcome; `said` is the candidate's answer."""
    said = change.pop("said", "7")
    out = []
    for _ in range(count):
        sample = Sample(payload=probe_of(answer))
        question = f"What is 3+4? ({sample.id})"
        changes = {"purpose": Purpose.EXAM, "question": question, **change}
        sample = sample.model_copy(update={"payload": sample.payload.model_copy(update=changes)})
        out.append(
            ExamItem(
                probe=sample,
                champion_text="Answer: 8",
                candidate_text=f"so\nAnswer: {said}",
                champion_passed=champion,
                candidate_passed=candidate,
            )
        )
    return out


def exam(*groups: list[ExamItem], **retention: int) -> ExamRecord:
    """An exam of these items."""
    every = tuple(item for group in groups for item in group)
    return ExamRecord(id="e", champion_id="a", candidate_id="b", items=every, **retention)


def blocked(record: ExamRecord, policy: PromotionPolicy = POLICY) -> str:
    """What blocks it, as one text."""
    return "; ".join(decide(record, policy, NOW).blocked_by)


def test_a_clear_improvement_is_promoted() -> None:
    decision = decide(exam(items(50, True, True), items(10, False, True), items(4, False, False)), POLICY, NOW)
    assert decision.promoted
    assert decision.blocked_by == ()
    assert (decision.wins, decision.losses, decision.regression) == (10, 0, False)
    assert decision.candidate_accuracy == pytest.approx(60 / 64)
    assert decision.e_value == pytest.approx(2047 / 11)


def test_luck_is_not_evidence_and_no_regression_either() -> None:
    decision = decide(exam(items(58, True, True), items(4, False, True), items(2, True, False)), POLICY, NOW)
    assert not decision.promoted
    assert not decision.regression
    assert "4 wins and 2 losses" in "; ".join(decision.blocked_by)
    assert "threshold is 20" in "; ".join(decision.blocked_by)


def test_a_worse_candidate_is_a_regression() -> None:
    decision = decide(exam(items(50, True, True), items(10, True, False)), POLICY, NOW)
    assert decision.regression
    assert "no regression" in "; ".join(decision.blocked_by)


def test_replayed_species_guard_but_do_not_count_as_wins() -> None:
    fresh = items(60, True, True)
    won = items(12, False, True, origin=Origin.REPLAY)
    assert decide(exam(fresh, won), POLICY, NOW).wins == 0
    lost = [*items(50, True, True, origin=Origin.REPLAY), *items(6, True, False, origin=Origin.REPLAY)]
    assert "replay pairs" in blocked(exam(fresh, items(12, False, True), lost))


MENDED = {"breach": "b" * 32}


def of_breach(count: int, champion: bool, candidate: bool) -> list[ExamItem]:
    """Items that go back to a breach."""
    return [item.model_copy(update=MENDED) for item in items(count, champion, candidate)]


def test_a_breach_mended_without_a_loss_is_promoted_and_both_strata_are_told() -> None:
    record = exam(
        items(140, True, True), items(10, False, False), of_breach(20, False, True), of_breach(30, True, True)
    )
    decision = decide(record, POLICY, NOW)
    assert decision.promoted, decision.blocked_by
    assert (decision.wins, decision.losses) == (20, 0)
    assert decision.breach == BreachScore(items=50, champion_passed=30, candidate_passed=50, wins=20, losses=0)
    assert decision.champion_accuracy == decision.candidate_accuracy == pytest.approx(140 / 150)
    assert "over 150 ordinary pairs" in explain(record, POLICY)
    unmarked = exam(items(140, True, True), items(10, False, False))
    assert not decide(unmarked, POLICY, NOW).promoted, "what an exam without them can't see"


@pytest.mark.parametrize(("lost", "regression"), [(5, False), (13, True)])
def test_who_pays_for_the_mend_elsewhere_is_not_promoted(lost: int, regression: bool) -> None:
    record = exam(items(137, True, True), items(lost, True, False), of_breach(45, False, True))
    decision = decide(record, POLICY, NOW)
    assert (decision.e_value > decision.threshold, decision.promoted) == (True, False)
    assert "ordinary pairs the difference is -0.0" in "; ".join(decision.blocked_by)
    assert decision.regression is regression
    pooled = record.model_copy(update={"items": tuple(i.model_copy(update={"breach": ""}) for i in record.items)})
    assert decide(pooled, POLICY, NOW).promoted, "the strata are what keeps it out"


def test_limits_of_declining_hold_on_the_ordinary_items() -> None:
    refused = items(20, False, False, said="ASK:second")
    won = [items(100, True, True), of_breach(60, False, True)]
    assert "over-refusal: 20 of 120" in blocked(exam(*won, refused, of_breach(100, True, True)))
    made_up = items(6, True, False, "NONE")
    easier = [item.model_copy(update=MENDED) for item in items(90, True, True, "NONE")]
    assert "fabrication: 6 of 6" in blocked(exam(*won, made_up, easier))


def test_without_ordinary_pairs_nothing_is_promoted() -> None:
    assert "over 0 ordinary pairs" in blocked(exam(of_breach(100, False, True)))
    assert "over 40 ordinary pairs" in blocked(exam(items(40, True, True), of_breach(100, False, True)))


def test_an_exam_after_a_breach_takes_all_the_pairs_that_its_guard_may_have() -> None:
    shown = [*items(75, True, True), *of_breach(25, False, True)]
    assert not settled(shown, POLICY, 100)
    assert settled([*shown, *items(100, True, True)], POLICY, 100)
    assert settled([*shown, *items(9, True, False)], POLICY, 100), "worse on the ordinary ones"
    assert settled([*items(100, True, True), *of_breach(100, False, False)], POLICY, 40), "no lead"


def test_an_ordinary_exam_is_stored_as_it_was_before_there_were_breaches() -> None:
    plain, other = exam(items(1, True, True)), exam(of_breach(1, True, True))
    assert "breach" not in plain.model_dump_json()
    told = ExamRecord.model_validate_json(other.model_copy(update={"breach_revision": 4}).model_dump_json())
    assert (told.items[0].breach, told.breach_revision) == ("b" * 32, 4)


def test_retention_without_items_is_not_evaluated_and_says_so() -> None:
    record = exam(items(50, True, True), items(10, False, True))
    standing = {condition.name: condition.standing for condition in conditions(record, POLICY)}
    assert standing["retention"] is Standing.NOT_EVALUATED
    assert "0 retention items (not evaluated)" in explain(record, POLICY)


def test_retention_holds_the_floor_and_the_champion() -> None:
    good = [items(50, True, True), items(10, False, True)]
    kept = {"retention_items": 300, "retention_correct_base": 270}
    assert blocked(exam(*good, **kept, retention_correct_champion=268, retention_correct_candidate=266)) == ""
    fallen = decide(exam(*good, **kept, retention_correct_champion=268, retention_correct_candidate=240), POLICY, NOW)
    assert "retention: 240 of 300" in fallen.blocked_by[0]
    assert fallen.regression
    unproved = {"retention_items": 300, "retention_correct_base": 225}
    doubtful = decide(
        exam(*good, **unproved, retention_correct_champion=225, retention_correct_candidate=225), POLICY, NOW
    )
    assert "1.000 of the base's skill above chance, at least 0.8" in doubtful.blocked_by[0]
    assert not doubtful.regression
    slipped = decide(exam(*good, **kept, retention_correct_champion=280, retention_correct_candidate=268), POLICY, NOW)
    assert "+0.040 lost against the champion" in slipped.blocked_by[0]
    assert not slipped.regression


def test_a_base_at_chance_still_guards_against_the_champion() -> None:
    good = [items(50, True, True), items(10, False, True)]
    chance = {"retention_items": 300, "retention_correct_base": 150, "retention_correct_champion": 160}
    assert blocked(exam(*good, **chance, retention_correct_candidate=155)) == ""
    assert "not above chance" in blocked(exam(*good, **chance, retention_correct_candidate=140))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("= none", True),
        ("so\nAnswer: ASK:date", True),
        ("NONE", True),
        ("none of it\n= 2026-03-10", False),
        ("", False),
    ],
)
def test_declining_is_read_from_the_last_line(text: str, says: bool) -> None:
    assert declined(text) is says


def test_fabrication_is_bounded_by_the_limit_or_the_champion() -> None:
    better = [items(50, True, True), items(12, False, True)]
    assert "fabrication: 5 of 20, champion 0" in blocked(
        exam(*better, items(15, True, True, "NONE"), items(5, True, False, "NONE"))
    )
    assert blocked(exam(*better, items(10, False, False, "ASK:second"))) == ""


def test_over_refusal_is_bounded() -> None:
    refused = items(9, False, False, said="ASK:second")
    assert "over-refusal: 9 of 71" in blocked(exam(items(50, True, True), items(12, False, True), refused))


def test_some_of_what_the_champion_failed_may_have_become_refusals() -> None:
    won = [items(20, False, True), items(10, False, True, "NONE")]
    assert blocked(exam(*won, items(10, False, False, said="ASK:second"))) == ""
    assert "over-refusal: 11 of 31" in blocked(exam(*won, items(11, False, False, said="ASK:second")))
    always = exam(items(20, False, True, "NONE"), items(20, False, False, said="NONE"))
    assert "over-refusal: 20 of 20" in blocked(always)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (exam(items(3, False, True)), "3 fresh pairs"),
        (exam(items(1, False, True) * 20), "19 repeated probes"),
        (exam(items(20, False, True, purpose=Purpose.LEARN)), "20 probes of another purpose"),
        (exam(items(20, False, True)).model_copy(update={"candidate_id": "a"}), "both a"),
    ],
)
def test_an_unsound_exam_is_refused(record: ExamRecord, words: str) -> None:
    assert words in blocked(record)


def test_an_exam_is_over_when_more_pairs_can_not_matter() -> None:
    undecided = [*items(60, True, True), *items(6, False, True), *items(2, True, False)]
    assert not settled(undecided, POLICY, 40)
    assert settled([*undecided, *items(9, False, True)], POLICY, 40), "shown"
    assert settled([*undecided, *items(12, True, False)], POLICY, 40), "worse"
    assert settled([*undecided, *items(100, True, True)], POLICY, 40), "200 are the most"
    promising = [*undecided, items(1, False, True)[0]]
    assert not settled([*promising, *items(100, True, True)], POLICY, 40), "up to 400 while the candidate is promising"
    assert not settled([*promising, *items(291, True, True)], POLICY, 40)
    assert settled([*promising, *items(292, True, True)], POLICY, 40), "400 are the most"
    assert settled(items(80, True, True), POLICY, 40), "two blocks without a lead"
    assert not settled(items(79, True, True), POLICY, 40)


def test_an_exam_of_attempts_is_refused() -> None:
    item = items(1, True, True)[0]
    wrong = item.model_copy(update={"probe": Sample(payload=Attempt(text="", checkpoint_id="a"))})
    with pytest.raises(ValueError, match="holds a attempt"):
        decide(exam([wrong]), POLICY, NOW)


@pytest.mark.parametrize(
    ("rose", "fell", "candidate_of", "vetoed"),
    [(9, 0, 40, True), (9, 0, 120, False), (9, 8, 40, False), (3, 0, 10, False), (0, 0, 0, False)],
)
def test_a_candidate_that_makes_up_more_than_the_champion_is_vetoed(
    rose: int, fell: int, candidate_of: int, vetoed: bool
) -> None:
    record = exam(items(60, champion=False, candidate=True), retention_items=0)
    claims = Claims(candidate=rose, candidate_of=candidate_of, champion=fell, champion_of=60, rose=rose, fell=fell)
    decision = decide(record, POLICY, NOW, claims)
    assert decision.promoted is not vetoed
    assert any("name what no document has" in said for said in decision.blocked_by) is vetoed
    assert "invention" in explain(record, POLICY, claims)
    assert decide(record, POLICY, NOW).promoted
