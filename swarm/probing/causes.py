"""What makes the student fail: a noisy-or over the features of probes, fitted to the outcomes so far."""

from collections import deque
from collections.abc import Iterable, Sequence
from math import expm1, log1p

import numpy as np
from numpy.typing import NDArray

GUILTY, INNOCENT = 0.02, 1.0
"""The Beta prior of each feature's chance to make a probe fail: few do, and one pass speaks against it."""
LEAK = 0.01
"""The chance to fail without any feature's doing."""
SUREST = 0.98
"""The most that a feature is held to do."""
STEPS = 15
"""Steps of expectation maximisation."""
REMEMBERED = 2000
"""The latest failures that are fitted to."""


class Causes:
    """Each feature that is there makes the probe fail with a chance of its own: P = 1 - (1 - leak) prod(1 - q).

    A failure is so explained by its most suspicious features, and a feature that was there when probes passed is
    cleared, whatever it was there with: a student's hole is a feature, not a sum of them. Noisy-or (Pearl, 1988),
    fitted by EM (Dempster et al., 1977) from the same start, so that the same outcomes give the same chances.
    """

    def __init__(self) -> None:
        self._passed: dict[str, float] = {}
        self._failures: deque[tuple[tuple[str, ...], float]] = deque(maxlen=REMEMBERED)
        self._chances: dict[str, float] | None = {}

    def add(self, found: Sequence[str], *, failed: bool) -> None:
        """Take in an outcome of a probe with these features."""
        if failed:
            self._failures.append((tuple(found), 1.0))
        else:
            for name in found:
                self._passed[name] = self._passed.get(name, 0.0) + 1
        self._chances = None

    def fade(self) -> None:
        """Halve what was seen."""
        self._passed = {name: count / 2 for name, count in self._passed.items()}
        self._failures = deque(((found, weight / 2) for found, weight in self._failures), REMEMBERED)
        self._chances = None

    def failing(self, found: Iterable[str]) -> float:
        """The chance that a probe with these features fails."""
        chances, spared = self._fitted(), log1p(-LEAK)
        for name in found:
            chance = chances.get(name)
            # What was in no failure keeps the prior, less what its passes say; what is new is a little suspicious.
            spared += log1p(-(GUILTY / (self._passed.get(name, 0.0) + GUILTY + INNOCENT) if chance is None else chance))
        return -expm1(spared)

    def culprit(self, found: Iterable[str]) -> str:
        """The feature that is likeliest to make it fail, of those that were in a failure; "" where there is none."""
        chances = self._fitted()
        return max((name for name in found if name in chances), key=lambda name: (chances[name], name), default="")

    def _fitted(self) -> dict[str, float]:
        if self._chances is None:
            names = sorted({name for found, _ in self._failures for name in found})
            self._chances = dict(zip(names, self._fit(names).tolist(), strict=True))
        return self._chances

    def _fit(self, names: Sequence[str]) -> NDArray[np.float64]:
        """The chance of each feature that was in a failure."""
        place = {name: number for number, name in enumerate(names)}
        member = np.array([place[name] for found, _ in self._failures for name in found], dtype=np.intp)
        owner = np.repeat(np.arange(len(self._failures)), [len(found) for found, _ in self._failures])
        weight = np.array([weight for _, weight in self._failures])[owner] if len(owner) else np.zeros(0)
        failed = np.bincount(member, weight, len(names))
        seen = failed + np.array([self._passed.get(name, 0.0) for name in names], dtype=np.float64)
        chances = (failed + GUILTY) / (seen + GUILTY + INNOCENT)
        for _ in range(STEPS):
            spared = np.bincount(owner, np.log1p(-chances[member]), len(self._failures))
            blame = chances[member] / (1 - (1 - LEAK) * np.exp(spared))[owner]
            caused = np.bincount(member, weight * blame, len(names))
            chances = np.minimum((caused + GUILTY) / (seen + GUILTY + INNOCENT), SUREST)
        return chances
