"""The archive: a MAP-Elites grid of the domain's cells, the probes worth going back to in each, and what edits brought.

It is made of outcomes alone, so a restarted prober rebuilds it from the exchange's samples. METHODS.md, Prober.
"""

import math
import random
import statistics
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from swarm.probing.evidence import Tried
from swarm.records import Cell, Probe

CELLS, ELITES, EDITS = 200, 8, 3
"""Most cells; most elites in a cell; the latest edits that are remembered of each elite."""
SHARPNESS, NARROWEST = 10.0, 0.05
"""Slope of the parents' sigmoid, and the least spread that scores are measured in."""


@dataclass
class Elite:
    """A probe worth an edit. `tries` and `failures` are its own and its children's."""

    key: bytes
    probe: Probe
    tries: int = 0
    failures: int = 0
    children: int = 0
    edits: deque[tuple[str, bool]] = field(default_factory=lambda: deque(maxlen=EDITS))
    """The latest edits, each with whether the student failed on what came of it."""

    @property
    def score(self) -> float:
        """1 - p, where p is the mean of the Beta(1 + passed, 1 + failed) posterior of its lineage."""
        return (1 + self.failures) / (2 + self.tries)


@dataclass
class _Square:
    """One cell of the grid: its elites, and the verified yield of all that was tried in it."""

    elites: dict[bytes, Elite] = field(default_factory=dict)
    tries: int = 0
    gained: float = 0.0


class Archive:
    """Raises ValueError for more than 200 cells, or none."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        if not 0 < len(cells) <= CELLS:
            raise ValueError(f"{len(cells)} cells: an archive has 1 to {CELLS}; name fewer, such as one subdomain")
        self.cells = tuple(cells)
        self._squares = {cell.key: _Square() for cell in cells}
        self._tries = 0

    def add(self, one: Tried, gain: float, parent: bytes = b"", edit: str = "") -> None:
        """Take an outcome in: its yield to its cell, itself to its cell's elites, and to its parent what the edit did.

        Probes of cells that aren't here, such as twins, are left out.
        """
        square = self._squares.get(one.probe.cell.key)
        if square is None:
            return
        self._tries += 1
        square.tries += 1
        square.gained += gain
        square.elites[one.key] = Elite(one.key, one.probe, tries=1, failures=int(not one.passed))
        if len(square.elites) > ELITES:
            weakest = min(square.elites.values(), key=lambda elite: elite.score)
            del square.elites[weakest.key]
        if elite := self.elite(parent):
            elite.tries += 1
            elite.failures += not one.passed
            elite.edits.append((edit, not one.passed))

    def elite(self, key: bytes) -> Elite | None:
        """The elite of that question, where it is one."""
        return next((s.elites[key] for s in self._squares.values() if key in s.elites), None)

    def elites(self, cell: Cell) -> list[Elite]:
        """The elites of a cell."""
        return list(self._squares[cell.key].elites.values())

    def index(self, cell: Cell, pending: int = 0) -> float:
        """UCB1 of a cell: its mean yield, plus sqrt(2 ln N / n); probes under way count as tried without yield."""
        square = self._squares[cell.key]
        tries = square.tries + pending
        return math.inf if not tries else square.gained / tries + math.sqrt(2 * math.log(self._tries + 1) / tries)

    def parent(self, cell: Cell, rng: random.Random, of: Container[bytes] | None = None) -> Elite | None:
        """An elite of a cell (of those named, where any are), drawn by its weight; it has one child more then."""
        known = [elite for elite in self.elites(cell) if of is None or elite.key in of]
        if not known:
            return None
        chosen = rng.choices(known, parent_weights([elite.score for elite in known], [e.children for e in known]))[0]
        chosen.children += 1
        return chosen


def parent_weights(scores: Sequence[float], children: Sequence[int]) -> list[float]:
    """sigmoid(10 (score - median)/max(MAD, floor)) / (1 + children), as ShinkaEvolve weighs parents."""
    middle = statistics.median(scores)
    spread = max(statistics.median(abs(score - middle) for score in scores), NARROWEST)
    slopes = (SHARPNESS * (score - middle) / spread for score in scores)
    return [
        1 / (1 + math.exp(-max(-50.0, min(50.0, slope)))) / (1 + count)
        for slope, count in zip(slopes, children, strict=True)
    ]
