"""What the outcomes so far say: which features go with failures, which were hardly tried, where new species may be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swarm.probing.features import features, fingerprint, niche
from swarm.records import Origin, Probe, Verdict
from swarm.species import kind_of

DOUBT = 2.0
"""Imagined tries at the mean rate that each feature starts with."""
KNOWN = 0.2
"""The least that a failure is worth where its species is known."""
CULPRITS = 2
"""The most suspicious features that a probe is judged by."""


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
        self._asked: dict[str, float] = {}
        self._failed: dict[str, float] = {}
        self._last: dict[str, Probe] = {}
        self._niches: dict[str, Counter[str]] = {}
        self._tries, self._failures = 0.0, 0.0

    def add(self, one: Tried) -> float:
        """Take an outcome in. Returns its yield: 1/n for the n-th failure of a species, 0 for a pass."""
        found = features(one.probe)
        self._tries += 1
        _count(self._asked, found)
        if one.passed:
            return 0.0
        self._failures += 1
        _count(self._failed, found)
        self._last.update(dict.fromkeys(found, one.probe))
        self.species[one.species] += 1
        self._niches.setdefault(niche(one.probe), Counter())[one.species] += 1
        return 1 / self.species[one.species]

    def fade(self) -> None:
        """Halve the counts: another student has come, which may have learned what the last one failed on."""
        for counts in (self._asked, self._failed):
            counts.update({name: count / 2 for name, count in counts.items()})
        self._tries, self._failures = self._tries / 2, self._failures / 2

    def suspicion(self, found: Iterable[str]) -> float:
        """The chance that a probe with these features fails: the mean of its two most suspicious ones.

        Each is shrunk towards the mean over all with the weight of two tries, so few failures already raise it: what
        is suspected in vain costs one call.
        """
        rates = self._rates(found)
        return sum(rates) / len(rates) if rates else self._mean

    def culprit(self, found: Iterable[str]) -> Probe | None:
        """The latest failure that has the most suspicious of these features; None where none has failed."""
        known = [name for name in found if name in self._failed]
        return self._last[max(known, key=lambda name: (self._rate(name), name))] if known else None

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

    @property
    def _mean(self) -> float:
        return (self._failures + 1) / (self._tries + 4)

    def _rate(self, name: str) -> float:
        return (self._failed.get(name, 0.0) + DOUBT * self._mean) / (self._asked.get(name, 0.0) + DOUBT)

    def _rates(self, found: Iterable[str]) -> list[float]:
        return sorted((self._rate(name) for name in found if name in self._asked), reverse=True)[:CULPRITS]


def _count(counts: dict[str, float], names: Iterable[str]) -> None:
    for name in names:
        counts[name] = counts.get(name, 0.0) + 1
