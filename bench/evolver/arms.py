"""Ways to evolve a rubric: as the swarm does, not at all, and three that test nothing, or test it on what they saw."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from agents.evolver import ENGINES, Evolver
from agents.proposing import Proposals, by_words, changed, criterion_of
from bench.evolver.error import JudgeError, error_on
from swarm.calibration import Bench, calibration_items
from swarm.criteria import Experiment, ExperimentOutcome, Rubric
from swarm.domains.base import Domain
from swarm.records import Purpose, Record
from swarm.rubric_changes import Key, decides_by, in_short
from swarm.rubric_checks import CHECKS, Takes
from swarm.rubric_gate import Gate, balanced
from swarm.rubric_watch import alarm_after

SEEN_ITEMS = 60
LENGTHS = ("1", "40", "120", "600")
"""In characters, for the checks of length."""


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

    def changes(self, incumbent: Rubric, bench: Bench) -> list[Rubric]:
        """All untried changes that there are, without a pre-filter; words are those of these items."""
        found = [*by_words(Proposals(incumbent, bench))]
        if self.condition is Condition.GRAMMAR:
            found += _any_change(incumbent)
        return [change for change in found if decides_by(change) not in self.tried]


def _any_change(incumbent: Rubric) -> Iterator[Rubric]:
    """Add any check with any of its values, put it in a criterion's place, or drop one."""
    additions = [
        criterion_of(name, params, name, incumbent) for name in CHECKS if name != "model" for params in _values(name)
    ]
    for place, criterion in enumerate(incumbent.criteria):
        others = (*incumbent.criteria[:place], *incumbent.criteria[place + 1 :])
        if others:
            yield changed(incumbent, others, f"drop {criterion.id}")
        for addition in additions:
            yield changed(incumbent, (*others, addition), f"replace {criterion.id} by {in_short(addition)}")
    for addition in additions:
        yield changed(incumbent, (*incumbent.criteria, addition), f"add {in_short(addition)}")


def _values(check: str) -> list[dict[str, str]]:
    parameters = CHECKS[check].parameters
    if Takes.WORDS in parameters.values():
        return []
    (name, values), *_ = [*parameters.items(), ("", ("",))]
    return [{name: value} if name else {} for value in (LENGTHS if isinstance(values, Takes) else values)]


@dataclass(frozen=True)
class Made:
    """What was proposed, whether it is kept, why, and the alarm that it raised."""

    proposal: Rubric
    kept: bool = True
    reason: str = "not tested"
    alarm: str = ""


Step = Callable[[Ground, Rubric, int], Made | None]
"""An experiment on the rubric in force, by its number."""


class Epoch(Record):
    """The judge's real error after an experiment; 0 is the seed's."""

    experiment: int
    kept: bool
    change: str
    reason: str
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


def _gated(ground: Ground, incumbent: Rubric, _: int) -> Made | None:
    """The evolver's own proposal, tested by the gate."""
    engines = ENGINES if ground.condition is Condition.GRAMMAR else {"words": by_words}
    evolver = Evolver(ground.domain, seed=ground.seed, engines=engines)
    sent = asyncio.run(evolver.act(incumbent, ground.ledger))
    if sent is None:
        return None
    ground.ledger.append(Gate(ground.domain, secret=f"{ground.seed}/the gate's own").test(sent, incumbent))
    line = ground.ledger[-1]
    return Made(sent.proposal, line.outcome is ExperimentOutcome.KEPT, line.reason, alarm_after(ground.ledger))


def _anything(ground: Ground, incumbent: Rubric, number: int) -> Made | None:
    """A change at random, kept without a look."""
    found = ground.changes(incumbent, ground.items(f"reflection/{number}", 180))
    return Made(random.Random(f"{ground.seed}/{number}").choice(found)) if found else None


def _seen(ground: Ground, incumbent: Rubric, _: int) -> Made | None:
    """The change that judges the same few items best, kept where that is better than before."""
    bench = ground.items("seen", SEEN_ITEMS)
    before = balanced(bench.calibration(incumbent))
    found = [(balanced(bench.calibration(change)), change) for change in ground.changes(incumbent, bench)]
    score, best = max(found, key=lambda one: one[0], default=(0.0, None))
    return Made(best, reason=f"{score:.3f} on the seen items") if best is not None and score > before else None


def _splitting(ground: Ground, incumbent: Rubric, number: int) -> Made | None:
    """The change that splits attempts most evenly, kept: discrimination alone."""
    bench = ground.items(f"reflection/{number}", 180)
    half = len(bench.items) / 2
    found = [(abs(sum(bench.passed(change)) - half), change) for change in ground.changes(incumbent, bench)]
    best = min(found, key=lambda one: one[0], default=(0.0, None))[1]
    return None if best is None else Made(best)


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
    epochs = [Epoch(experiment=0, kept=True, change="seed", reason="", error=error_on(test, rubric))]
    step = ARMS[arm]
    for number in range(1, experiments + 1) if step else ():
        made = step(ground, rubric, number) if step and not alarm else None
        if made is None:
            break
        alarm = made.alarm
        ground.tried.add(decides_by(made.proposal))
        rubric = made.proposal if made.kept else rubric
        said = {"change": made.proposal.note, "reason": made.reason, "error": error_on(test, rubric)}
        epochs.append(Epoch.model_validate({"experiment": number, "kept": made.kept, **said}))
    names = tuple(criterion.id for criterion in rubric.criteria)
    return Trail(
        arm=arm, condition=ground.condition, seed=ground.seed, epochs=tuple(epochs), alarm=alarm, criteria=names
    )
