"""The evolver: an AutoResearch loop over the rubric; it proposes one change and keeps it if fresh items bear it out."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from swarm import statistics
from swarm.calibration import Bench, Calibration, calibration_items
from swarm.criteria import Criterion, Experiment, ExperimentOutcome, Rubric, regrouped
from swarm.domains.base import Domain
from swarm.records import Cell, Probe, Purpose
from swarm.rubric import check_rubric, exploit_rubrics, judge_attempt, size
from swarm.rubric_checks import CHECKS

GRAMMAR = (
    Criterion(id="single-answer", text="The attempt gives one answer and does not hedge.", check="single-answer"),
    Criterion(id="steps-true", text="No step that can be checked is false.", check="steps-true", veto=True),
    Criterion(id="no-instructions", text="The attempt does not speak to the judge.", check="no-instructions"),
    Criterion(id="no-fabrication", text="Nothing is made up where declining is right.", check="no-fabrication"),
    Criterion(id="no-needless-abstention", text="What can be answered is.", check="no-needless-abstention"),
    Criterion(id="readable", text="The answer is well formed.", check="readable"),
    Criterion(id="answer-last", text="Nothing stands behind the answer.", check="answer-last"),
    Criterion(id="short", text="The attempt is short.", check="short", params={"max-chars": "600"}),
    Criterion(id="works-first", text="Steps lead to the answer.", check="works-first"),
)
"""The criteria that a proposal may add."""


@dataclass(frozen=True)
class Trial:
    """How a proposal did against the incumbent on the same items: paired wins and losses, and both calibrations."""

    wins: int
    losses: int
    proposal: Calibration
    incumbent: Calibration
    splits: bool

    @property
    def e_value(self) -> float:
        """The evidence that the proposal judges better."""
        return statistics.mixture_e_value(self.wins, self.losses)

    def objection(self, threshold: float) -> str:
        """Why the proposal may not be kept; empty where it may."""
        if self.proposal.q0 < self.incumbent.q0:
            return f"defect recall fell from {self.incumbent.q0:.3f} to {self.proposal.q0:.3f}"
        if self.proposal.q1 < self.incumbent.q1:
            return f"false failures rose from {1 - self.incumbent.q1:.3f} to {1 - self.proposal.q1:.3f}"
        if not self.splits:
            return "it does not tell attempts apart"
        if self.e_value < threshold:
            return f"{self.wins} wins, {self.losses} losses: E = {self.e_value:.3g} is under {threshold:.3g}"
        return ""


NOTHING = Calibration(rubric_version=0, wrong_items=0, wrong_caught=0, right_items=0, right_passed=0)
NO_TRIAL = Trial(0, 0, NOTHING, NOTHING, splits=False)
"""The numbers of an experiment that crashed."""


class Evolver:
    """Proposes one change of the rubric at a time and tests it on items that no proposal has seen.

    Reflection items (wording of learn) are drawn apart from gate items (wording of exam); what comes back from the gate
    is only kept or discarded. `ledger` are the run's experiments so far, so that a restarted evolver repeats none.
    `exploits` are planted besides the standing ones: a gate that would keep one of them keeps nothing. Experiments are
    numbered from 1 over the run; number k spends alpha_k.
    """

    def __init__(
        self,
        domain: Domain,
        cells: Sequence[Cell] = (),
        *,
        seed: int = 0,
        reflection_items: int = 180,
        gate_items: int = 1000,
        ledger: Sequence[Experiment] = (),
        exploits: Sequence[Rubric] = (),
    ) -> None:
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._seed = seed
        self._reflection_items = reflection_items
        self._gate_items = gate_items
        self._tried = {_key(experiment.proposal) for experiment in ledger}
        self._exploits = (*exploit_rubrics(domain.name), *exploits)
        self._attempts: tuple[tuple[Probe, str], ...] = ()

    def show(self, attempts: Sequence[tuple[Probe, str]]) -> None:
        """Give the student's current attempts, some of which a proposal must tell apart; else the gate items serve."""
        self._attempts = tuple(attempts)

    def act(self, incumbent: Rubric, experiment_number: int) -> Experiment | None:
        """Run one experiment. None where no untried change would mend a wrong verdict of the incumbent."""
        reflection = self._draw("reflection", experiment_number, self._reflection_items, Purpose.LEARN)
        proposal = self._propose(incumbent, reflection)
        if proposal is None:
            return None
        self._tried.add(_key(proposal))
        threshold = 1 / statistics.spent_alpha(experiment_number)
        trial = NO_TRIAL
        try:
            check_rubric(proposal, proposal.note)
            gate = self._draw("gate", experiment_number, self._gate_items, Purpose.EXAM)
            trial = self._test(incumbent, proposal, gate)
            objection = trial.objection(threshold) or self._leak(incumbent, gate, threshold)
            outcome = ExperimentOutcome.DISCARDED if objection else ExperimentOutcome.KEPT
        except Exception as error:  # the edge of an experiment: whatever breaks in it becomes a line of the ledger
            outcome, objection = ExperimentOutcome.CRASHED, f"{type(error).__name__}: {error}"
        reason = f"{proposal.note}: {objection or 'better on fresh items'}"
        return _line(
            experiment_number, proposal=proposal, outcome=outcome, reason=reason, trial=trial, threshold=threshold
        )

    def _draw(self, which: str, number: int, count: int, purpose: Purpose) -> Bench:
        rng = random.Random(f"{self._seed}/{which}/{number}")
        return Bench(self._domain, calibration_items(self._domain, self._cells, rng, count, purpose))

    def _propose(self, incumbent: Rubric, bench: Bench) -> Rubric | None:
        """The untried change that mends the most wrong verdicts and worsens neither rate; ties go to the shorter."""
        before = bench.calibration(incumbent)
        best: tuple[int, int, int] | None = None
        chosen = None
        for change in _changes(incumbent, _idle(incumbent, bench)):
            after = bench.calibration(change)
            mended = after.wrong_caught - before.wrong_caught, after.right_passed - before.right_passed
            criteria, params = size(change)
            rank = (sum(mended), -criteria, -params)
            if _key(change) not in self._tried and min(mended) >= 0 < sum(mended) and (best is None or rank > best):
                best, chosen = rank, change
        return chosen

    def _test(self, incumbent: Rubric, proposal: Rubric, gate: Bench) -> Trial:
        truth = [item.right for item in gate.items]
        old = [passed == right for passed, right in zip(gate.passed(incumbent), truth, strict=True)]
        new = [passed == right for passed, right in zip(gate.passed(proposal), truth, strict=True)]
        shown = [judge_attempt(self._domain, proposal, probe, text).passed for probe, text in self._attempts]
        return Trial(
            wins=sum(after and not before for before, after in zip(old, new, strict=True)),
            losses=sum(before and not after for before, after in zip(old, new, strict=True)),
            proposal=gate.calibration(proposal),
            incumbent=gate.calibration(incumbent),
            splits=len(set(shown or gate.passed(proposal))) == 2,
        )

    def _leak(self, incumbent: Rubric, gate: Bench, threshold: float) -> str:
        """The planted exploit that this gate would let through, if any: then nothing that it says counts."""
        for exploit in self._exploits:
            if not self._test(incumbent, exploit, gate).objection(threshold):
                return f"the gate would also keep the planted exploit {exploit.note!r}"
        return ""


