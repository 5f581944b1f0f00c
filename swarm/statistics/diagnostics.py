"""How many kinds of failure were not seen yet: estimates to show, never to decide by."""

from collections.abc import Sequence
from math import log

from swarm.statistics.rates import check_count


def good_turing(singletons: int, observations: int) -> float:
    """Good and Turing's estimate of the chance that the next observation is of an unseen species.

    A diagnostic only: it assumes i.i.d. sampling, and underestimates under adaptive search (Boehme 2021).
    """
    check_count("singletons", singletons, observations)
    return singletons / observations if observations else 1.0


def chao1(species: int, singletons: int, doubletons: int) -> float:
    """Chao's bias-corrected lower estimate of the number of species: S + f1(f1 - 1)/(2(f2 + 1)); a diagnostic only."""
    check_count("singletons and doubletons", singletons + doubletons, species)
    return species + singletons * (singletons - 1) / (2 * (doubletons + 1))


def shannon_evenness(counts: Sequence[int]) -> float:
    """Pielou's evenness, Shannon's entropy over its most, ln k for k kinds: 1 where all are alike, 0 where one has all.

    Kinds that weren't seen count where they are given as 0. Without two kinds or without any observation it is 0.
    """
    total = sum(counts)
    if len(counts) < 2 or not total:
        return 0.0
    return -sum(count / total * log(count / total) for count in counts if count) / log(len(counts))


def simpson_evenness(counts: Sequence[int]) -> float:
    """Simpson's evenness, (1/D - 1)/(k - 1), D the sum of squared shares: 1 where all are alike, 0 where one has all.

    As above where there is too little.
    """
    total = sum(counts)
    if len(counts) < 2 or not total:
        return 0.0
    return (1 / sum((count / total) ** 2 for count in counts) - 1) / (len(counts) - 1)
