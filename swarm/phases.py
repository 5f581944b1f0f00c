"""The phase of a swarm: a pure policy that says when to besiege, when to take a census, and when to stop."""

from datetime import datetime

from pydantic import Field

from swarm import statistics
from swarm.config import Config
from swarm.records import Record
from swarm.state import ENDED, PhaseName, PhaseRecord, SwarmState
from swarm.students import PromotionDecision


class PhasePolicy(Record):
    """What the policy goes by. The first group comes from the config (`policy_of`); 0 means no limit there."""

    epsilon: float = Field(gt=0, lt=0.5)
    alpha: float = Field(gt=0, lt=0.5)
    siege_below: float = Field(gt=0, lt=1)
    """Failure rate on learn probes at which a siege begins."""
    minutes: float = Field(0, ge=0)
    corrections: int = Field(0, ge=0)
    dollars: float = Field(0, ge=0)

    min_verdicts: int = Field(200, ge=1)
    """Fewest learn verdicts since the phase began that count as an estimate."""
    plateau_exams: int = Field(3, ge=1)
    """Exams in succession without a promotion that count as a plateau."""
    plateau_accuracy: float = Field(0.95, ge=0, le=1)
    """Least champion accuracy on the last exam, and on its items from a breach, at which a plateau is worth a siege."""
    siege_failures: int = Field(3, ge=0)
    """Most failures that a siege goes on with; one more is a breach."""
    census_beta: float = Field(0.05, gt=0, lt=1)
    """Chance to reject a student whose failure rate is a quarter of epsilon."""
    census_probes: int = Field(3000, ge=1)
    """Most probes of one census; still undecided there is a reject."""


class PhaseView(Record):
    """What a decision needs. Verdicts and exams are those since the phase began, of the champion, under the rubric."""

    phase: PhaseRecord
    learn_judged: int = 0
    learn_failed: int = 0
    exams_without_promotion: int = 0
    champion_accuracy: float = 0.0
    elapsed_minutes: float = 0.0
    corrections: int = 0
    dollars: float = 0.0
    siege_probes: int = 0
    siege_failures: int = 0
    past_failures: int = 0
    """The last siege's, where it was of this champion; 0 where no exam goes back to them."""
    census_probes: int = 0
    census_failures: int = 0
    sensitivity: float = 0.0
    """Lower bound of the judge's q0 = P(fail | wrong); rates are tested against epsilon times it."""
    judge_suspended: bool = False
    evolver_done: bool = True
    """Whether the evolver has nothing left to propose, or is paused."""
    frozen: bool = True
    """Whether student, rubric, decoding and prober set are still those that siege or census began with."""


def policy_of(config: Config) -> PhasePolicy:
    """The policy of a config."""
    return PhasePolicy(
        epsilon=config.phases.epsilon,
        alpha=config.phases.alpha,
        siege_below=config.phases.siege_below,
        minutes=config.budget.minutes,
        corrections=config.budget.corrections,
        dollars=config.budget.dollars,
    )


def view_of(
    state: SwarmState,
    now: datetime,
    *,
    learn: tuple[int, int],
    siege: tuple[int, int],
    census: tuple[int, int],
    sensitivity: float,
    judge_suspended: bool,
    evolver_done: bool,
    frozen: bool,
    past_failures: int = 0,
) -> PhaseView:
    """The view of a swarm's state; learn, siege and census are (judged, failed) since the phase began."""
    recent = [decision for decision in state.promotions if decision.at >= state.phase.since]
    since_promoted = 0
    for decision in reversed(recent):
        if decision.promoted:
            break
        since_promoted += 1
    return PhaseView(
        phase=state.phase,
        learn_judged=learn[0],
        learn_failed=learn[1],
        exams_without_promotion=since_promoted,
        champion_accuracy=_weakest(recent[-1]) if recent else 0.0,
        elapsed_minutes=(now - state.started_at).total_seconds() / 60,
        corrections=state.corrections,
        dollars=sum(cost.dollars for cost in state.costs),
        siege_probes=siege[0],
        siege_failures=siege[1],
        past_failures=past_failures,
        census_probes=census[0],
        census_failures=census[1],
        sensitivity=sensitivity,
        judge_suspended=judge_suspended,
        evolver_done=evolver_done,
        frozen=frozen,
    )


def _weakest(exam: PromotionDecision) -> float:
    """The champion's accuracy where it is worse: who still fails what breached it would be breached again."""
    breach = exam.breach
    return min(exam.champion_accuracy, breach.champion_passed / breach.items if breach else 1.0)


def level(record: PhaseRecord, policy: PhasePolicy) -> float:
    """The level that siege and census of the running attempt spend, each: alpha_j of attempt j.

    Siege and census are two statements; each holds with probability 1 - alpha over all attempts of the run.
    """
    return statistics.spent_alpha(max(1, record.attempt), policy.alpha)


