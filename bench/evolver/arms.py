"""Ways to evolve a rubric: as the swarm does, not at all, and three that test nothing, or test it on what they saw."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from agents.evolver import ENGINES, Evolver
from agents.proposing import Proposals, by_grammar, by_words
from bench.evolver.error import JudgeError, error_on
from swarm.calibration import Bench, calibration_items
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.domains.base import Domain
from swarm.records import Purpose, Record
from swarm.rubric_changes import Key, decides_by
from swarm.rubric_gate import Gate, balanced
from swarm.rubric_watch import alarm_after

SEEN_ITEMS = 60


class Condition(StrEnum):
    """What changes may be made of."""

    GRAMMAR = "grammar and words"
    WORDS = "words alone"


@dataclass
class Ground:
    """What an arm works with: its own draws, the changes that there are, and what was tried."""

    domain: Domain
    condition: Condition
    seed: int
    tried: set[Key] = field(default_factory=set)
    ledger: list[Experiment] = field(default_factory=list)

    def items(self, which: object, count: int, purpose: Purpose = Purpose.LEARN) -> Bench:
        """Items of known truth."""
        rng = random.Random(f"{self.seed}/{which}")
        return Bench(self.domain, calibration_items(self.domain, self.domain.cells(), rng, count, purpose))

    def changes(self, incumbent: Rubric, bench: Bench) -> Iterator[Rubric]:
        """All untried changes, by words of these items among others."""
        proposals = Proposals(incumbent, bench, self.tried)
        found = [*by_words(proposals)]
        found += [*by_grammar(proposals)] if self.condition is Condition.GRAMMAR else []
        return (change for change in found if decides_by(change) not in self.tried)


Step = Callable[[Ground, Rubric, int], tuple[Rubric, bool, str] | None]
"""From the rubric in force and the experiment's number to what was proposed, whether it is kept, and an alarm."""


class Epoch(Record):
    """The judge's real error after an experiment; 0 is the seed's."""

    experiment: int
    kept: bool
    change: str
    error: JudgeError


class Trail(Record):
    """One arm on one seed."""

    arm: str
    condition: Condition
    seed: int
    epochs: tuple[Epoch, ...]
    alarm: str = ""
    criteria: tuple[str, ...] = ()

    @property
    def last(self) -> JudgeError:
        """The error in the end."""
        return self.epochs[-1].error


def _gated(ground: Ground, incumbent: Rubric, _: int) -> tuple[Rubric, bool, str] | None:
    """The evolver's own proposal, tested by the gate."""
    engines = ENGINES if ground.condition is Condition.GRAMMAR else {"words": by_words}
    evolver = Evolver(ground.domain, seed=ground.seed, engines=engines)
    sent = asyncio.run(evolver.act(incumbent, ground.ledger))
    if sent is None:
        return None
    ground.ledger.append(Gate(ground.domain, secret=f"{ground.seed}/the gate's own").test(sent, incumbent))
    kept = ground.ledger[-1].outcome is ExperimentOutcome.KEPT
    return sent.proposal, kept, alarm_after(ground.ledger)


def _anything(ground: Ground, incumbent: Rubric, number: int) -> tuple[Rubric, bool, str] | None:
    """A change at random, kept without a look."""
    found = [*ground.changes(incumbent, ground.items(f"reflection/{number}", 180))]
    return (random.Random(f"{ground.seed}/{number}").choice(found), True, "") if found else None


def _seen(ground: Ground, incumbent: Rubric, _: int) -> tuple[Rubric, bool, str] | None:
    """The change that judges the same few items best, kept where that is better than before."""
    bench = ground.items("seen", SEEN_ITEMS)
    before = balanced(bench.calibration(incumbent))
    found = [(balanced(bench.calibration(change)), change) for change in ground.changes(incumbent, bench)]
    score, best = max(found, key=lambda one: one[0], default=(0.0, None))
    return (best, True, "") if best is not None and score > before else None


def _splitting(ground: Ground, incumbent: Rubric, number: int) -> tuple[Rubric, bool, str] | None:
    """The change that splits attempts most evenly, kept: discrimination alone."""
    bench = ground.items(f"reflection/{number}", 180)
    half = len(bench.items) / 2
    found = [(abs(sum(bench.passed(change)) - half), change) for change in ground.changes(incumbent, bench)]
    best = min(found, key=lambda one: one[0], default=(0.0, None))[1]
    return None if best is None else (best, True, "")


ARMS: dict[str, Step | None] = {
    "no evolution": None,
    "as the swarm evolves": _gated,
    "everything accepted": _anything,
    "scored on seen items": _seen,
    "discrimination alone": _splitting,
}


def trail(arm: str, ground: Ground, start: Rubric, test: Bench, experiments: int) -> Trail:
    """An arm's way over so many experiments at most, with the judge's real error after each."""
    rubric, alarm = start, ""
    epochs = [Epoch(experiment=0, kept=True, change="seed", error=error_on(test, rubric))]
    step = ARMS[arm]
    for number in range(1, experiments + 1) if step else ():
        made = step(ground, rubric, number) if step and not alarm else None
        if made is None:
            break
        proposal, kept, alarm = made
        ground.tried.add(decides_by(proposal))
        rubric = proposal if kept else rubric
        epochs.append(Epoch(experiment=number, kept=kept, change=proposal.note, error=error_on(test, rubric)))
    names = tuple(criterion.id for criterion in rubric.criteria)
    return Trail(
        arm=arm, condition=ground.condition, seed=ground.seed, epochs=tuple(epochs), alarm=alarm, criteria=names
    )
