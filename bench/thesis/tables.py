"""From digits to figures: accuracy by label, balanced accuracy, and differences between two arms with intervals."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.thesis.data import LABELS
from swarm.records import Record
from swarm.statistics import Interval, mixture_e_value, proportion

DRAWS = 2000
"""Bootstrap draws."""


class LabelScore(Record):
    """How many questions of one label were answered right."""

    label: str
    right: int
    asked: int

    @property
    def interval(self) -> Interval:
        """The share, with Wilson's 95% interval."""
        return proportion(self.right, self.asked)


def rights(said: str, labels: Sequence[str]) -> list[bool]:
    """Whether each digit is the label. Raises ValueError where there are more of one than of the other."""
    if len(said) != len(labels):
        raise ValueError(f"{len(said)} answers to {len(labels)} questions; they were not measured on this set")
    return [LABELS[int(digit)] == label for digit, label in zip(said, labels, strict=True)]


def by_label(said: str, labels: Sequence[str]) -> list[LabelScore]:
    """Scores of each label that is asked for."""
    right = rights(said, labels)
    return [
        LabelScore(
            label=name,
            right=sum(hit for hit, label in zip(right, labels, strict=True) if label == name),
            asked=sum(label == name for label in labels),
        )
        for name in LABELS
        if name in labels
    ]


def balanced(said: str, labels: Sequence[str]) -> float:
    """The mean over labels of the share that is right."""
    scores = by_label(said, labels)
    return sum(score.right / score.asked for score in scores) / len(scores) if scores else 0.0


class Difference(Record):
    """One arm against another on the same questions, over all seeds: balanced accuracies, their difference, tests."""

    first: float
    second: float
    difference: float
    lower: float
    upper: float
    wins: int
    losses: int
    e_value: float
    """The mixture test on discordant answers of the first seed, in random order of questions; 20 is evidence at 5%."""


def compared(
    first: Sequence[str], second: Sequence[str], labels: Sequence[str], groups: Sequence[str], seed: int = 0
) -> Difference:
    """The difference between two arms, each given by one string of digits a seed.

    The interval is a paired bootstrap over groups (premises), since questions of one premise hang together, and all
    seeds of a question stay together, since they were asked the same. It speaks of other questions, not of other seeds.
    """
    ours, theirs = _hits(first, labels), _hits(second, labels)
    drawn = _bootstrap(ours - theirs, labels, groups, seed)
    mine, other = _balanced_mean(ours, labels), _balanced_mean(theirs, labels)
    one, two = rights(first[0], labels), rights(second[0], labels)
    wins = sum(a and not b for a, b in zip(one, two, strict=True))
    losses = sum(b and not a for a, b in zip(one, two, strict=True))
    return Difference(
        first=mine,
        second=other,
        difference=mine - other,
        lower=float(np.quantile(drawn, 0.025)),
        upper=float(np.quantile(drawn, 0.975)),
        wins=wins,
        losses=losses,
        e_value=mixture_e_value(wins, losses),
    )


def balanced_interval(said: Sequence[str], labels: Sequence[str], groups: Sequence[str], seed: int = 0) -> Interval:
    """Balanced accuracy over all seeds, with a 95% bootstrap interval over groups."""
    hits = _hits(said, labels)
    drawn = _bootstrap(hits, labels, groups, seed)
    ends = np.quantile(drawn, [0.025, 0.975])
    return Interval(_balanced_mean(hits, labels), float(ends[0]), float(ends[1]))


def _hits(said: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
    """For each question, the mean over seeds of whether it was answered right."""
    return np.asarray(np.mean([rights(one, labels) for one in said], axis=0))


def _balanced_mean(values: NDArray[np.float64], labels: Sequence[str]) -> float:
    return float(np.mean([values[[label == name for label in labels]].mean() for name in LABELS if name in labels]))


def _bootstrap(
    values: NDArray[np.float64], labels: Sequence[str], groups: Sequence[str], seed: int
) -> NDArray[np.float64]:
    """Balanced means of `values` in draws of groups with replacement."""
    names = sorted(set(groups))
    place = {name: number for number, name in enumerate(names)}
    at = np.array([place[group] for group in groups])
    weights = np.random.default_rng(seed).multinomial(len(names), [1 / len(names)] * len(names), DRAWS)[:, at]
    parts = []
    for name in LABELS:
        if name in labels:
            mine = np.array([label == name for label in labels])
            total = weights[:, mine].sum(axis=1)
            parts.append((weights[:, mine] @ values[mine]) / np.maximum(total, 1))
    return np.asarray(np.mean(parts, axis=0))
