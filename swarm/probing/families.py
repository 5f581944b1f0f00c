"""The prober families: each proposes the probes that it holds most promising, from the same evidence.

A family is one class with an origin and `propose`; a new one is a class here and its line in `FAMILIES`.
"""

import random
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Protocol, TypeVar

from swarm.domains.base import Domain
from swarm.probing.archive import Archive, Elite
from swarm.probing.choices import edited
from swarm.probing.draws import Drawn, Recipe, draw, stamped
from swarm.probing.evidence import Evidence
from swarm.probing.features import fingerprint, niche
from swarm.probing.pool import Pool, spread
from swarm.records import Cell, Origin, Purpose

T = TypeVar("T")

RECIPES = 20_000
"""Asked probes whose recipe is remembered, so that they can be edited."""
OFFERS = 4
"""Candidates that each family puts forward for each probe that is wanted."""
OPEN = 300
"""Probes whose verdicts are waited for; older ones are given up."""
EDIT, TRANSPLANT = "edit", "transplant"
"""One choice made otherwise; or the same choices, as far as they fit, in another cell."""


@dataclass
class Workshop:
    """What families work with: the domain, what is known of the student, candidates, and how probes were made.

    `width` is how many draws a family may make for each probe that it proposes.
    """

    domain: Domain
    cells: Sequence[Cell]
    seed: str
    width: int
    pool: Pool
    archive: Archive
    evidence: Evidence = field(default_factory=Evidence)
    recipes: OrderedDict[bytes, Recipe] = field(default_factory=OrderedDict)
    open: OrderedDict[bytes, str] = field(default_factory=OrderedDict)
    """Niches of the probes that were asked and whose verdicts are not known yet, the oldest first."""

    def promise(self, drawn: Drawn) -> float:
        """How much these probes promise, each on the average."""
        return fmean(map(self.evidence.promise, drawn.probes, drawn.traits))

    def draw(self, wanted: int, asked: "Round") -> None:
        """Draw the candidates for so many probes."""
        self.pool.top_up(self.width * wanted, asked.weights, asked.purpose)

    def best(self, candidates: Sequence[Drawn], wanted: int, score: Callable[[Drawn], float]) -> list[Drawn]:
        """The best of them, spread over niches; probes under way count as chosen."""
        return spread(candidates, wanted, score, self.pending())

    def pending(self) -> Counter[str]:
        """Probes under way by niche."""
        return Counter(self.open.values())

    def remember(self, drawn: Drawn) -> None:
        """Keep how the first of these probes was made; its twin is no probe of that cell. All of them are open now."""
        _keep(self.recipes, fingerprint(drawn.probes[0].question), drawn.recipe, RECIPES)
        for probe in drawn.probes:
            _keep(self.open, fingerprint(probe.question), niche(probe), OPEN)


@dataclass(frozen=True)
class Round:
    """For what probes are wanted, and the share of each cell by steering."""

    purpose: Purpose
    weights: Sequence[float]


class Family(Protocol):
    """A way of making probes."""

    origin: Origin

    def propose(self, wanted: int, asked: Round) -> list[Drawn]:
        """At most so many draws, the most promising first; fewer where it has nothing to go from."""


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
                pending.update((child.recipe.cell.key, child.niche))
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
        children = [
            self._edited(elite, f"{rng.getrandbits(64):016x}", purpose)
            for _ in range(max(1, self._shop.width // OFFERS))
        ]
        made = [child for child in children if child is not None]
        return max(made, key=lambda child: self._promise(child, pending), default=None)

    def _promise(self, child: Drawn, pending: Counter[str]) -> float:
        return self._shop.promise(child) / (1 + pending[child.niche])

    def _edited(self, elite: Elite, seed: str, purpose: Purpose) -> Drawn | None:
        rng, recipe = random.Random(seed), self._shop.recipes[elite.key]
        kind = rng.choices((EDIT, TRANSPLANT), [1 + _luck(elite, EDIT), 1 + _luck(elite, TRANSPLANT)])[0]
        cell = recipe.cell if kind == EDIT else rng.choice(self._shop.cells)
        try:
            _, script = draw(self._shop.domain, recipe, purpose)
            part = recipe.part if kind == EDIT or recipe.part is None else 0
            made = Recipe(cell, seed, edited(script, rng) if kind == EDIT else script, part)
            samples, _ = draw(self._shop.domain, made, purpose)
        except ValueError:
            return None
        return Drawn(made, stamped(samples, origin=self.origin), elite.probe, kind)


def _keep(held: OrderedDict[bytes, T], key: bytes, value: T, most: int) -> None:
    held[key] = value
    if len(held) > most:
        held.popitem(last=False)


def _luck(elite: Elite, kind: str) -> int:
    """Failures less passes among the latest edits of that kind."""
    return max(0, sum(1 if failed else -1 for edit, failed in elite.edits if edit == kind))


FAMILIES: dict[Origin, Callable[[Workshop], Family]] = {
    Origin.GRAMMAR: Grammar,
    Origin.MUTATION: Mutation,
    Origin.REPLAY: Replay,
}
"""The families that make probes of a domain's own generators. Models reword in agents/rewording.py."""
