"""The prober: makes probes of the domain where the student is worth probing, and refuses those that are unsound."""

import random
import re
from collections import Counter, OrderedDict, deque
from collections.abc import Sequence
from hashlib import blake2b

from swarm.domains.base import Domain
from swarm.records import Cell, Probe, Purpose, Sample
from swarm.state import CellCount
from swarm.steering import cell_weights

REMEMBERED = 100_000
"""Questions that are remembered so as not to be asked again."""

TRIES = 20
"""Draws for each probe wanted before `act` returns with fewer."""

_NUMBER = re.compile(r"\d+")


class Prober:
    """Steered by the counts that it is given; remembers only which questions it has made.

    Every draw has a source of its own, named by seed, purpose, cell and number: the same seed makes the same probes
    with the same ids, so a restarted prober must be given another seed. `invalid` counts what the gate refused, by
    reason.
    """

    def __init__(self, domain: Domain, cells: Sequence[Cell] = (), seed: str = "0") -> None:
        self._domain = domain
        self._cells = tuple(cells) or tuple(domain.cells())
        self._seed = seed
        self._drawn = 0
        self._gate = Gate(domain)

    @property
    def invalid(self) -> dict[str, int]:
        """Refused probes by reason, since the start."""
        return dict(self._gate.refused)

    def act(self, counts: Sequence[CellCount], purpose: Purpose, limit: int) -> list[Sample]:
        """About `limit` sound probes: a trap is followed by its answerable twin, and such a pair is never split.

        So there may be one more than `limit`, or fewer where the cells run out of new questions. A census is drawn
        independently and uniformly from the cells; a twin would bind two draws together and is left out.
        """
        weights = cell_weights(counts, self._cells, purpose)
        made: list[Sample] = []
        for _ in range(limit * TRIES):
            if len(made) >= limit:
                break
            made.extend(self._draw(weights, purpose))
        return made

    def _draw(self, weights: Sequence[float], purpose: Purpose) -> list[Sample]:
        """One probe, or a trap with its twin; nothing where the gate refuses any of them."""
        self._drawn += 1
        where = random.Random(f"{self._seed}/{purpose}/{self._drawn}")
        cell = where.choices(self._cells, weights)[0]
        rng = random.Random(f"{self._seed}/{purpose}/{self._drawn}/{cell.key}")
        try:
            samples = self._domain.make(cell, rng, purpose)
        except ValueError:
            self._gate.refused["not made"] += 1
            return []
        if purpose is Purpose.CENSUS:
            samples = [alone(samples[0])]
        return samples if self._gate.admits(samples) else []


class Gate:
    """The validity gate: what a probe must be before a student sees it; METHODS.md, Prober."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._asked: OrderedDict[bytes, None] = OrderedDict()
        self._answers: dict[str, deque[str]] = {}
        self.refused: Counter[str] = Counter()

    def admits(self, samples: Sequence[Sample]) -> bool:
        """Whether all of them are sound and new; then they are remembered, else the reason is counted."""
        probes = [probe_of(sample) for sample in samples]
        for probe in probes:
            if reason := self._objection(probe):
                self.refused[reason] += 1
                return False
        for probe in probes:
            self._remember(probe)
        return True

    def _objection(self, probe: Probe) -> str:
        if probe.reference is None:
            return "no reference"
        right = self._domain.verify(probe, probe.reference.answer)
        if not right.correct:
            return "reference refused"
        if any(self._also_passes(probe, other, right.canonical) for other in self._rivals(probe)):
            return "counterfactual accepted"
        return "asked before" if fingerprint(probe.question) in self._asked else ""

    def _rivals(self, probe: Probe) -> list[str]:
        """Answers that should be wrong: each number off by one, and what recent probes of that form had as answer."""
        assert probe.reference is not None
        answer = probe.reference.answer
        near = [
            f"{answer[: hit.start()]}{int(hit[0]) + 1:0{len(hit[0])}d}{answer[hit.end() :]}"
            for hit in _NUMBER.finditer(answer)
        ]
        return near + list(self._answers.get(probe.cell.form, ()))

    def _also_passes(self, probe: Probe, answer: str, canonical: str | None) -> bool:
        found = self._domain.verify(probe, answer)
        return found.correct and found.canonical != canonical

    def _remember(self, probe: Probe) -> None:
        assert probe.reference is not None
        self._asked[fingerprint(probe.question)] = None
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        self._answers.setdefault(probe.cell.form, deque(maxlen=3)).append(probe.reference.answer)


def probe_of(sample: Sample) -> Probe:
    """The probe that a sample holds. Raises ValueError where it holds something else."""
    if not isinstance(sample.payload, Probe):
        raise ValueError(f"sample {sample.id} holds a {sample.kind}, not a probe")
    return sample.payload


def alone(sample: Sample) -> Sample:
    """A probe without its tie to a twin that is not published."""
    return sample.model_copy(update={"payload": probe_of(sample).model_copy(update={"twin_id": ""})})


def fingerprint(question: str) -> bytes:
    """The same for questions that differ in spaces and capitals only."""
    return blake2b(" ".join(question.casefold().split()).encode(), digest_size=16).digest()
