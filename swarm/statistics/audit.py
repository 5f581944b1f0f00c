"""Audits with planted defects: at least how large a share of what was planted is found.

`rate_lower_bound` is the bound of an audit whose size was fixed beforehand, with holes that are found or missed
independently. The two here are for audits that grow while they are watched, and for holes that hang together.
"""

from collections.abc import Sequence

from swarm.statistics.mixture import mixture_e_value
from swarm.statistics.rates import check_count, rate_lower_bound


def watched_lower_bound(found: int, planted: int, alpha: float = 0.05) -> float:
    """A lower bound of the share found that holds at every size of the audit at once; 0 where nothing was found.

    Statement: with probability 1 - alpha it is never above the chance to find a hole, however often one looks and
    whenever one stops. A bound of .90 takes 43 of 43, 65 of 66 or 83 of 85, where a fixed plan takes 29, 45 of 46 or 59
    of 61.
    Assumes: each hole is found with at most that chance given the earlier ones, and all are counted.
    Source: the mixture test turned into a confidence sequence (Robbins 1970): the largest rate it has evidence against.
    """
    check_count("found", found, planted)
    if found == 0:
        return 0.0

    def excess(rate: float) -> float:
        return min(mixture_e_value(found, planted - found, rate), 1e9) - 1 / alpha

    from scipy import optimize  # loads slowly, and most processes of a swarm never look for a root

    highest = found / planted if found < planted else 1 - 1e-12
    return float(optimize.brentq(excess, 1e-9, highest)) if excess(highest) < 0 < excess(1e-9) else 0.0


def students_lower_bound(students: Sequence[tuple[int, int]], alpha: float = 0.05) -> float:
    """A lower bound of the mean share found where a student's holes may be found or missed together: (found, planted).

    Statement: above the mean share over students with probability at most alpha. Only a student whose holes were all
    found counts as found; that happens at most as often as the mean share, so the exact bound of the one holds for the
    other. Costly on purpose: 29 students for .90, where 29 holes in few students would claim the same without right.
    Assumes: students planted independently, their number fixed beforehand.
    Source: Clopper and Pearson (1934) and Markov's inequality.
    """
    for found, planted in students:
        check_count("found", found, planted)
    holed = [(found, planted) for found, planted in students if planted]
    return rate_lower_bound(sum(found == planted for found, planted in holed), len(holed), alpha)


def planted_needed(missed: int, share: float = 0.90, alpha: float = 0.05, watched: bool = False) -> int:
    """The fewest planted holes at which that many misses leave a lower bound of `share`: 29, 46, 61 for 0, 1, 2."""
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; give a rate between 0 and 1")
    bound = watched_lower_bound if watched else rate_lower_bound
    planted = missed + 1
    while bound(planted - missed, planted, alpha) < share:
        planted += 1
    return planted
