"""The shape of every operator here: a family of cases made from one item, of which a rewrite is one."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swarm.domains.labelled.items import Item
from swarm.domains.labelled.operators import Rewrite
from swarm.records import Weather


@dataclass(frozen=True)
class Case:
    """One premise and hypothesis whose label is known; `others` are the ids of further items that it was made from."""

    premise: str
    hypothesis: str
    label: str
    others: tuple[str, ...] = ()


Make = Callable[[Item, random.Random, Sequence[Item]], Sequence[Case]]


@dataclass(eq=False)
class Contrast:
    """An operator whose cases stand and fall together: the same cue in all of them, another label in each.

    `make` is empty where the new labels can't be known; its docstring holds the argument why they are where they can.
    """

    name: str
    phenomenon: str
    weather: Weather
    make: Make

    def family(self, item: Item, rng: random.Random, pool: Sequence[Item]) -> tuple[Rewrite, ...]:
        """The whole family, a rewrite and its twins; empty where the item doesn't lend itself to it."""
        cases = self.make(item, rng, pool)
        return tuple(
            Rewrite(
                fields={"premise": case.premise, "hypothesis": case.hypothesis},
                label=case.label,
                operator=self.name,
                phenomenon=self.phenomenon,
                weather=self.weather,
                parents=(item.id, *(other for other in case.others if other != item.id)),
            )
            for case in cases
        )

    def rewrite(self, item: Item, rng: random.Random, pool: Sequence[Item]) -> Rewrite | None:
        """One of the family, each as likely as the others."""
        family = self.family(item, rng, pool)
        return rng.choice(family) if family else None


def siblings(item: Item, pool: Sequence[Item]) -> list[Item]:
    """The other items of the same premise, in the pool's order."""
    return [other for other in pool if other.group == item.group and other.id != item.id]


def stranger(item: Item, rng: random.Random, pool: Sequence[Item]) -> Item | None:
    """An item of another premise; None where ten draws found none."""
    for _ in range(10):
        other = rng.choice(pool) if pool else item
        if other.group != item.group:
            return other
    return None
