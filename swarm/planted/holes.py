"""Holes: which questions a planted student gets wrong, in what way, and how holes are chosen for one."""

import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from swarm.domains.base import Domain
from swarm.records import Cell, Probe, Purpose, Reference
from swarm.rubric_cases import abstains

LEAST, MOST = 0.005, 0.05
"""Prevalences of holes over a census of the domain, after METHODS.md, Convergence: power."""
SHARED = 0.5
"""Most that two holes of one student may have in common, as a share of the smaller one."""
MEASURED = 2000
"""Census probes on which prevalences are measured."""
_NUMBER = re.compile(r"\d+")
_RIVALS = 12


class Slip(StrEnum):
    """How a planted student is wrong in a hole; where a slip gives nothing wrong, the next one is taken."""

    LAST = "last number off by one"
    FIRST = "first number off by one"
    DECLINES = "declines"
    MADE_UP = "makes something up"


@dataclass(frozen=True)
class Rule:
    """A kind of question, by a predicate that reads the probe alone, its reference included."""

    name: str
    holds: Callable[[Probe], bool]


@dataclass(frozen=True)
class Hole:
    """A rule under which a student fails, how it fails there, and the share of a census that falls into it."""

    rule: Rule
    slip: Slip
    prevalence: float

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name


def census(domain: Domain, cells: Sequence[Cell], rng: random.Random) -> list[Probe]:
    """The probes of a census of these cells on which prevalences are measured."""
    drawn = (domain.make(rng.choice(cells), rng, Purpose.CENSUS)[0].payload for _ in range(MEASURED))
    return [probe for probe in drawn if isinstance(probe, Probe)]


def choose(
    domain: Domain, rules: Sequence[Rule], count: int, seed: str, cells: Sequence[Cell] = ()
) -> tuple[Hole, ...]:
    """`count` holes of rules drawn at random, each of `LEAST` to `MOST` prevalence, no two of which are much alike.

    Prevalences are those in a census of these cells, or of all. Raises ValueError where fewer rules fit.
    """
    rng = random.Random(f"holes/{seed}")
    drawn = census(domain, tuple(cells) or tuple(domain.cells()), rng)
    found: list[tuple[Hole, frozenset[int]]] = []
    for rule in rng.sample(list(rules), len(rules)):
        inside = frozenset(n for n, probe in enumerate(drawn) if rule.holds(probe))
        share = len(inside) / MEASURED
        if LEAST <= share <= MOST and all(_apart(inside, other) for _, other in found):
            found.append((Hole(rule, rng.choice(list(Slip)), share), inside))
        if len(found) == count:
            return tuple(hole for hole, _ in found)
    raise ValueError(f"only {len(found)} of {len(rules)} rules fit, and {count} holes are wanted: ask for fewer")


def _apart(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) <= SHARED * min(len(one), len(other))


def slipped(domain: Domain, probe: Probe, slip: Slip) -> str:
    """A wrong answer of that kind, the same for each kind of answer. Raises ValueError where none is wrong."""
    right = domain.solve(probe).answer
    order = list(Slip)
    order = order[order.index(slip) :] + order[: order.index(slip)]
    tries = (made for one in order for made in _tries(one, right, probe))
    for text in itertools.chain(tries, domain.choices, _rivals(domain, probe)):
        decided = domain.verify(probe, text)
        if decided.canonical is not None and not decided.correct:
            return domain.completion(Reference(answer=text))
    raise ValueError(f"no slip makes {right!r} wrong: give {domain.name} another one")


def _rivals(domain: Domain, probe: Probe) -> Iterator[str]:
    """What is right elsewhere, on probes of the same form."""
    rng = random.Random(f"rivals/{probe.question}")
    cells = [cell for cell in domain.cells() if cell.form == probe.cell.form]
    for _ in range(_RIVALS):
        other = domain.make(rng.choice(cells), rng, Purpose.CENSUS)[0].payload
        if isinstance(other, Probe) and other.reference is not None:
            yield other.reference.answer


def _tries(slip: Slip, right: str, probe: Probe) -> list[str]:
    numbers = list(_NUMBER.finditer(right))
    match slip:
        case Slip.DECLINES:
            return ["NONE", "ASK:date", "ASK:time"]
        case Slip.MADE_UP:
            stated = re.search(r"\d{4}-\d\d-\d\d", probe.question)
            return [stated[0]] if stated and abstains(right) else []
        case Slip.LAST:
            numbers.reverse()
    return [
        right[: hit.start()] + str(max(0, int(hit[0]) + step)).zfill(len(hit[0])) + right[hit.end() :]
        for hit in numbers
        for step in (1, -1)
    ]
