"""The siege: a bound on how often adaptively chosen probes break a frozen student, at every moment at once."""

import math

from swarm.statistics.rates import check_count

SIEGE_LAMBDA = math.log(4)


def siege_bound(probes: int, failures: int, alpha: float = 0.05, lam: float = SIEGE_LAMBDA) -> float:
    """Upper bound on the mean failure rate of adaptively chosen probes: (ln(1/alpha) + lam F)/(n(1-e^-lam)).

    Statement: with probability 1 - alpha it is, at all n at once, at least the mean over the first n probes of the
    chance p_t that probe t would fail, given all that came before. Who asks may watch, choose by what was seen, and
    stop whenever they like.
    Assumes: a frozen student; lam fixed beforehand; each probe chosen before its answer is known, and counted in the
    order asked, whatever came out. An exclusion afterwards must count as a failure. It speaks of the probes that were
    asked, and of no others.
    Source: METHODS.md, Convergence. E[exp(-lam X_t)] = 1 - (1-e^-lam) p_t <= exp(-(1-e^-lam) p_t), so
    exp((1-e^-lam) sum p_t - lam sum X_t) is a supermartingale from 1, and Ville's inequality (1939) does the rest.
    """
    check_count("failures", failures, probes)
    if probes == 0:
        return 1.0
    return min(1.0, (math.log(1 / alpha) + lam * failures) / (probes * -math.expm1(-lam)))


def siege_probes_needed(failures: int, epsilon: float = 0.02, alpha: float = 0.05, lam: float = SIEGE_LAMBDA) -> int:
    """The fewest probes at which `siege_bound` is at most epsilon: 200, 293, 385, 477 for 0 to 3 failures."""
    return math.ceil((math.log(1 / alpha) + lam * failures) / (epsilon * -math.expm1(-lam)))
