"""Where the next probes go: the weight of each cell, from what the student passed and failed in it."""

import math
from collections.abc import Sequence

from swarm.records import Cell, Purpose
from swarm.state import CellCount

SHARPNESS = 0.02
"""Width of the frontier reward; METHODS.md, Prober."""

TAUGHT_FROM = 0.25
"""Pass rate under which the learning reward stays at its value here."""

EXPLORATION = 0.5
"""Weight of the UCB1 bonus against rewards, which lie between 0 and 1."""

FLOOR = 0.2
"""Share of all probes that is spread evenly, so that no cell starves."""


def learning_reward(pass_rate: float) -> float:
    """The frontier reward exp(-(p(1-p) - 1/4)^2 / 0.02) at p = max(pass rate, 1/4): 1 at 1/2, .82 at 0, .04 at 1.

    Where the answer must be found by trying (SPICE, 2510.24684), a cell that always fails teaches nothing. Here every
    failure comes back with a worked correction, so a cell that always fails earns nearly as much as the frontier.
    """
    rate = max(pass_rate, TAUGHT_FROM)
    return math.exp(-((rate * (1 - rate) - 0.25) ** 2) / SHARPNESS)


def certifying_reward(pass_rate: float) -> float:
    """The chance to find a failure, 1 - p."""
    return 1 - pass_rate


def cell_weights(counts: Sequence[CellCount], cells: Sequence[Cell], purpose: Purpose) -> list[float]:
    """The share of probes that each cell should get, in the order of `cells`, summing to 1.

    With n attempts in a cell and N in all, its index is reward(p) + 0.5 sqrt(ln(1 + N) / (1 + n)), where p is the mean
    of the Beta(1 + passed, 1 + failed) posterior. Shares are proportional to the index (many probes are in flight at
    once, so the best cell must not take all), above a floor of 0.2 spread evenly. LEARN is rewarded for teaching, SIEGE
    for breaking; any other purpose is uniform. Counts of one cell are added up: pass only those that speak of the
    present student. Raises ValueError where there are no cells.
    """
    if not cells:
        raise ValueError("0 cells: there is nothing to probe; give at least one")
    even = 1 / len(cells)
    if purpose not in (Purpose.LEARN, Purpose.SIEGE):
        return [even] * len(cells)
    reward = learning_reward if purpose is Purpose.LEARN else certifying_reward
    tallies = [_tally(counts, cell) for cell in cells]
    everything = sum(passed + failed for passed, failed in tallies)
    index = [
        reward((passed + 1) / (passed + failed + 2))
        + EXPLORATION * math.sqrt(math.log1p(everything) / (1 + passed + failed))
        for passed, failed in tallies
    ]
    return [FLOOR * even + (1 - FLOOR) * value / sum(index) for value in index]


def _tally(counts: Sequence[CellCount], cell: Cell) -> tuple[int, int]:
    mine = [count for count in counts if count.cell == cell]
    return sum(count.passed for count in mine), sum(count.failed for count in mine)
