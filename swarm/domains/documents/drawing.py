"""Chance over a shelf: what a probe of this purpose may ask about, and in which words."""

import random
from collections.abc import Callable, Sequence

from swarm.documents.records import Unit
from swarm.domains.documents.passages import Passage
from swarm.domains.documents.shelf import Shelf, held_out
from swarm.domains.documents.wording import asked

TRIES = 60
FEW, MANY = 3, 5
"""Documents that a probe shows: the one that answers and two or four that lead astray."""
WITH_MANY = 0.25
"""Share of the probes that show many. Their prompts cost half as much again to read and to train on."""


class Unmade(ValueError):
    """The library has nothing that such a probe could be made of."""


class Draw:
    """Chance, and what it may fall on: entries that only exams ask about, or the others."""

    def __init__(self, shelf: Shelf, rng: random.Random, held: bool) -> None:
        self.shelf = shelf
        self.rng = rng
        self.held = held
        self.shown = MANY if rng.random() < WITH_MANY else FEW

    def allowed(self, units: Sequence[Unit]) -> list[Unit]:
        """Those of the units that may be asked about."""
        return [unit for unit in units if held_out(unit.name) == self.held]

    def entry(self, fact: str, where: Callable[[Unit], bool] = lambda _: True) -> Unit:
        """An entry that has the fact. Raises Unmade."""
        having = self.shelf.having(fact, self.held)
        for _ in range(TRIES if having else 0):
            unit = self.rng.choice(having)
            if where(unit):
                return unit
        raise Unmade(f"none of {len(having)} entries with {fact} can be asked about")

    def word(self, topic: str, **words: str) -> str:
        """A question of a topic."""
        return asked(topic, self.rng, self.held, **words)

    def lures(
        self, unit: Unit, count: int, *, without: str = "", fit: Callable[[Passage], bool] = lambda _: True
    ) -> tuple[Passage, ...]:
        """`count` entries that are taken for this one, that fit, and that don't say `without`. Raises Unmade.

        Fewer won't do: a trap that shows fewer documents than its twin would be known by that.
        """
        found = tuple(filter(fit, self.shelf.lures(unit, self.rng, 4 * MANY, without=without)))
        if len(found) < count:
            raise Unmade(f"{len(found)} entries can be taken for {unit.name}, not {count}")
        return found[:count]
