"""How many of the next probes each family gets: Thompson sampling on what their probes brought, above a floor."""

import random
from collections import Counter
from collections.abc import Sequence

from swarm.records import Origin

FLOOR = 0.05
"""Least share of each family: what brings nothing today may be what finds the next hole."""
MEMORY = 0.98
"""What an outcome still weighs after the next one of its family; 50 outcomes are remembered."""


class Budget:
    """A Beta posterior on each family's yield, which lies between 0 and 1; old outcomes fade, since holes are mended.

    Discounted Thompson sampling (Raj and Kalyani, 2017). Raises ValueError for no families, or more than floors allow.
    """

    def __init__(self, families: Sequence[Origin]) -> None:
        if not 0 < len(families) <= 1 / FLOOR:
            raise ValueError(f"{len(families)} families share a budget: give 1 to {int(1 / FLOOR)}")
        self.families = tuple(families)
        self._gained = dict.fromkeys(families, 0.0)
        self._missed = dict.fromkeys(families, 0.0)

    def add(self, family: Origin, gain: float) -> None:
        """What one probe of a family brought; one that has no share is left out. Raises ValueError outside 0 to 1."""
        if not 0 <= gain <= 1:
            raise ValueError(f"a probe's yield is {gain}: it lies between 0 and 1")
        if family in self._gained:
            self._gained[family] = MEMORY * self._gained[family] + gain
            self._missed[family] = MEMORY * self._missed[family] + 1 - gain

    def mean(self, family: Origin) -> float:
        """The mean of a family's posterior."""
        gained, missed = self._gained[family], self._missed[family]
        return (1 + gained) / (2 + gained + missed)

    def allot(self, probes: int, rng: random.Random) -> dict[Origin, int]:
        """The next probes by family: each to a family at random with the floor's share, else to the best draw."""
        shares = Counter(dict.fromkeys(self.families, 0))
        for _ in range(probes):
            if rng.random() < FLOOR * len(self.families):
                shares[rng.choice(self.families)] += 1
            else:
                shares[max(self.families, key=lambda family: self._sampled(family, rng))] += 1
        return dict(shares)

    def _sampled(self, family: Origin, rng: random.Random) -> float:
        return rng.betavariate(1 + self._gained[family], 1 + self._missed[family])
