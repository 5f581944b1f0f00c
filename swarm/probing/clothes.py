"""The clothes of what a siege found: fresh probes that go back to its failures, by what they share with them."""

import random
from collections.abc import Iterable, Sequence

from swarm.domains.base import Domain
from swarm.probing.draws import alone, probe_of
from swarm.probing.evidence import Evidence, tried
from swarm.probing.features import features, fingerprint, niche
from swarm.records import Cell, Origin, Probe, Purpose, Sample, Tier, Verdict
from swarm.weather import OPERATORS, Made, Weathered, press

SHARED = 0.5
"""How much of a failure's suspicion what a probe shares with it must carry."""
LEAST = 0.1
"""The least suspicion that tells a failure from what passed."""
TRIES = 1000
"""Draws after which a failure counts as one that the domain can't dress anew."""


class Clothes:
    """What the siege of one student showed: its failures, and the features that go with failing.

    A probe is in the clothes of a failure where it asks something else, in the same cell and with the same trap, and
    what both share is what the failure is suspected for. It follows from the outcomes alone, so whoever reads the same
    ones, in the order of their revisions, comes to the same. `revision` is that up to which they were read.
    """

    def __init__(self, probes: Iterable[Sample], verdicts: Iterable[Sample], revision: int = 0) -> None:
        """What quarantine withholds or was forgotten is no part of it."""
        asked = {sample.id: sample.payload for sample in _counted(probes) if isinstance(sample.payload, Probe)}
        self.revision = revision
        self.failures: dict[str, Probe] = {}
        self._evidence = Evidence()
        self._bare: set[str] = set()
        for sample in _counted(verdicts):
            probe, verdict = asked.pop(sample.root_id, None), sample.payload
            if probe is not None and probe.reference is not None and isinstance(verdict, Verdict):
                self._evidence.add(tried(probe, verdict))
                self.failures |= {} if verdict.passed else {sample.root_id: probe}
        had = {failure_id: features(failure) for failure_id, failure in self.failures.items()}
        self._marks = {
            failure_id: (frozenset(found), max(LEAST, SHARED * self._evidence.suspicion(found)))
            for failure_id, found in had.items()
        }

    def worn(self, probe: Probe, failure_id: str) -> bool:
        """Whether a probe is in the clothes of this failure; False where the siege knows no such failure."""
        failure = self.failures.get(failure_id)
        if failure is None or niche(failure) != niche(probe):
            return False
        if fingerprint(failure.question) == fingerprint(probe.question):
            return False
        had, least = self._marks[failure_id]
        return self._evidence.suspicion(sorted(had.intersection(features(probe)))) >= least

    def dress(
        self, domain: Domain, cells: Sequence[Cell], rng: random.Random, purpose: Purpose
    ) -> tuple[Sample, str] | None:
        """A probe drawn in the clothes of a failure, and that failure's id; None where the domain makes none.

        Each failure has the same chance. `cells` are those of which a trap may have such a probe as its twin.
        """
        left = sorted(self.failures.keys() - self._bare)
        for failure_id in rng.sample(left, len(left)):
            if made := self.like(failure_id, domain, cells, rng, purpose):
                return made, failure_id
            self._bare.add(failure_id)
        return None

    def like(
        self, failure_id: str, domain: Domain, cells: Sequence[Cell], rng: random.Random, purpose: Purpose
    ) -> Sample | None:
        """The first of TRIES draws that is in the clothes of this failure, from its cell or as a twin in one of these;
        by itself, without its tie to a twin. What an operator had pressed is pressed so again."""
        failure = self.failures[failure_id]
        for number in range(TRIES):
            cell = rng.choice(cells) if cells and number % 2 else failure.cell
            for sample in _drawn(domain, failure, cell, rng, purpose):
                if self.worn(probe_of(sample), failure_id):
                    return alone(sample)
        return None


def _drawn(domain: Domain, failure: Probe, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
    """What a draw brings; nothing where the domain makes nothing, or the failure's operator knows nothing of it."""
    if failure.origin is not Origin.WEATHER or failure.operator not in OPERATORS or not isinstance(domain, Weathered):
        return _made(domain, cell, rng, purpose)
    near = [each for each in domain.cells() if each.subdomain == failure.cell.subdomain]
    plain = _made(domain, rng.choice(near), rng, purpose) if near else []
    presses = [press(domain, failure.operator, probe_of(sample), rng) for sample in plain]
    return [found.trap for found in presses if isinstance(found, Made)]


def _made(domain: Domain, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
    try:
        return domain.make(cell, rng, purpose)
    except ValueError:
        return []


def _counted(samples: Iterable[Sample]) -> Iterable[Sample]:
    return (sample for sample in samples if sample.tier is not Tier.QUARANTINED and not sample.forgotten)
