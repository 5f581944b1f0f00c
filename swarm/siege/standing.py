"""How a siege stands: what each probe came to, the counts that steer it, its statement, and what it may spend."""

from collections.abc import Sequence
from dataclasses import dataclass

from swarm import statistics
from swarm.records import Probe, Record, Sample, Verdict
from swarm.siege.answers import Answer, Spent
from swarm.siege.plan import MANY_FAILURES, SiegePlan
from swarm.species import Failure
from swarm.state import CellCount


@dataclass(frozen=True)
class Outcome:
    """A probe that was asked. `verdict` is None where no call brought an answer; `problem` then says why."""

    sample: Sample
    probe: Probe
    answer: Answer | None = None
    verdict: Verdict | None = None
    problem: str = ""


class Statement(Record):
    """What a siege may say about the probes that it asked.

    `bound` is the siege bound at level `level` over all probes, those without an answer counted as failures: which
    ones those are is known only afterwards. `rate` divides it by the judge's sensitivity, since the judge errs too.
    """

    probes: int
    failures: int
    unanswered: int
    alpha: float
    attempt: int
    level: float
    lam: float
    sensitivity: float
    bound: float
    rate: float
    limit: float | None = None

    @property
    def reached(self) -> bool:
        """Whether the failure rate is shown to be at most the limit. Without a limit nothing is asked for."""
        return self.limit is None or self.rate <= self.limit


def fitting_lambda(limit: float | None) -> float:
    """The lambda of a siege with this limit: ln 4, as a swarm's own sieges have, up to .1; else one for more failures.

    Any lambda is valid that is chosen beforehand. ln 4 wants the fewest probes where few fail, but its bound is 1.85
    times the share that failed at least; 0.25 makes that 1.13 times, and wants three times the clean probes.
    """
    return statistics.SIEGE_LAMBDA if limit is not None and limit <= 0.1 else MANY_FAILURES


def judged(outcomes: Sequence[Outcome]) -> list[tuple[Outcome, Verdict]]:
    """Those that were answered and judged."""
    return [(outcome, outcome.verdict) for outcome in outcomes if outcome.verdict is not None]


def failures(outcomes: Sequence[Outcome]) -> list[Failure]:
    """The wrong answers."""
    return [
        Failure(id=outcome.sample.id, probe=outcome.probe, text=outcome.answer.text, verdict=verdict)
        for outcome, verdict in judged(outcomes)
        if not verdict.passed and outcome.answer is not None
    ]


def cell_counts(outcomes: Sequence[Outcome]) -> list[CellCount]:
    """Passes and failures of each cell: what steers the next probes."""
    tallies: dict[str, list[Outcome]] = {}
    for outcome, _ in judged(outcomes):
        tallies.setdefault(outcome.probe.cell.key, []).append(outcome)
    made = []
    for members in tallies.values():
        passed = sum(verdict.passed for _, verdict in judged(members))
        cell = members[0].probe.cell
        made.append(
            CellCount(cell=cell, checkpoint_id="", rubric_version=0, passed=passed, failed=len(members) - passed)
        )
    return made


def statement(plan: SiegePlan, outcomes: Sequence[Outcome], sensitivity: float) -> Statement:
    """The bounded statement after these probes; it may be looked at as often as one likes."""
    wrong = len(failures(outcomes))
    unanswered = len(outcomes) - len(judged(outcomes))
    level = statistics.spent_alpha(plan.attempt, plan.alpha) if plan.attempt else plan.alpha
    bound = statistics.siege_bound(len(outcomes), wrong + unanswered, level, plan.lam)
    return Statement(
        probes=len(outcomes),
        failures=wrong,
        unanswered=unanswered,
        alpha=plan.alpha,
        attempt=plan.attempt,
        level=level,
        lam=plan.lam,
        sensitivity=sensitivity,
        bound=bound,
        rate=min(1.0, bound / sensitivity),
        limit=plan.max_failure_rate,
    )


def affordable(plan: SiegePlan, spent: Spent, wanted: int, guess: int) -> tuple[int, str]:
    """How many of so many calls the caps leave room for, and which cap it is that leaves no more.

    A call is taken to cost what the dearest one so far did (`guess` tokens before the first), so a cap on tokens or
    money is passed by no more than what one round costs beyond that.
    """
    each, caps = max(1, spent.dearest or guess), []
    if plan.max_calls:
        caps.append((plan.max_calls - spent.calls, f"{spent.calls} of {plan.max_calls} calls"))
    if plan.max_tokens:
        caps.append(((plan.max_tokens - spent.tokens) // each, f"{spent.tokens} of {plan.max_tokens} tokens"))
    if plan.max_dollars:
        left = int((plan.max_dollars - spent.dollars) / (each * plan.price / 1e6))
        caps.append((left, f"{spent.dollars:.4f} of {plan.max_dollars:g} dollars"))
    room, words = min(caps, default=(wanted, ""))
    return (wanted, "") if room >= wanted else (max(0, room), f"a cap leaves no more: {words} were spent")
