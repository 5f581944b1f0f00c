"""How much of a round may come from one producer outside of the swarm, and how much from production."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

Caps = Mapping[str, float]
"""The groups that an example counts in, each with the most that it may be of a round; none for the swarm's own."""


def within_shares(caps: Sequence[Caps], limit: int) -> list[int]:
    """The places, ascending, of a round that takes of these, the first ones first, `limit` at most.

    Of a round of n, each group gives at most n times its share, rounded down; what is over waits. With one capped group
    alone there may be no such round: then it is empty. Where each counts in one group at most, no round that is within
    the shares is larger.
    """
    size = min(limit, len(caps))
    while len(taken := _first(caps, size)) < size:
        size = len(taken)
    return taken


def _first(caps: Sequence[Caps], size: int) -> list[int]:
    """The first places that fit a round of that size."""
    given, taken = Counter[str](), list[int]()
    for place, groups in enumerate(caps):
        if len(taken) == size:
            break
        if all(given[group] < math.floor(size * share + 1e-9) for group, share in groups.items()):
            given.update(groups.keys())
            taken.append(place)
    return taken
