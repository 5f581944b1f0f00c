"""What probes are drawn from: the units of a library in memory, indexed by what makers look for."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from hashlib import blake2b

from swarm.documents.contradictions import disputed, revised
from swarm.documents.records import Layer, Unit
from swarm.domains.documents.passages import LONGEST, Passage, passage_of

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")

HELD_SHARE = 5
"""One name in so many is for exams and census only: no other probe asks about it."""


def held_out(name: str) -> bool:
    """Whether only exams and census ask about a thing; decided by its name alone."""
    return blake2b(name.encode(), digest_size=2).digest()[0] % HELD_SHARE == 0


class Shelf:
    """Units by layer and name. Facts that another document contradicts are left out.

    `former` are units that earlier versions had.
    """

    def __init__(self, units: Sequence[Unit], former: Sequence[Unit] = ()) -> None:
        doubted = disputed(units)
        self.units = tuple(unit for unit in units if unit.id not in doubted)
        self.revised = tuple(revised(self.units, former))
        self.former_sections = tuple(unit for unit in former if unit.layer is Layer.SECTION)
        self._having: dict[tuple[str, bool], tuple[Unit, ...]] = {}

    @cached_property
    def entries(self) -> tuple[Unit, ...]:
        """The entries of signatures that fit what is shown, one of each name."""
        fitting = (unit for unit in self.sections if unit.fact("name") and len(unit.text) <= LONGEST)
        return tuple({unit.name: unit for unit in fitting}.values())

    def having(self, fact: str, held: bool) -> tuple[Unit, ...]:
        """The entries with a fact that only exams ask about, or the others."""
        if (fact, held) not in self._having:
            found = (unit for unit in self.entries if unit.fact(fact) and held_out(unit.name) == held)
            self._having[fact, held] = tuple(found)
        return self._having[fact, held]

    @cached_property
    def sections(self) -> tuple[Unit, ...]:
        """All passages."""
        return tuple(unit for unit in self.units if unit.layer is Layer.SECTION)

    @cached_property
    def texts(self) -> dict[str, str]:
        """What each entry says, by its name, as it is shown."""
        return {unit.name: passage_of(unit).text for unit in self.sections}

    @cached_property
    def names(self) -> frozenset[str]:
        """Every dotted name that some document has, with the names of the modules and classes that they lie in."""
        known: set[str] = set()
        for unit in self.sections:
            for name in (unit.name, *_DOTTED.findall(unit.text)):
                parts = name.split(".")
                known.update(".".join(parts[:end]) for end in range(2, len(parts) + 1))
        return frozenset(known)

    @cached_property
    def _by_place(self) -> dict[str, tuple[Unit, ...]]:
        """Entries by subdomain."""
        return _grouped((unit.subdomain, unit) for unit in self.entries)

    @cached_property
    def namesakes(self) -> dict[str, tuple[Unit, ...]]:
        """Entries by the last part of their name, where there are several."""
        found = _grouped((unit.name.rpartition(".")[2], unit) for unit in self.entries)
        return {last: members for last, members in found.items() if len(members) > 1}

    @cached_property
    def takers(self) -> dict[str, tuple[Unit, ...]]:
        """Entries with a signature by each parameter that they take, where there are several."""
        found = _grouped((name, unit) for unit in self.entries for name in unit.fact("parameters").split())
        return {name: members for name, members in found.items() if len(members) > 1}

    def lures(self, oracle: Unit, rng: random.Random, count: int, without: str = "") -> tuple[Passage, ...]:
        """Other entries that are easily taken for this one: namesakes and neighbours first, then any.

        What says `without`, or has it in its name, is no lure.
        """
        last = oracle.name.rpartition(".")[2]
        near = [*self.namesakes.get(last, ()), *rng.sample(self.near(oracle), min(8, len(self.near(oracle))))]
        far = rng.sample(self.entries, min(8, len(self.entries)))
        rng.shuffle(near)
        chosen: dict[str, Passage] = {}
        for unit in (*near, *far):
            if unit.name != oracle.name and not (without and without in unit.text) and len(chosen) < count:
                chosen.setdefault(unit.name, passage_of(unit))
        return tuple(chosen.values())

    def near(self, unit: Unit) -> tuple[Unit, ...]:
        """The entries of the same subdomain."""
        return self._by_place.get(unit.subdomain, ())


def _grouped(pairs: Iterable[tuple[str, Unit]]) -> dict[str, tuple[Unit, ...]]:
    groups: dict[str, dict[str, Unit]] = defaultdict(dict)
    for key, unit in pairs:
        groups[key].setdefault(unit.name, unit)
    return {key: tuple(members.values()) for key, members in groups.items()}
