"""What operators make of bought items: families of cases with known labels, drawn evenly or steered to what fails."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bench.thesis.choosing import tallied
from bench.thesis.data import completion, prompt
from swarm.domains.labelled.items import Item, item_id
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.records import Cell, Purpose
from swarm.state import CellCount
from swarm.steering import cell_weights
from trainers.recipes import Example

TRIES = 40
"""Items that are tried for one operator before another one is drawn."""
MOST_TWINS = 4
"""Rewrites of one item by one operator that are tried, one of each label that comes being kept."""
MOST_DRY = 400
"""Draws in succession without a new family after which the bought items count as used up."""


@dataclass(frozen=True)
class Family:
    """A rewrite with its twins. `cell` is the operator's, which steering goes by."""

    cell: Cell
    cases: tuple[Rewrite, ...]


def cell_of(operator: Operator) -> Cell:
    """The cell of what an operator makes."""
    return Cell(subdomain=operator.name, weather=operator.weather, form="made")


def example_of(case: Rewrite) -> Example:
    """The case as something to learn; its id follows from its texts."""
    return Example(
        sample_id=f"made-{item_id(case.fields)}", prompt=prompt(case.fields), completion=completion(case.label)
    )


def families(
    operators: Sequence[Operator],
    weights: Sequence[float],
    items: Sequence[Item],
    bought: Sequence[Item],
    seen: set[str],
    rng: random.Random,
) -> Iterator[Family]:
    """Families of `items`, operators drawn by their weights, no family with a case that is in `seen`, which grows.

    Whatever else a rewrite needs comes from `bought`, so no label is read that was not paid for. Ends once the items
    are used up.
    """
    dry = 0
    while items and dry < MOST_DRY:
        (operator,) = rng.choices(operators, weights)
        family = _family(operator, items, bought, rng)
        names = {item_id(case.fields) for case in family.cases} if family else set()
        if family is None or names & seen:
            dry += 1
            continue
        dry = 0
        seen |= names
        yield family


def _family(operator: Operator, items: Sequence[Item], bought: Sequence[Item], rng: random.Random) -> Family | None:
    for _ in range(TRIES):
        item, cases = rng.choice(items), dict[str, Rewrite]()
        for _ in range(MOST_TWINS):
            made = operator.rewrite(item, rng, bought)
            if made is None:
                break
            cases.setdefault(made.label, made)
        if cases:
            return Family(cell_of(operator), tuple(cases.values()))
    return None


def unsteered(
    operators: Sequence[Operator], bought: Sequence[Item], seen: set[str], most: int, rng: random.Random
) -> list[Family]:
    """Families of up to `most` cases, every operator as likely as any other."""
    return up_to(families(operators, [1.0] * len(operators), bought, bought, seen, rng), most)


def up_to(found: Iterator[Family], most: int) -> list[Family]:
    """Families from the front while their cases are at most `most`."""
    taken, cases = list[Family](), 0
    for family in found:
        cases += len(family.cases)
        if cases > most:
            break
        taken.append(family)
    return taken


@dataclass(frozen=True)
class Hunted:
    """What a hunt found: families that the student failed in part, and how it did by cell in all that it was asked."""

    failed: list[Family]
    counts: list[CellCount]
    asked: int


Right = Callable[[Sequence[Rewrite]], list[bool]]
"""Asks the student; whether it is right, case by case."""


def hunted(
    operators: Sequence[Operator],
    counts: Sequence[CellCount],
    items: Sequence[Item],
    bought: Sequence[Item],
    seen: set[str],
    right: Right,
    calls: int,
    most: int,
    rng: random.Random,
    checkpoint: str,
) -> Hunted:
    """Ask about families where the student is at its frontier, until `most` cases of failed ones or `calls`.

    Steering is the service's: each batch of families goes where passes and failures so far, `counts` of earlier
    rounds first, say that most is to be learned. A family of which one case fails is kept whole, twins and all, so
    that the cue of the failure stands with every label.
    """
    cells = [cell_of(operator) for operator in operators]
    outcomes, failed, kept = list[tuple[Cell, bool]](), list[Family](), 0
    while len(outcomes) < calls and kept < most:
        known = [*counts, *tallied(outcomes, checkpoint)]
        weights = cell_weights(known, cells, Purpose.LEARN)
        batch = list(islice(families(operators, weights, items, bought, seen, rng), len(operators)))
        batch = within_calls(batch, calls - len(outcomes))
        if not batch:
            break
        answers = iter(right([case for family in batch for case in family.cases]))
        for family in batch:
            results = list(islice(answers, len(family.cases)))
            outcomes += [(family.cell, result) for result in results]
            if not all(results) and kept + len(family.cases) <= most:
                failed.append(family)
                kept += len(family.cases)
    return Hunted(failed, tallied(outcomes, checkpoint), len(outcomes))


def within_calls(batch: Sequence[Family], calls: int) -> list[Family]:
    """Families from the front whose cases can all be asked."""
    return up_to(iter(batch), calls)
