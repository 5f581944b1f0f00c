"""Arms on the same questions over seeds: mean accuracy over strata, and differences, with bootstrap intervals."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from swarm.records import Record
from swarm.statistics import Interval, mixture_e_value

DRAWS = 2000
"""Bootstrap draws."""

Hits = Sequence[Sequence[bool]]
"""For each seed, whether each question was answered right; the questions are the same for all."""


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


def paired_difference(
    first: Hits, second: Hits, strata: Sequence[str], groups: Sequence[str], seed: int = 0
) -> Difference:
    """The difference between two arms in their mean accuracy over strata, each stratum weighing the same.

    The interval is a paired bootstrap over groups, since questions of one group hang together, and all seeds of a
    question stay together, since they were asked the same. It speaks of other questions, not of other seeds.
    """
    ours, theirs = _mean(first), _mean(second)
    drawn = _bootstrap(ours - theirs, strata, groups, seed)
    mine, other = _over_strata(ours, strata), _over_strata(theirs, strata)
    wins = sum(a and not b for a, b in zip(first[0], second[0], strict=True))
    losses = sum(b and not a for a, b in zip(first[0], second[0], strict=True))
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


def mean_interval(hits: Hits, strata: Sequence[str], groups: Sequence[str], seed: int = 0) -> Interval:
    """Mean accuracy over strata, of all seeds, with a 95% bootstrap interval over groups."""
    found = _mean(hits)
    ends = np.quantile(_bootstrap(found, strata, groups, seed), [0.025, 0.975])
    return Interval(_over_strata(found, strata), float(ends[0]), float(ends[1]))


def _mean(hits: Hits) -> NDArray[np.float64]:
    """For each question, the mean over seeds of whether it was answered right."""
    return np.asarray(np.mean(hits, axis=0))


def _over_strata(values: NDArray[np.float64], strata: Sequence[str]) -> float:
    return float(np.mean([values[[each == name for each in strata]].mean() for name in dict.fromkeys(strata)]))


def _bootstrap(
    values: NDArray[np.float64], strata: Sequence[str], groups: Sequence[str], seed: int
) -> NDArray[np.float64]:
    """Means over strata of `values` in draws of groups with replacement; a stratum that a draw lacks is left out."""
    names = sorted(set(groups))
    place = {name: number for number, name in enumerate(names)}
    at = np.array([place[group] for group in groups])
    weights = np.random.default_rng(seed).multinomial(len(names), [1 / len(names)] * len(names), DRAWS)[:, at]
    parts = []
    for name in dict.fromkeys(strata):
        mine = np.array([each == name for each in strata])
        total = weights[:, mine].sum(axis=1)
        parts.append(np.where(total > 0, (weights[:, mine] @ values[mine]) / np.maximum(total, 1), np.nan))
    return np.asarray(np.nanmean(parts, axis=0))
