"""What to learn again: all alike, or rather what the student fails now and what it learned lately."""

import random
from collections import Counter
from collections.abc import Sequence

HALF_LIFE = 500
"""Corrections learned since, after which an example weighs half."""


def weights(learned: Sequence[str], now: Sequence[str], focus: float) -> list[float]:
    """One weight for each example, given by its species in the order of learning; `now` are those of the new ones.

    A species weighs by its share of what fails now over its share of what was learned, an example half for every
    HALF_LIFE learned after it (prioritised replay by present error and age, after Schaul et al. 2015, arXiv
    1511.05952). `focus` from 0, all alike, to 1, only that.
    """
    had, fails = Counter(learned), Counter(now)
    found = list[float]()
    for place, species in enumerate(learned):
        need = (1 + fails[species]) / (1 + len(now)) / (had[species] / len(learned))
        recency = 0.5 ** ((len(learned) - 1 - place) / HALF_LIFE)
        found.append(need * recency)
    mean = sum(found) / len(found) if found else 1.0
    return [(1 - focus) + focus * weight / mean for weight in found]


def drawn(weighed: Sequence[float], count: int, rng: random.Random) -> list[int]:
    """`count` places without repetition, each drawn with a chance by its weight (Efraimidis and Spirakis 2006).

    Raises ValueError where there are fewer.
    """
    if count > len(weighed):
        raise ValueError(f"{count} places are wanted of {len(weighed)}")
    keys = [rng.random() ** (1 / weight) if weight > 0 else 0.0 for weight in weighed]
    return sorted(range(len(weighed)), key=lambda place: -keys[place])[:count]
