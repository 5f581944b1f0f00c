"""Candidates: probes that were drawn and not yet asked, of which the most promising go first. Drawing costs no call."""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from swarm.domains.base import Domain
from swarm.probing.draws import Drawn, Recipe, alone, draw
from swarm.records import Cell, Purpose, Sample

SIZE = 1200
"""Candidates that are kept."""


class Pool:
    """Candidates of one purpose; another purpose empties it. `not_made` counts draws that the domain refused."""

    def __init__(self, domain: Domain, cells: Sequence[Cell], seed: str) -> None:
        self.not_made = 0
        self._domain = domain
        self._cells = tuple(cells)
        self._seed = seed
        self._number = 0
        self._purpose = Purpose.LEARN
        self.held: list[Drawn] = []

    def top_up(self, draws: int, weights: Sequence[float], purpose: Purpose) -> None:
        """Draw so many more, cells by their weights; the oldest go where there are too many."""
        if purpose is not self._purpose:
            self.held, self._purpose = [], purpose
        for _ in range(draws):
            self._number += 1
            seed = f"{self._seed}/{purpose}/pool/{self._number}"
            cell = random.Random(seed).choices(self._cells, weights)[0]
            recipe = Recipe(cell, f"{seed}/{cell.key}")
            try:
                samples, _ = draw(self._domain, recipe, purpose)
            except ValueError:
                self.not_made += 1
                continue
            self.held += _parts(recipe, samples) if purpose is Purpose.SIEGE else [Drawn(recipe, samples)]
        self.held = self.held[-SIZE:]

    def drop(self, gone: Collection[Recipe | None]) -> None:
        """Take candidates out: they were asked, or refused."""
        self.held = [drawn for drawn in self.held if drawn.recipe not in gone]


def spread(
    candidates: Sequence[Drawn], wanted: int, score: Callable[[Drawn], float], pending: Mapping[str, int]
) -> list[Drawn]:
    """The best first: a score is divided by 1 + those of its niche that are pending or chosen, so none takes all."""
    pending = Counter(pending)
    firm = [score(drawn) for drawn in candidates]
    heap = [
        (-value / (1 + pending[drawn.niche]), n) for n, (value, drawn) in enumerate(zip(firm, candidates, strict=True))
    ]
    heapq.heapify(heap)
    taken: list[Drawn] = []
    while heap and len(taken) < wanted:
        before, place = heapq.heappop(heap)
        drawn = candidates[place]
        now = -firm[place] / (1 + pending[drawn.niche])
        if now > before:
            heapq.heappush(heap, (now, place))
            continue
        taken.append(drawn)
        pending[drawn.niche] += 1
    return taken


def _parts(recipe: Recipe, samples: Sequence[Sample]) -> list[Drawn]:
    return [Drawn(replace(recipe, part=part), (alone(sample),)) for part, sample in enumerate(samples)]
