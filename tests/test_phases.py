"""The phase policy, turned one step at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from swarm.config import Config
from swarm.phases import PhasePolicy, PhaseView, level, next_phase, policy_of, view_of
from swarm.state import PhaseName, PhaseRecord, SwarmState
from swarm.statistics import spent_alpha
from swarm.students import BreachScore, PromotionDecision

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=30)
POLICY = PhasePolicy(epsilon=0.02, alpha=0.05, siege_below=0.03, minutes=60, corrections=1000, dollars=5)


def view(name: PhaseName, attempt: int = 0, **numbers: float | bool) -> PhaseView:
    """A view in that phase, with a judge whose sensitivity is 1."""
    record = PhaseRecord(name=name, attempt=attempt, epoch=3, since=NOW - timedelta(hours=1))
    return PhaseView.model_validate({"phase": record, "sensitivity": 1.0, **numbers})


def moved(seen: PhaseView, policy: PhasePolicy = POLICY) -> PhaseRecord:
    """Where it moves to; it must."""
    record = next_phase(seen, policy, NOW)
    assert record is not None
    return record


def test_a_low_failure_rate_begins_a_counted_siege() -> None:
    record = moved(view(PhaseName.LEARN, 2, learn_judged=200, learn_failed=6))
    assert (record.name, record.attempt, record.epoch, record.since) == (PhaseName.SIEGE, 3, 3, NOW)
    assert next_phase(view(PhaseName.LEARN, learn_judged=199, learn_failed=0), POLICY, NOW) is None
    assert next_phase(view(PhaseName.LEARN, learn_judged=200, learn_failed=7), POLICY, NOW) is None


def test_who_was_breached_is_besieged_again_only_once_exams_show_it_mended() -> None:
    ready = view(PhaseName.LEARN, learn_judged=200, learn_failed=0, past_failures=4)
    assert next_phase(ready, POLICY, NOW) is None
    assert moved(ready.model_copy(update={"past_failures": 3})).name is PhaseName.SIEGE, "no breach, but one void"
    plateau = ready.model_copy(update={"exams_without_promotion": 3, "champion_accuracy": 0.96})
    assert moved(plateau).name is PhaseName.SIEGE


def test_a_plateau_begins_a_siege_only_for_a_good_champion() -> None:
    plateau = view(PhaseName.LEARN, exams_without_promotion=3, champion_accuracy=0.96)
    assert moved(plateau).name is PhaseName.SIEGE
    assert next_phase(plateau.model_copy(update={"champion_accuracy": 0.6}), POLICY, NOW) is None


@pytest.mark.parametrize("change", [{"judge_suspended": True}, {"evolver_done": False}, {"sensitivity": 0.0}])
def test_no_siege_while_the_rubric_may_still_change(change: dict[str, float]) -> None:
    ready = view(PhaseName.LEARN, learn_judged=200, learn_failed=0).model_copy(update=change)
    assert next_phase(ready, POLICY, NOW) is None


def test_a_siege_that_reaches_its_bound_goes_to_the_census_and_no_further() -> None:
    assert next_phase(view(PhaseName.SIEGE, 1, siege_probes=232), POLICY, NOW) is None
    record = moved(view(PhaseName.SIEGE, 1, siege_probes=233))
    assert (record.name, record.attempt) == (PhaseName.CENSUS, 1)
    assert "graduat" not in record.reason


def test_each_attempt_needs_more() -> None:
    assert level(PhaseRecord(name=PhaseName.SIEGE, attempt=10), POLICY) == spent_alpha(10)
    assert next_phase(view(PhaseName.SIEGE, 10, siege_probes=551), POLICY, NOW) is None
    assert moved(view(PhaseName.SIEGE, 10, siege_probes=552)).name is PhaseName.CENSUS


def test_a_judge_that_misses_makes_the_bound_stricter() -> None:
    assert next_phase(view(PhaseName.SIEGE, 1, siege_probes=233, sensitivity=0.9), POLICY, NOW) is None
    assert moved(view(PhaseName.SIEGE, 1, siege_probes=258, sensitivity=0.9)).name is PhaseName.CENSUS


def test_a_breach_goes_back_to_learn_with_its_attempt_counted() -> None:
    assert next_phase(view(PhaseName.SIEGE, 4, siege_probes=50, siege_failures=3), POLICY, NOW) is None
    record = moved(view(PhaseName.SIEGE, 4, siege_probes=50, siege_failures=4))
    assert (record.name, record.attempt) == (PhaseName.LEARN, 4)
    assert "breached" in record.reason


def test_census_outcomes() -> None:
    accepted = moved(view(PhaseName.CENSUS, 1, census_probes=230))
    assert (accepted.name, "attempt 1" in accepted.reason) == (PhaseName.CERTIFIED, True)
    assert next_phase(view(PhaseName.CENSUS, 1, census_probes=229), POLICY, NOW) is None
    assert moved(view(PhaseName.CENSUS, 1, census_probes=40, census_failures=4)).name is PhaseName.LEARN
    undecided = moved(view(PhaseName.CENSUS, 1, census_probes=3000, census_failures=31))
    assert (undecided.name, "undecided" in undecided.reason) == (PhaseName.LEARN, True)


@pytest.mark.parametrize("name", [PhaseName.SIEGE, PhaseName.CENSUS])
@pytest.mark.parametrize("change", [{"frozen": False}, {"judge_suspended": True}])
def test_any_change_voids_siege_and_census(name: PhaseName, change: dict[str, bool]) -> None:
    ready = view(name, 1, siege_probes=900, census_probes=900).model_copy(update=change)
    record = moved(ready)
    assert (record.name, "void" in record.reason) == (PhaseName.LEARN, True)


@pytest.mark.parametrize("name", [PhaseName.LEARN, PhaseName.SIEGE, PhaseName.CENSUS])
@pytest.mark.parametrize(
    ("spent", "words"),
    [
        ({"elapsed_minutes": 60.0}, "stopped by budget: 60 of 60 minutes"),
        ({"corrections": 1000}, "stopped by budget: 1000 of 1000 corrections"),
        ({"dollars": 5.5}, "stopped by budget: 5.5 of 5 dollars"),
    ],
)
def test_a_spent_budget_stops(name: PhaseName, spent: dict[str, float], words: str) -> None:
    record = moved(view(name, 1, **spent))
    assert (record.name, record.reason) == (PhaseName.STOPPED, words)
    unlimited = POLICY.model_copy(update={"minutes": 0, "corrections": 0, "dollars": 0})
    assert next_phase(view(name, 1, **spent), unlimited, NOW) is None


def test_paused_and_final_phases_stay() -> None:
    for name in (PhaseName.CERTIFIED, PhaseName.STOPPED):
        assert next_phase(view(name, elapsed_minutes=99.0), POLICY, NOW) is None
    waiting = view(PhaseName.LEARN, elapsed_minutes=99.0)
    paused = waiting.model_copy(update={"phase": waiting.phase.model_copy(update={"paused": True})})
    assert next_phase(paused, POLICY, NOW) is None


def test_the_view_counts_exams_since_the_phase_began() -> None:
    seen = _seen((_decision(SINCE - timedelta(minutes=1), False), _decision(NOW, True), _decision(NOW, False)))
    assert (seen.exams_without_promotion, seen.elapsed_minutes, seen.champion_accuracy) == (1, 90, 0.9)


def test_who_still_fails_what_breached_it_is_on_no_plateau() -> None:
    told = BreachScore(items=40, champion_passed=4, candidate_passed=20, wins=16, losses=0)
    after = [_decision(NOW, False).model_copy(update={"champion_accuracy": 0.98, "breach": told}) for _ in range(3)]
    seen = _seen(tuple(after))
    assert (seen.exams_without_promotion, seen.champion_accuracy) == (3, 0.1)
    endless = POLICY.model_copy(update={"minutes": 0.0})
    assert next_phase(seen, endless, NOW) is None
    mended = _seen(tuple(each.model_copy(update={"breach": None}) for each in after))
    assert moved(mended, endless).name is PhaseName.SIEGE


def _seen(promotions: tuple[PromotionDecision, ...]) -> PhaseView:
    """The view of a swarm that has learned for half an hour."""
    state = SwarmState(
        name="s",
        domain="sums",
        revision=9,
        started_at=NOW - timedelta(minutes=90),
        phase=PhaseRecord(name=PhaseName.LEARN, since=SINCE),
        champion_id="a",
        rubric_version=1,
        promotions=promotions,
    )
    return view_of(
        state, NOW, learn=(10, 1), siege=(0, 0), census=(0, 0),
        sensitivity=0.95, judge_suspended=False, evolver_done=True, frozen=True,
    )  # fmt: skip


def _decision(at: datetime, promoted: bool) -> PromotionDecision:
    return PromotionDecision(
        exam_id="e", candidate_id="b", champion_id="a", promoted=promoted, wins=0, losses=0, champion_accuracy=0.9,
        candidate_accuracy=0.9, e_value=1, threshold=20, regression=False, at=at,
    )  # fmt: skip


def test_the_policy_comes_from_the_config() -> None:
    policy = policy_of(Config())
    assert (policy.epsilon, policy.alpha, policy.siege_below, policy.minutes) == (0.02, 0.05, 0.03, 0)


def test_an_impossible_policy_is_refused() -> None:
    with pytest.raises(ValidationError, match="epsilon"):
        PhasePolicy(epsilon=0, alpha=0.05, siege_below=0.03)
