"""How a siege stands: what each probe came to, the counts that steer it, and its statement."""

from collections.abc import Sequence
from dataclasses import dataclass

from swarm import statistics
from swarm.answer_log import Answer
from swarm.records import Probe, Record, Sample, Verdict
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
