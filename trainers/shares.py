"""How much of a round may come from one producer outside of the swarm."""

import math
from collections import Counter
from collections.abc import Sequence

INSIDE = ""
"""Stands for all producers of the swarm's own: they have no cap."""


def within_shares(producers: Sequence[str], limit: int, share: float) -> list[int]:
    """The places, ascending, of the round that takes as many of these as it may, the first ones first, `limit` at most.

    Of a round of n, each outside producer gives at most n * share, rounded down; what is over waits. With an outside
    producer alone there may be no such round: then it is empty.
    """
    counts = Counter(producers)
    inside, outside = counts.pop(INSIDE, 0), list(counts.values())
    size = min(limit, len(producers))
    while (found := inside + sum(min(count, _most(size, share)) for count in outside)) < size:
        size = found
    left, taken = Counter[str](), list[int]()
    for place, producer in enumerate(producers):
        if len(taken) == size:
            break
        if producer == INSIDE or left[producer] < _most(size, share):
            left[producer] += 1
            taken.append(place)
    return taken


def _most(size: int, share: float) -> int:
    return math.floor(size * share + 1e-9)