def target(view: PhaseView, policy: PhasePolicy) -> float:
    """The failure rate to test against, epsilon times the judge's sensitivity: what it fails, not what is wrong."""
    return policy.epsilon * view.sensitivity


def next_phase(view: PhaseView, policy: PhasePolicy, now: datetime) -> PhaseRecord | None:
    """The phase to move to, or None to stay. A paused, certified or stopped swarm stays.

    A budget ends any phase. Learn ends where a siege is worth its level; a siege ends at its bound or its breach; a
    census at either boundary of its test. Whatever changes the student, rubric or probers sends it back to learn.
    """
    record = view.phase
    if record.paused or record.name in ENDED:
        return None
    spent = _budget(view, policy)
    if spent:
        return _move(record, PhaseName.STOPPED, f"stopped by budget: {spent}", now)
    if record.name is PhaseName.LEARN:
        return _from_learn(view, policy, now)
    if not view.frozen:
        return _move(record, PhaseName.LEARN, f"{record.name} void: student, rubric or probers changed", now)
    if view.judge_suspended:
        return _move(record, PhaseName.LEARN, f"{record.name} void: the rubric is suspended", now)
    return (_from_siege if record.name is PhaseName.SIEGE else _from_census)(view, policy, now)


def _budget(view: PhaseView, policy: PhasePolicy) -> str:
    """What is spent, or nothing."""
    limits = (
        ("minutes", view.elapsed_minutes, policy.minutes),
        ("corrections", view.corrections, policy.corrections),
        ("dollars", view.dollars, policy.dollars),
    )
    return ", ".join(f"{used:.10g} of {limit:.10g} {name}" for name, used, limit in limits if limit and used >= limit)


def _move(record: PhaseRecord, name: PhaseName, reason: str, now: datetime, attempt: int | None = None) -> PhaseRecord:
    changes = {"name": name, "reason": reason, "since": now, "attempt": record.attempt if attempt is None else attempt}
    return record.model_copy(update=changes)


def _from_learn(view: PhaseView, policy: PhasePolicy, now: datetime) -> PhaseRecord | None:
    if view.judge_suspended or view.sensitivity <= 0 or not view.evolver_done:
        return None
    attempt = view.phase.attempt + 1
    # Who was breached would be again: it first has a successor, or passes what breached it, which a plateau shows.
    breached = view.past_failures > policy.siege_failures
    if (
        not breached
        and view.learn_judged >= policy.min_verdicts
        and view.learn_failed <= policy.siege_below * view.learn_judged
    ):
        reason = f"siege {attempt}: {view.learn_failed} of {view.learn_judged} recent learn probes failed"
        return _move(view.phase, PhaseName.SIEGE, reason, now, attempt)
    plateau = view.exams_without_promotion >= policy.plateau_exams
    if plateau and view.champion_accuracy >= policy.plateau_accuracy:
        reason = (
            f"siege {attempt}: {view.exams_without_promotion} exams without a promotion, "
            f"champion at {view.champion_accuracy:.3f}"
        )
        return _move(view.phase, PhaseName.SIEGE, reason, now, attempt)
    return None


def _from_siege(view: PhaseView, policy: PhasePolicy, now: datetime) -> PhaseRecord | None:
    probes, failures = view.siege_probes, view.siege_failures
    bound = statistics.siege_bound(probes, failures, level(view.phase, policy))
    if bound <= target(view, policy):
        reason = f"siege bound {bound:.4f} reached with {failures} failures in {probes} probes"
        return _move(view.phase, PhaseName.CENSUS, reason, now)
    if failures > policy.siege_failures:
        reason = f"siege {view.phase.attempt} breached: {failures} failures in {probes} probes"
        return _move(view.phase, PhaseName.LEARN, reason, now)
    return None


def _from_census(view: PhaseView, policy: PhasePolicy, now: datetime) -> PhaseRecord | None:
    probes, failures = view.census_probes, view.census_failures
    alpha = level(view.phase, policy)
    decision = statistics.census_decision(probes, failures, target(view, policy), alpha, policy.census_beta)
    counted = f"{failures} failures in {probes} probes, attempt {view.phase.attempt} at alpha {alpha:.5f}"
    if decision == "accept":
        return _move(view.phase, PhaseName.CERTIFIED, f"census accepted: {counted}", now)
    if decision == "reject":
        return _move(view.phase, PhaseName.LEARN, f"census rejected: {counted}", now)
    if probes >= policy.census_probes:
        return _move(view.phase, PhaseName.LEARN, f"census undecided: {counted}", now)
    return None
