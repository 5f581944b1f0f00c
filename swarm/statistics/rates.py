"""Intervals and bounds for plain rates of independent trials."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy import special


class Interval(NamedTuple):
    """An estimate with the ends of its interval."""

    estimate: float
    lower: float
    upper: float


def check_count(name: str, part: float, whole: float) -> None:
    """Raises ValueError where `part` can't be a count out of `whole`."""
    if not 0 <= part <= whole:
        raise ValueError(f"{name} is {part} of {whole}; give a count between 0 and the total")


def proportion(successes: int, trials: int, confidence: float = 0.95, method: str = "wilson") -> Interval:
    """A two-sided interval for a rate, `wilson` or `exact` (Clopper and Pearson); [0, 1] where there are no trials.

    Assumes a number of independent trials that was fixed beforehand: looked at as it grows, it errs far more often.
    """
    check_count("successes", successes, trials)
    if trials == 0:
        return Interval(0.0, 0.0, 1.0)
    from scipy import stats  # loads slowly, and most processes of a swarm have no use for it

    ends = stats.binomtest(successes, trials).proportion_ci(confidence_level=confidence, method=method)
    return Interval(successes / trials, float(ends.low), float(ends.high))


def rate_lower_bound(successes: int, trials: int, alpha: float = 0.05) -> float:
    """The exact one-sided lower bound of a rate: .951, .923, .899 for 60, 59, 58 of 60; 0 without trials.

    Statement: it is above the true rate with probability at most alpha.
    Assumes: independent trials of one rate, their number fixed beforehand, each counted whatever came out.
    Source: Clopper and Pearson, Biometrika 26, 1934. `watched_lower_bound` is the one for a growing number.
    """
    check_count("successes", successes, trials)
    return float(special.betaincinv(successes, trials - successes + 1, alpha)) if successes else 0.0


def macro_accuracy(cells: Sequence[tuple[int, int]], confidence: float = 0.95) -> Interval:
    """The mean over cells of their accuracies, each cell (passed, total) weighing the same; empty cells are left out.

    Delta method: the variances of independent cells add up; each is taken at (k+1)/(n+2), which keeps a cell of one or
    two items from claiming certainty.
    """
    seen = [(passed, total) for passed, total in cells if total]
    if not seen:
        return Interval(0.0, 0.0, 1.0)
    variance = 0.0
    for passed, total in seen:
        check_count("passed", passed, total)
        smooth = (passed + 1) / (total + 2)
        variance += smooth * (1 - smooth) / total
    mean = sum(passed / total for passed, total in seen) / len(seen)
    reach = math.sqrt(variance) / len(seen) * float(special.ndtri((1 + confidence) / 2))
    return Interval(mean, max(0.0, mean - reach), min(1.0, mean + reach))
