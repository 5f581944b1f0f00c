"""The swarm's hunt: a bandit over operators, paid as the service's probers are, at the frontier, above a floor."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bench.thesis.composing import Family, families, up_to
from swarm.domains.labelled.items import Item
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.domains.nli.shortcuts import mirror
from swarm.records import Record
from swarm.steering import learning_reward

FLOOR = 0.2
"""Share of all families that is spread evenly over operators, so that none is forgotten."""
FADING = 0.5
"""How much of what was seen of the student of one round still counts for the next one."""

Right = Callable[[Sequence[Rewrite]], list[bool]]
"""Asks the student; whether it is right, case by case."""


class Tally(Record):
    """What an operator's cases came to; fractions are what has faded."""

    passed: float = 0.0
    failed: float = 0.0

    @property
    def failing(self) -> float:
        """The mean of the Beta(1 + failed, 1 + passed) posterior: 1/2 for what was never asked."""
        return (1 + self.failed) / (2 + self.failed + self.passed)

    @property
    def worth(self) -> float:
        """What learning from the operator is worth: most where half of its cases fail."""
        return learning_reward(1 - self.failing)

    def plus(self, results: Sequence[bool]) -> "Tally":
        """With these results on top."""
        passed = sum(results)
        return Tally(passed=self.passed + passed, failed=self.failed + len(results) - passed)


Tallies = Mapping[str, Tally]
"""By the operator's name."""


def faded(tallies: Tallies) -> dict[str, Tally]:
    """What is still known once the student has learned."""
    return {name: Tally(passed=FADING * one.passed, failed=FADING * one.failed) for name, one in tallies.items()}


def shares(tallies: Tallies, operators: Sequence[Operator]) -> list[float]:
    """The share of families that each operator gets: by what learning from it is worth, above a floor.

    Raises ValueError where there are no operators.
    """
    if not operators:
        raise ValueError("0 operators: there is nothing to hunt with; give at least one")
    worth = [tallies.get(operator.name, Tally()).worth for operator in operators]
    return [FLOOR / len(operators) + (1 - FLOOR) * one / sum(worth) for one in worth]


def armed(operators: Sequence[Operator], bought: Sequence[Item]) -> list[Operator]:
    """The operators, mirror images being made of those bought items that a shortcut gets right and of no others."""
    hunting = mirror(bought)
    return [hunting if operator.name == hunting.name else operator for operator in operators]


@dataclass(frozen=True)
class Hunted:
    """What a hunt found, how each operator did, and of how many cases the student was asked."""

    failed: list[Family]
    """Families that the student failed in part."""
    unasked: list[Family]
    """Drawn by the same shares, where the calls were spent before there were enough of `failed`."""
    tallies: dict[str, Tally]
    asked: int


def hunted(
    operators: Sequence[Operator],
    known: Tallies,
    bought: Sequence[Item],
    seen: set[str],
    right: Right,
    calls: int,
    most: int,
    rng: random.Random,
) -> Hunted:
    """`most` cases or a few less: of failed families, as far as `calls` find them, then of families nobody asked about.

    Each batch goes by what was seen so far. A family of which one case fails is kept whole, so that the cue of the
    failure stands with every label.
    """
    tallies, failed, kept, asked = dict(known), list[Family](), 0, 0
    while asked < calls and kept < most:
        drawn = families(operators, shares(tallies, operators), bought, bought, seen, rng)
        batch = up_to(islice(drawn, len(operators)), calls - asked)
        if not batch:
            break
        answers = iter(right([case for family in batch for case in family.cases]))
        for family in batch:
            results = list(islice(answers, len(family.cases)))
            asked += len(results)
            tallies[family.operator] = tallies.get(family.operator, Tally()).plus(results)
            if not all(results) and kept + len(family.cases) <= most:
                failed.append(family)
                kept += len(family.cases)
    drawn = families(operators, shares(tallies, operators), bought, bought, seen, rng)
    return Hunted(failed, up_to(drawn, most - kept), tallies, asked)
