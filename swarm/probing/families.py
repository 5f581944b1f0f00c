"""The prober families: each proposes the probes that it holds most promising, from the same evidence.

A family is one class with an origin and `propose`; a new one is a class and its line in `FAMILIES`.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from statistics import fmean

from swarm.probing.archive import Elite
from swarm.probing.choices import Choice, edited
from swarm.probing.draws import Drawn, Recipe, draw, stamped
from swarm.probing.pressed import Pressed
from swarm.probing.workshop import OFFERS, Family, Round, Workshop
from swarm.records import Origin, Purpose

EDIT, TRANSPLANT = "edit", "transplant"
"""One choice made otherwise; or the same choices, as far as they fit, in another cell."""


class Grammar:
    """Systematic: of candidates drawn by steering, those that cover the most features hardly tried so far."""

    origin = Origin.GRAMMAR

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop

    def propose(self, wanted: int, asked: Round) -> list[Drawn]:  # noqa: ARG002 - the interface's
        """The candidates that cover most."""
        return self._shop.best(self._shop.pool.held, wanted, self._coverage)

    def _coverage(self, drawn: Drawn) -> float:
        return fmean(map(self._shop.evidence.novelty, drawn.traits))


class Replay:
    """Old species in new clothes: candidates that share a failure's most suspicious features, in words of their own.

    Each is weighed by the chance that a failure there would be of a new species, and niches are spread.
    """

    origin = Origin.REPLAY

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop

    def propose(self, wanted: int, asked: Round) -> list[Drawn]:  # noqa: ARG002 - as above
        """The most suspicious candidates; none before a failure is known."""
        if not self._shop.evidence.species:
            return []
        return [self._dressed(drawn) for drawn in self._shop.best(self._shop.pool.held, wanted, self._shop.promise)]

    def _dressed(self, drawn: Drawn) -> Drawn:
        parent = self._shop.evidence.culprit(drawn.traits[0])
        return replace(drawn, samples=stamped(drawn.samples, origin=self.origin), parent=parent)


class Mutation:
    """Edits of elites: one choice of the generator made otherwise, or its choices in another cell.

    The answer is right by construction, since the generator makes the edited probe, too. Cells are chosen by UCB1, the
    parent by its weight, and the kind of edit by what the last three brought there; of several children the most
    promising is proposed.
    """

    origin = Origin.MUTATION

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop
        self._number = 0

    def propose(self, wanted: int, asked: Round) -> list[Drawn]:
        """One child of each chosen parent, the best first; none before any probe was judged."""
        pending = self._shop.pending()
        found = []
        for _ in range(wanted):
            self._number += 1
            rng = random.Random(f"{self._shop.seed}/{asked.purpose}/mutation/{self._number}")
            if child := self._child(rng, asked.purpose, pending):
                found.append(child)
                pending.update((child.probes[0].cell.key, child.niche))
        return self._shop.best(found, wanted, self._shop.promise)

    def _child(self, rng: random.Random, purpose: Purpose, pending: Counter[str]) -> Drawn | None:
        archive = self._shop.archive
        homes = [cell for cell in archive.cells if any(e.key in self._shop.recipes for e in archive.elites(cell))]
        if not homes:
            return None
        rng.shuffle(homes)
        home = max(homes, key=lambda cell: archive.index(cell, pending[cell.key]))
        elite = archive.parent(home, rng, self._shop.recipes)
        assert elite is not None, "a home has an elite whose recipe is known"
        try:
            _, script = draw(self._shop.domain, self._shop.recipes[elite.key], purpose)
        except ValueError:
            return None
        seeds = (f"{rng.getrandbits(64):016x}" for _ in range(max(1, self._shop.width // OFFERS)))
        children = [self._edited(elite, script, seed, purpose) for seed in seeds]
        made = [child for child in children if child is not None]
        return max(made, key=lambda child: self._promise(child, pending), default=None)

    def _promise(self, child: Drawn, pending: Counter[str]) -> float:
        return self._shop.promise(child) / (1 + pending[child.niche])

    def _edited(self, elite: Elite, script: tuple[Choice, ...], seed: str, purpose: Purpose) -> Drawn | None:
        rng, recipe = random.Random(seed), self._shop.recipes[elite.key]
        kind = rng.choices((EDIT, TRANSPLANT), [1 + _luck(elite, EDIT), 1 + _luck(elite, TRANSPLANT)])[0]
        cell = recipe.cell if kind == EDIT else rng.choice(self._shop.cells)
        try:
            part = recipe.part if kind == EDIT or recipe.part is None else 0
            made = Recipe(cell, seed, edited(script, rng) if kind == EDIT else script, part)
            samples, _ = draw(self._shop.domain, made, purpose)
        except ValueError:
            return None
        return Drawn(made, stamped(samples, origin=self.origin), elite.probe, kind)


def _luck(elite: Elite, kind: str) -> int:
    """Failures less passes among the latest edits of that kind."""
    return max(0, sum(1 if failed else -1 for edit, failed in elite.edits if edit == kind))


FAMILIES: dict[Origin, Callable[[Workshop], Family]] = {
    Origin.GRAMMAR: Grammar,
    Origin.MUTATION: Mutation,
    Origin.REPLAY: Replay,
    Origin.WEATHER: Pressed,
}
"""The families that make probes of a domain's own generators. Models reword in agents/rewording.py."""
