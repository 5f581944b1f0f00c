"""What a round trains on: laps over what is new and what is known, to an allowance of tokens and not beyond it."""

import random
from collections.abc import Callable, Sequence

from trainers.recipes import Example

Cost = Callable[[Example], int]


def within(examples: Sequence[Example], allowance: int, cost: Cost) -> tuple[list[Example], int]:
    """The examples from the front that fit into the allowance of tokens, and what of it is left.

    One that doesn't fit ends it, so that no arm is left with the shorter ones.
    """
    taken = list[Example]()
    for example in examples:
        tokens = cost(example)
        if tokens > allowance:
            break
        allowance -= tokens
        taken.append(example)
    return taken, allowance


def laps(
    fresh: Sequence[Example],
    known: Sequence[Example],
    allowance: int,
    cost: Cost,
    rng: random.Random,
    weights: Sequence[float] = (),
    least: int = 1,
) -> list[list[Example]]:
    """Laps that use the allowance up, but for less than one example.

    The first goes over everything fresh, with as much of what was known before; the next ones draw on both alike.
    `weights` are those of `known` against 1 for what is fresh; without them, 1 as well. A later lap draws `least` at
    least, where there are so many.
    Raises ValueError where there is nothing to learn.
    """
    if not fresh and not known:
        raise ValueError("0 examples: a round has nothing to learn from")
    size = 2 * len(fresh) if known else len(fresh)
    worth = list(weights) or [1.0] * len(known)
    first = [*fresh, *drawn(known, worth, len(fresh), rng)]
    rng.shuffle(first)
    found = list[list[Example]]()
    candidates = first
    while True:
        lap, left = within(candidates, allowance, cost)
        if lap:
            found.append(lap)
        if len(lap) < len(candidates):
            return found
        allowance = left
        candidates = drawn([*fresh, *known], [*[1.0] * len(fresh), *worth], max(least, size), rng)


def drawn(examples: Sequence[Example], weights: Sequence[float], count: int, rng: random.Random) -> list[Example]:
    """`count` of the examples, fewer where there are fewer, none twice, each draw by weight among those that are left.

    Weights lie above 0. By the keys of Efraimidis and Spirakis (2006), u^(1/w).
    """
    keys = [rng.random() ** (1 / weight) for weight in weights]
    order = sorted(range(len(examples)), key=lambda place: -keys[place])
    return [examples[place] for place in order[:count]]
