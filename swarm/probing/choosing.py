"""Which of the families' candidates are asked: the most suspicious of all, above a floor for each family."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence

from swarm.probing.draws import Drawn
from swarm.probing.features import fingerprint
from swarm.records import Origin

FLOOR = 0.05
"""Least share of each family: what brings nothing today may be what finds the next hole."""


def floors(families: Sequence[Origin], probes: int, rng: random.Random) -> dict[Origin, int]:
    """How many of the next probes each family makes by its own lights, whatever is suspected."""
    drawn = (rng.random() < FLOOR * len(families) for _ in range(probes))
    counted = Counter(rng.choice(families) for own in drawn if own)
    return {family: counted[family] for family in families}


def distinct(offers: Iterable[Drawn]) -> list[Drawn]:
    """The offers, each question once: the last family that offers it has it."""
    return list({fingerprint(drawn.probes[0].question): drawn for drawn in offers}.values())
