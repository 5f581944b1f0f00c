"""The mixture test: evidence that successes come more often than a given rate, valid whenever one stops."""

import math

from scipy import special

from swarm.statistics.rates import check_count

_MOST = 709.0
"""The largest x whose exp(x) a float holds."""

_LEAST = 1e-300
"""Below it the integral's share of the whole has no digits left in a float; another form of it has them there."""


def mixture_e_value(wins: int, losses: int, null: float = 0.5) -> float:
    """E = integral over [p0, 1] of t^W (1-t)^L dt / ((1-p0) p0^W (1-p0)^L), with p0 = `null`.

    Statement: P(E ever reaches 1/alpha) <= alpha, at any stopping time, while each trial is won with probability at
    most p0 given the past. With p0 = 1/2, wins and losses on discordant pairs: E = 2 2^(W+L) int_{1/2}^1 t^W(1-t)^L dt.
    Assumes: trials counted in the order they were drawn. For a comparison of two students on a mixture of cells, pairs
    must be drawn at random from it: cell by cell a win in the first cells would decide.
    Which question comes next may be chosen by anything past, but for its own answers: so a share of the pairs may go
    back to what a siege found, if the stratum of each is drawn at random. The mixture is then that of the exam.
    Source: METHODS.md, Promotion; a uniform mixture of likelihood ratios, each of which is a supermartingale from 1
    (Ville 1939, Robbins 1970). Returns inf where a float can't hold it.
    """
    check_count("wins", wins, math.inf)
    check_count("losses", losses, math.inf)
    if not 0 < null < 1:
        raise ValueError(f"null is {null}; give a rate between 0 and 1")
    tail = float(special.betainc(losses + 1, wins + 1, 1 - null))
    if tail < _LEAST:
        return float(special.hyp2f1(wins + losses + 2, 1, losses + 2, 1 - null)) * null / (losses + 1)
    log_value = float(special.betaln(wins + 1, losses + 1)) + math.log(tail) - math.log1p(-null)
    log_value -= wins * math.log(null) + losses * math.log1p(-null)
    return math.exp(log_value) if log_value < _MOST else math.inf
