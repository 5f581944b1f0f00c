"""Candidates: probes that were drawn and not yet asked, of which the most promising go first. Drawing costs no call."""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Sequence

from swarm.domains.base import Domain
from swarm.probing.draws import Drawn, Recipe, draw
from swarm.records import Cell, Purpose

SIZE = 600
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
        self._held: list[Drawn] = []

    def top_up(self, draws: int, weights: Sequence[float], purpose: Purpose) -> None:
        """Draw so many more, cells by their weights; the oldest go where there are too many."""
        if purpose is not self._purpose:
            self._held, self._purpose = [], purpose
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
            self._held.append(Drawn(recipe, samples))
        self._held = self._held[-SIZE:]

    def take(self, wanted: int, score: Callable[[Drawn], float]) -> list[Drawn]:
        """The best of them, and out of the pool: a candidate's score is divided by 1 + those chosen of its niche."""
        pending: Counter[str] = Counter()
        heap = [(-score(drawn), place) for place, drawn in enumerate(self._held)]
        firm = [-negative for negative, _ in heap]
        heapq.heapify(heap)
        taken: list[int] = []
        while heap and len(taken) < wanted:
            before, place = heapq.heappop(heap)
            now = -firm[place] / (1 + pending[self._held[place].niche])
            if now > before:
                heapq.heappush(heap, (now, place))
                continue
            taken.append(place)
            pending[self._held[place].niche] += 1
        chosen = [self._held[place] for place in taken]
        gone = frozenset(taken)
        self._held = [drawn for place, drawn in enumerate(self._held) if place not in gone]
        return chosen
