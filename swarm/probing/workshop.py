"""What the prober families share: the domain, what is known of the student, candidates, and how probes were made."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol, TypeVar

from swarm.domains.base import Domain
from swarm.probing.archive import Archive
from swarm.probing.draws import Drawn, Recipe
from swarm.probing.evidence import Evidence, Tried
from swarm.probing.features import fingerprint, niche
from swarm.probing.pool import Pool, spread
from swarm.records import Cell, Origin, Probe, Purpose

T = TypeVar("T")

RECIPES = 20_000
"""Asked probes whose recipe is remembered, so that they can be edited."""
OFFERS = 4
"""Candidates that each family puts forward for each probe that is wanted."""
OPEN = 300
"""Probes whose verdicts are waited for; older ones are given up."""
PASSED = 300
"""The latest probes that were answered rightly, for families that press what holds."""


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

    passed: deque[Probe] = field(default_factory=lambda: deque(maxlen=PASSED))
    """What was answered rightly of late."""
    _edits: OrderedDict[bytes, tuple[bytes, str]] = field(default_factory=OrderedDict)

    def learn(self, one: Tried) -> None:
        """Take in what became of a probe, whoever made it."""
        self.open.pop(one.key, None)
        self.archive.add(one, self.evidence.add(one), *self._edits.pop(one.key, (b"", "")))
        if one.passed:
            self.passed.append(one.probe)

    def promise(self, drawn: Drawn) -> float:
        """How much these probes promise, each on the average."""
        return fmean(map(self.evidence.promise, drawn.probes, drawn.traits))

    def draw(self, wanted: int, asked: Round) -> None:
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
        first = fingerprint(drawn.probes[0].question)
        if drawn.recipe is not None:
            _keep(self.recipes, first, drawn.recipe, RECIPES)
        if drawn.edit and drawn.parent is not None:
            _keep(self._edits, first, (fingerprint(drawn.parent.question), drawn.edit), RECIPES)
        for probe in drawn.probes:
            _keep(self.open, fingerprint(probe.question), niche(probe), OPEN)


def _keep(held: OrderedDict[bytes, T], key: bytes, value: T, most: int) -> None:
    held[key] = value
    if len(held) > most:
        held.popitem(last=False)
