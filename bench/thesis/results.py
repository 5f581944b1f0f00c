"""What a run has come to: every point with its interval, every comparison that the claim rests on, baselines, costs."""

import math
from collections.abc import Mapping, Sequence

from bench.paired import Difference
from bench.thesis.baselines import Baseline
from bench.thesis.books import CostBooks
from bench.thesis.data import Question
from bench.thesis.ledger import Measured, Tried
from bench.thesis.plan import Arm, ThesisPlan
from bench.thesis.tables import LabelScore, balanced, balanced_interval, by_label, compared
from swarm.records import Record
from swarm.statistics import Interval

DEV, ADVERSARIES = "dev", "adversaries"
"""The two sets that are told of: in distribution, and all kinds of adversaries together."""


class PointScore(Record):
    """An arm at a point on one question set, over the seeds that are there."""

    arm: Arm
    point: int
    set: str
    seeds: tuple[int, ...]
    interval: Interval
    labels: tuple[LabelScore, ...]
    """By label, of all seeds together."""


class Comparison(Record):
    """The swarm against another arm at a point on one question set, over the seeds that both have."""

    other: Arm
    point: int
    set: str
    seeds: tuple[int, ...]
    difference: Difference


class BaselineScore(Record):
    """A baseline at a point on one question set."""

    name: str
    point: int
    set: str
    balanced: float


class Cost(Record):
    """The books of one curve at its last point, or of an arm's tuning trials, which come to `point` labels each."""

    arm: Arm
    seed: int | None
    """None: the trials."""
    point: int
    books: CostBooks


class Results(Record):
    """All of it."""

    plan: ThesisPlan
    data_sha256: str
    scores: tuple[PointScore, ...]
    comparisons: tuple[Comparison, ...]
    baselines: tuple[BaselineScore, ...]
    palm: Interval
    """PaLM's recorded accuracy on the dev items that students were asked."""
    costs: tuple[Cost, ...]
    starts: tuple[str, ...]
    trials: tuple[str, ...]
    asked: dict[str, int]
    """Questions in each set."""


def merged(questions: Mapping[str, Sequence[Question]]) -> dict[str, list[Question]]:
    """Each set by its name, and all adversaries as one more, in order of their names."""
    kinds = [name for name in sorted(questions) if name != DEV]
    together = [question for name in kinds for question in questions[name]]
    return {name: list(asked) for name, asked in questions.items()} | ({ADVERSARIES: together} if together else {})


def said_to(said: Mapping[str, str], name: str) -> str:
    """The digits of a set of `merged`."""
    if name != ADVERSARIES:
        return said[name]
    return "".join(said[kind] for kind in sorted(said) if kind != DEV)


def scored(
    measured: Mapping[tuple[Arm, int, int], Measured], questions: Mapping[str, Sequence[Question]]
) -> list[PointScore]:
    """Every arm at every point on every set."""
    found = list[PointScore]()
    cells = sorted({(arm, point) for arm, _, point in measured}, key=lambda cell: (cell[0].letter, cell[1]))
    for name, asked in merged(questions).items():
        labels, groups = [one.label for one in asked], [one.group for one in asked]
        for arm, point in cells:
            seeds = tuple(sorted(seed for a, seed, p in measured if (a, p) == (arm, point)))
            said = [said_to(measured[arm, seed, point].said, name) for seed in seeds]
            found.append(
                PointScore(
                    arm=arm, point=point, set=name, seeds=seeds,
                    interval=balanced_interval(said, labels, groups),
                    labels=tuple(by_label("".join(said), labels * len(said))),
                )
            )  # fmt: skip
    return found


def comparisons(
    measured: Mapping[tuple[Arm, int, int], Measured], questions: Mapping[str, Sequence[Question]]
) -> list[Comparison]:
    """The swarm against every other arm, wherever both were measured with the same seed, in and out of distribution."""
    found = list[Comparison]()
    points = sorted({point for arm, _, point in measured if arm is Arm.SWARM})
    for name, asked in merged(questions).items():
        if name not in (DEV, ADVERSARIES):
            continue
        labels, groups = [one.label for one in asked], [one.group for one in asked]
        for point in points:
            for other in (arm for arm in Arm if arm is not Arm.SWARM):
                both = _seeds(measured, Arm.SWARM, point) & _seeds(measured, other, point)
                if not both:
                    continue
                seeds = tuple(sorted(both))
                ours, theirs = (
                    [said_to(measured[arm, seed, point].said, name) for seed in seeds] for arm in (Arm.SWARM, other)
                )
                difference = compared(ours, theirs, labels, groups)
                found.append(Comparison(other=other, point=point, set=name, seeds=seeds, difference=difference))
    return found


def _seeds(measured: Mapping[tuple[Arm, int, int], Measured], arm: Arm, point: int) -> set[int]:
    return {seed for a, seed, p in measured if (a, p) == (arm, point)}


def baseline_scores(found: Sequence[Baseline], questions: Mapping[str, Sequence[Question]]) -> list[BaselineScore]:
    """The baselines on the two sets that are told of."""
    return [
        BaselineScore(
            name=one.name,
            point=one.point,
            set=name,
            balanced=balanced(said_to(one.said, name), [question.label for question in asked]),
        )
        for name, asked in merged(questions).items()
        if name in (DEV, ADVERSARIES)
        for one in found
    ]


def labels_needed(scores: Sequence[PointScore], arm: Arm, wanted: float) -> float | None:
    """Labels at which an arm's line on dev first reaches a balanced accuracy, between points by their logarithm.

    None where it doesn't.
    """
    line = [(one.point, one.interval.estimate) for one in scores if one.arm is arm and one.set == DEV]
    before: tuple[int, float] | None = None
    for point, value in sorted(line):
        if value >= wanted:
            if before is None:
                return float(point)
            share = (wanted - before[1]) / (value - before[1])
            return math.exp(math.log(before[0]) + share * (math.log(point) - math.log(before[0])))
        before = (point, value)
    return None


def tuning_costs(trials: Sequence[Tried], point: int) -> list[Cost]:
    """What the trials of each arm came to together; a label that two of them read counts twice."""
    spent: dict[Arm, CostBooks] = {}
    for trial in trials:
        spent[trial.arm] = spent.get(trial.arm, CostBooks()) + trial.books
    return [
        Cost(arm=arm, seed=None, point=point, books=spent[arm]) for arm in sorted(spent, key=lambda arm: arm.letter)
    ]


def costs(measured: Mapping[tuple[Arm, int, int], Measured]) -> list[Cost]:
    """The books of each curve, at its last point."""
    last: dict[tuple[Arm, int], Measured] = {}
    for (arm, seed, point), entry in measured.items():
        if (arm, seed) not in last or point > last[arm, seed].point:
            last[arm, seed] = entry
    return [
        Cost(arm=arm, seed=seed, point=entry.point, books=entry.books)
        for (arm, seed), entry in sorted(last.items(), key=lambda one: (one[0][0].letter, one[0][1]))
    ]
