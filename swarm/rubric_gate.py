"""The gate of a rubric: tests a proposal against the incumbent on fresh items of known truth that no proposer sees."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from swarm import statistics
from swarm.calibration import Bench, Calibration, calibration_items
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.defects import DEFECTS, SEALED_DEFECTS, Maker
from swarm.domains.base import Domain
from swarm.exam_report import answered_right
from swarm.fields import as_note
from swarm.records import Cell, Probe, Purpose
from swarm.rubric import check_rubric, judge_attempt
from swarm.rubric_changes import decides_by, size
from swarm.rubric_exploits import exploit_rubrics, keyword_exploit

GATE_ITEMS = 1000
SEALED_ITEMS = 240

Shown = Sequence[tuple[Probe, str]]
"""Attempts of the present student."""


@dataclass(frozen=True)
class Trial:
    """How a proposal did against the incumbent on the same items: paired wins and losses, and both calibrations."""

    wins: int
    losses: int
    proposal: Calibration
    incumbent: Calibration
    splits: bool
    """Whether it tells the student's attempts apart (without any, the items)."""
    shorter: bool
    newly_credited: int
    newly_rejected: int

    @property
    def e_value(self) -> float:
        """The evidence that the proposal judges better."""
        return statistics.mixture_e_value(self.wins, self.losses)

    def objection(self, threshold: float) -> str:
        """Why the proposal may not be kept; empty where it may.

        A tie goes to the shorter, but only from an incumbent that may judge: of one that doesn't, nothing is settled.
        """
        if self.proposal.q0 < self.incumbent.q0:
            return f"defect recall fell from {self.incumbent.q0:.3f} to {self.proposal.q0:.3f}"
        if self.proposal.q1 < self.incumbent.q1:
            return f"false failures rose from {1 - self.incumbent.q1:.3f} to {1 - self.proposal.q1:.3f}"
        if not self.splits:
            return "it does not tell attempts apart"
        if self.wins == self.losses == self.newly_credited == 0 and self.shorter and self.incumbent.may_judge:
            return ""
        if self.e_value < threshold:
            return f"{self.wins} wins, {self.losses} losses: E = {self.e_value:.3g} is under {threshold:.3g}"
        return ""


