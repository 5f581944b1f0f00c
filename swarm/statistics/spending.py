"""The level that the j-th test of a run may spend, so that all of them together err no more than one would."""

import math

SPENDING_NORMALISER = 3.3877
"""The sum of 1/(j ln^2(j+1)) over j = 1, 2, ...: dividing by it makes the spent levels sum to alpha."""


def spent_alpha(attempt: int, alpha: float = 0.05) -> float:
    """The level of the attempt-th test of a run (from 1): alpha / (3.3877 j ln^2(j+1)).

    Statement: the levels sum to alpha, so all tests of a run together err with probability at most alpha, however many
    there are and whatever made them be repeated.
    Assumes: each test keeps its own level given all that went before, and attempts are counted whether or not they
    were pleasant.
    Source: the union bound; the sequence is METHODS.md, Evolver. Raises ValueError for an attempt under 1.
    """
    if attempt < 1:
        raise ValueError(f"attempt {attempt} has no level; attempts count from 1")
    return alpha / (SPENDING_NORMALISER * attempt * math.log(attempt + 1) ** 2)
