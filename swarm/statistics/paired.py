"""Two on the same items: how far apart they are, whether that is shown, and whether one is at most a margin worse."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy import special

from swarm.statistics.rates import Interval, check_count


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
    from scipy import optimize  # loads slowly, and most processes of a swarm never look for a root

    critical = float(special.ndtri(1 - alpha))
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


def macro_difference(cells: Sequence[tuple[int, int, int]], confidence: float = 0.95) -> Interval:
    """The mean over cells of the difference of two accuracies; a cell is (wins, losses, pairs), empty ones don't count.

    Statement: the interval holds the true difference in about `confidence` of exams: of 3 or 10 cells of 5 to 55 items
    in .94 at least, where differences are rare in nearly all.
    Assumes: cells and their numbers of pairs fixed beforehand, independent pairs in each.
    Source: Wald's interval for a paired difference with half an observation added to each of the four outcomes (Agresti
    and Min, Statistics in Medicine 24, 2005), in the variance alone; variances of independent cells add up.
    """
    seen = [cell for cell in cells if cell[2]]
    if not seen:
        return Interval(0.0, -1.0, 1.0)
    variance = 0.0
    for wins, losses, pairs in seen:
        check_count("wins and losses", wins + losses, pairs)
        won, lost = (wins + 0.5) / (pairs + 2), (losses + 0.5) / (pairs + 2)
        variance += (won + lost - (won - lost) ** 2) / pairs
    mean = sum((wins - losses) / pairs for wins, losses, pairs in seen) / len(seen)
    reach = math.sqrt(variance) / len(seen) * float(special.ndtri((1 + confidence) / 2))
    return Interval(mean, max(-1.0, mean - reach), min(1.0, mean + reach))


def mcnemar(wins: int, losses: int) -> float:
    """The exact two-sided p-value that wins and losses are equally likely; 1 without any.

    Statement: at most alpha of comparisons between equals come below alpha.
    Assumes: the number of pairs fixed beforehand, one look; `mixture_e_value` is the one that may be watched.
    Source: McNemar, Psychometrika 12, 1947, by the binomial distribution of the discordant pairs.
    """
    check_count("wins", wins, math.inf)
    check_count("losses", losses, math.inf)
    from scipy import stats  # loads slowly, and most processes of a swarm have no use for it

    return float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def holm(values: Sequence[float]) -> list[float]:
    """P-values of several comparisons, in their order, so that all those below alpha are right with 1 - alpha at least.

    Assumes nothing of how they hang together. Source: Holm, Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted, highest = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda at: values[at])):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = highest
    return adjusted