class Gate:
    """Decides experiments. Whoever proposes must not know `secret`: it draws the items of every test.

    Each experiment has the same budget: `items` fresh ones in the wording of exams, drawn by its number, so that the
    same experiment again meets the same items and another one others. `sealed` items are the same for all, hold other
    defects, and decide nothing: they show whether what decides still means what it should. `exploits` are planted
    besides the standing ones: a gate that would keep one of them keeps nothing.
    """

    def __init__(
        self,
        domain: Domain,
        cells: Sequence[Cell] = (),
        *,
        secret: str,
        items: int = GATE_ITEMS,
        exploits: Sequence[Rubric] = (),
    ) -> None:
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._secret = secret
        self._items = items
        self._planted = tuple(exploits)
        self._standing = {decides_by(exploit): exploit.note for exploit in exploit_rubrics(domain.name)}

    def test(self, sent: Experiment, incumbent: Rubric, attempts: Shown = ()) -> Experiment:
        """The experiment with its numbers, and as KEPT, DISCARDED or CRASHED; one that was sent as crashed stays so."""
        if sent.outcome is ExperimentOutcome.CRASHED:
            return sent.blind.model_copy(update={"reason": sent.reason})
        try:
            return self._tested(sent, incumbent, attempts)
        except Exception as error:  # the edge of an experiment: whatever breaks in it becomes a line of the ledger
            reason = as_note(f"{sent.reason}: {type(error).__name__}: {error}")
            return sent.blind.model_copy(update={"outcome": ExperimentOutcome.CRASHED, "reason": reason})

    def _tested(self, sent: Experiment, incumbent: Rubric, attempts: Shown) -> Experiment:
        proposal, threshold = sent.proposal, 1 / statistics.spent_alpha(sent.number)
        check_rubric(proposal, sent.reason or "the proposal")
        named = self._standing.get(decides_by(proposal))
        if not named and decides_by(proposal) == decides_by(incumbent):
            said = as_note(f"{sent.reason}: it decides nothing in another way")
            return sent.blind.model_copy(update={"outcome": ExperimentOutcome.DISCARDED, "reason": said})
        bench = self._bench(f"gate/{sent.number}", self._items, DEFECTS)
        trial = _trial(self._domain, bench, incumbent, proposal, attempts)
        objection = f"it is the planted exploit {named!r}" if named else ""
        objection = objection or trial.objection(threshold) or self._leak(incumbent, bench, threshold)
        outcome = ExperimentOutcome.DISCARDED if objection else ExperimentOutcome.KEPT
        why = objection or ("better on fresh items" if trial.wins else "the same verdicts, and shorter")
        sealed = self._sealed
        return sent.blind.model_copy(
            update={
                "outcome": outcome,
                "reason": as_note(f"{sent.reason}: {why}"),
                "items": len(bench.items),
                "items_digest": _digest(bench),
                "wins": trial.wins,
                "losses": trial.losses,
                "e_value": min(trial.e_value, 1e300),
                "threshold": threshold,
                "defect_recall": trial.proposal.q0,
                "false_failure_rate": 1 - trial.proposal.q1,
                "incumbent_defect_recall": trial.incumbent.q0,
                "incumbent_false_failure_rate": 1 - trial.incumbent.q1,
                "sealed": balanced(sealed.calibration(proposal)),
                "incumbent_sealed": balanced(sealed.calibration(incumbent)),
                "newly_credited": trial.newly_credited,
                "newly_rejected": trial.newly_rejected,
            }
        )

    def _bench(self, which: str, count: int, planted: dict[str, Maker]) -> Bench:
        rng = random.Random(f"{self._secret}/{which}")
        return Bench(self._domain, calibration_items(self._domain, self._cells, rng, count, Purpose.EXAM, planted))

    @cached_property
    def _sealed(self) -> Bench:
        return self._bench("sealed", SEALED_ITEMS, SEALED_DEFECTS)

    def _leak(self, incumbent: Rubric, bench: Bench, threshold: float) -> str:
        """The planted exploit that these items would let through, if any: then nothing that they say counts.

        Exploits that ask the verifier are better than some incumbents; they are refused by name.
        """
        keyword = keyword_exploit(self._domain.name, bench.items)
        standing = [one for one in exploit_rubrics(self._domain.name) if one.criteria[0].check != "verifier"]
        for exploit in (*standing, *self._planted, *([keyword] if keyword else [])):
            if not _trial(self._domain, bench, incumbent, exploit).objection(threshold):
                return f"these items would also keep the planted exploit {exploit.note!r}"
        return ""


def balanced(found: Calibration) -> float:
    """The mean of defect recall and the pass rate of right answers."""
    return (found.q0 + found.q1) / 2


def _trial(domain: Domain, bench: Bench, incumbent: Rubric, proposal: Rubric, attempts: Shown = ()) -> Trial:
    truth = [item.right for item in bench.items]
    old, new = bench.passed(incumbent), bench.passed(proposal)
    before = [judge_attempt(domain, incumbent, probe, text).passed for probe, text in attempts]
    after = [judge_attempt(domain, proposal, probe, text).passed for probe, text in attempts]
    real = [_truth(domain, probe, text) for probe, text in attempts]
    known = zip([*truth, *real], old + before, new + after, strict=True)
    turned = [right for right, was, now in known if now and not was and right is not None]
    return Trial(
        wins=sum((now == right) and (was != right) for right, was, now in zip(truth, old, new, strict=True)),
        losses=sum((was == right) and (now != right) for right, was, now in zip(truth, old, new, strict=True)),
        proposal=bench.calibration(proposal),
        incumbent=bench.calibration(incumbent),
        splits=len(set(after or new)) == 2,
        shorter=size(proposal) < size(incumbent),
        newly_credited=len(turned),
        newly_rejected=turned.count(False),
    )


def _truth(domain: Domain, probe: Probe, text: str) -> bool | None:
    """Whether an attempt's answers are right, as the verifier says; None where it can't tell."""
    decided = all(domain.verify(probe, answer).decided for answer in domain.read(text).answers)
    return answered_right(domain, probe, text) if decided else None


def _digest(bench: Bench) -> str:
    return hashlib.sha256("\n".join(item.model_dump_json() for item in bench.items).encode()).hexdigest()
