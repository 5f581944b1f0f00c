"""What the outcomes so far say: which features go with failures, which were hardly tried, where new species may be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swarm.probing.causes import Causes
from swarm.probing.features import features, fingerprint, niche
from swarm.records import Origin, Probe, Verdict
from swarm.species import kind_of

KNOWN = 0.2
"""The least that a failure is worth where its species is known."""


@dataclass(frozen=True)
class Tried:
    """A probe that was answered and judged. `species` is "" where it passed."""

    probe: Probe
    species: str

    @property
    def passed(self) -> bool:
        """Whether the answer was right."""
        return not self.species

    @property
    def family(self) -> Origin:
        """Who made it."""
        return self.probe.origin

    @property
    def key(self) -> bytes:
        """The same wherever the same was asked."""
        return fingerprint(self.probe.question)


def tried(probe: Probe, verdict: Verdict) -> Tried:
    """An outcome by the probe and its verdict."""
    return Tried(probe, "" if verdict.passed else kind_of(probe, verdict).name)


class Evidence:
    """Counts over the outcomes added so far."""

    def __init__(self) -> None:
        self.species: Counter[str] = Counter()
        self._causes = Causes()
        self._asked: dict[str, float] = {}
        self._last: dict[str, Probe] = {}
        self._niches: dict[str, Counter[str]] = {}

    def add(self, one: Tried) -> float:
        """Take an outcome in. Returns its yield: 1/n for the n-th failure of a species, 0 for a pass."""
        found = features(one.probe)
        self._causes.add(found, failed=not one.passed)
        for name in found:
            self._asked[name] = self._asked.get(name, 0.0) + 1
        if one.passed:
            return 0.0
        self._last.update(dict.fromkeys(found, one.probe))
        self.species[one.species] += 1
        self._niches.setdefault(niche(one.probe), Counter())[one.species] += 1
        return 1 / self.species[one.species]

    def fade(self) -> None:
        """Halve the counts: another student has come, which may have learned what the last one failed on."""
        self._asked = {name: count / 2 for name, count in self._asked.items()}
        self._causes.fade()

    def suspicion(self, found: Iterable[str]) -> float:
        """The chance that a probe with these features fails."""
        return self._causes.failing(found)

    def culprit(self, found: Iterable[str]) -> Probe | None:
        """The latest failure that has the most suspicious of these features; None where none has failed."""
        return self._last.get(self._causes.culprit(found))

    def unseen(self, probe: Probe) -> float:
        """The chance that a failure here is of a new species, after Good and Turing: (singletons + 1)/(failures + 1).

        It orders candidates and no more: under a search that adapts, such estimates are too low.
        """
        seen = self._niches.get(niche(probe), Counter())
        return (sum(count == 1 for count in seen.values()) + 1) / (seen.total() + 1)

    def novelty(self, found: Sequence[str]) -> float:
        """How little of this was tried: the sum of 1/(1 + tries)^2 over its features, over the root of their number."""
        return sum((1 + self._asked.get(name, 0.0)) ** -2 for name in found) / len(found) ** 0.5

    def promise(self, probe: Probe, found: Sequence[str]) -> float:
        """The chance that a probe fails, weighed by the chance that the failure is of a new species."""
        return self.suspicion(found) * max(self.unseen(probe), KNOWN)
