"""Whether a candidate is at most a margin worse than the champion, on the same items."""

import math
from typing import NamedTuple

from scipy import optimize, stats

from swarm.statistics.rates import check_count


class Paired(NamedTuple):
    """A paired difference with its lower bound, and whether that stays above minus the margin."""

    difference: float
    lower: float
    passed: bool


def paired_noninferiority(wins: int, losses: int, pairs: int, margin: float, alpha: float = 0.05) -> Paired:
    """Whether the candidate's rate is at most `margin` under the champion's, on the same items.

    Statement: a candidate that is worse by the margin or more passes with probability about alpha (asymptotic: up to a
    point more at 150 pairs). Without any discordant pair a margin of .05 needs 52 pairs.
    Assumes: independent pairs, their number not chosen by how they come out; one look.
    Source: Tango's score test for a paired difference, Statistics in Medicine 17, 1998, with its lower bound.
    """
    check_count("wins and losses", wins + losses, pairs)
    if pairs == 0:
        return Paired(0.0, -1.0, False)
    critical = float(stats.norm.ppf(1 - alpha))
    difference = (wins - losses) / pairs

    def excess(delta: float) -> float:
        return _tango(wins, losses, pairs, delta) - critical

    lowest = -1 + 1e-9
    lower = -1.0 if excess(lowest) <= 0 else float(optimize.brentq(excess, lowest, difference))
    return Paired(difference, lower, lower >= -margin)


def _tango(wins: int, losses: int, pairs: int, delta: float) -> float:
    linear = -wins - losses + (2 * pairs - wins + losses) * delta
    constant = -losses * delta * (1 - delta)
    loss_rate = (math.sqrt(max(0.0, linear**2 - 8 * pairs * constant)) - linear) / (4 * pairs)
    spread = pairs * (2 * loss_rate + delta * (1 - delta))
    return (wins - losses - pairs * delta) / math.sqrt(max(spread, 1e-12))
