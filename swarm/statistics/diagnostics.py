"""How many kinds of failure were not seen yet: estimates to show, never to decide by."""

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
