"""The next probes of an arm: by the service's prober, steered or not, or by its families drawn evenly."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.prober import Prober
from bench.adversary.arms import Arm as Way
from bench.adversary.arms import counts, prober_of
from bench.calendar.plan import Arm
from swarm.domains.base import Domain
from swarm.probing.draws import Drawn, alone, probe_of
from swarm.probing.evidence import Tried
from swarm.probing.families import FAMILIES
from swarm.probing.workshop import Workshop
from swarm.records import Cell, Probe, Purpose, Sample

WAYS = {
    Arm.SWARM: Way("swarm", tuple(FAMILIES), steered=True),
    Arm.UNIFORM: Way("uniform"),
    Arm.OPERATORS: Way("operators", tuple(FAMILIES)),
    Arm.STEERED: Way("steered", steered=True),
}


@dataclass
class EvenWorkshop(Workshop):
    """Families that go by nothing that failed: what they offer is taken in an order that is drawn, evenly over cells.

    An outcome only says what was asked, so that edits have parents, cell by cell the least edited first, and what
    passed, which the weather presses. Replay goes by failures alone: it has nothing to offer.
    """

    drawings: int = 0

    def learn(self, one: Tried) -> None:
        """Take in that a probe was asked."""
        self.open.pop(one.key, None)
        self.archive.add(Tried(one.probe, ""), 0.0)
        if one.passed:
            self.passed.append(one.probe)

    def best(self, candidates: Sequence[Drawn], wanted: int, score: Callable[[Drawn], float]) -> list[Drawn]:  # noqa: ARG002 - the workshop's
        """Any of them, of each cell as many as of another where there are so many."""
        self.drawings += 1
        rng = random.Random(f"{self.seed}/even/{self.drawings}")
        order, ranks, seen = rng.sample(candidates, len(candidates)), list[int](), Counter[str]()
        for drawn in order:
            cell = drawn.probes[0].cell.key
            ranks.append(seen[cell])
            seen[cell] += 1
        return [order[place] for place in sorted(range(len(order)), key=ranks.__getitem__)][: max(0, wanted)]


class Probing:
    """The probes of one arm and seed, in the cells of the plan. The twin of a trap is left out, since it would give
    other cells more than their share, some of them beside the plan's.

    The same outcomes bring the same probes, so that what was played before can be played again without the student.
    """

    def __init__(self, arm: Arm, domain: Domain, cells: Sequence[str], seed: int) -> None:
        named = [Cell.parse(key) for key in cells]
        way, source = WAYS[arm], f"bench-calendar/{seed}"
        self._way = way
        self._cells = frozenset(cells)
        if arm is Arm.OPERATORS:
            families = {Purpose.LEARN: way.families}
            self._prober = Prober(domain, named, source, families, way.width, EvenWorkshop)
        else:
            self._prober = prober_of(way, domain, source, Purpose.LEARN, named)
        self._of_student: list[Tried] = []

    def probes(self, wanted: int) -> list[Probe]:
        """So many, none of them asked before. Raises ValueError where there is none left."""
        found = list[Probe]()
        while len(found) < wanted:
            known = counts(self._of_student) if self._way.steered else []
            made = self._prober.act(known, Purpose.LEARN, wanted - len(found))
            if not made:
                raise ValueError(f"{self._way.name} has no new question after {len(found)} of {wanted}: ask for fewer")
            found += [probe for probe in firsts(made) if probe.cell.key in self._cells]
        return found[:wanted]

    def hear(self, outcomes: Sequence[Tried]) -> None:
        """What became of them."""
        self._of_student += outcomes
        self._prober.learn(outcomes)

    def another_student(self) -> None:
        """The student has learned: cells are counted anew, and what was learned of it fades."""
        self._of_student = []
        self._prober.fade()


def firsts(made: Sequence[Sample]) -> list[Probe]:
    """The probes of a prober without the twins, each of which follows its trap."""
    before, found = set[str](), list[Probe]()
    for sample in made:
        if probe_of(sample).twin_id not in before:
            found.append(probe_of(alone(sample)))
        before.add(sample.id)
    return found