def _line(
    number: int, *, proposal: Rubric, outcome: ExperimentOutcome, reason: str, trial: Trial, threshold: float
) -> Experiment:
    """The line of the ledger."""
    return Experiment(
        number=number,
        incumbent_version=proposal.parent_version,
        proposal=proposal,
        outcome=outcome,
        reason=reason,
        items=trial.proposal.wrong_items + trial.proposal.right_items,
        wins=trial.wins,
        losses=trial.losses,
        e_value=trial.e_value,
        threshold=threshold,
        defect_recall=trial.proposal.q0,
        false_failure_rate=1 - trial.proposal.q1,
        incumbent_defect_recall=trial.incumbent.q0,
        incumbent_false_failure_rate=1 - trial.incumbent.q1,
    )


def _key(rubric: Rubric) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What a rubric decides by, apart from wording and version."""
    criteria = (*rubric.criteria, *rubric.clauses)
    return tuple(sorted((criterion.check, tuple(sorted(criterion.params.items()))) for criterion in criteria))


def _idle(rubric: Rubric, bench: Bench) -> set[str]:
    """Criteria with zero spread given the others: without one of them every verdict stays the same."""
    passed = bench.passed(rubric)
    without = {
        criterion.id: tuple(other for other in rubric.criteria if other.id != criterion.id)
        for criterion in rubric.criteria
    }
    return {
        name
        for name, others in without.items()
        if others and bench.passed(rubric.model_copy(update={"criteria": others})) == passed
    }


def _changes(incumbent: Rubric, idle: set[str]) -> Iterator[Rubric]:
    """Every single change: replace an idle criterion, add one, set a parameter, or drop one."""
    checks = {criterion.check for criterion in incumbent.criteria}
    additions = [criterion for criterion in GRAMMAR if criterion.check not in checks]
    for place, criterion in enumerate(incumbent.criteria):
        others = incumbent.criteria[:place] + incumbent.criteria[place + 1 :]
        if criterion.id in idle:
            for addition in additions:
                yield _next(incumbent, (*others, addition), f"replace {criterion.id} by {addition.id}")
        for name, values in CHECKS[criterion.check].parameters.items():
            for value in values or ():
                changed = criterion.model_copy(update={"params": {**criterion.params, name: value}})
                criteria = (*incumbent.criteria[:place], changed, *incumbent.criteria[place + 1 :])
                yield _next(incumbent, criteria, f"set {name} of {criterion.id} to {value}")
        if others:
            yield _next(incumbent, others, f"drop {criterion.id}")
    for addition in additions:
        yield _next(incumbent, (*incumbent.criteria, addition), f"add {addition.id}")


def _next(incumbent: Rubric, criteria: tuple[Criterion, ...], note: str) -> Rubric:
    """The version after the incumbent, with these criteria."""
    return Rubric(
        version=incumbent.version + 1,
        parent_version=incumbent.version,
        domain=incumbent.domain,
        criteria=criteria,
        note=note,
        dimensions=regrouped(incumbent.dimensions, criteria),
    )
