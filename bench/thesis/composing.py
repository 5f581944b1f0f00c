"""What operators make of bought items: families of cases with known labels, drawn by the weights of their operators."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.thesis.data import completion, prompt
from swarm.domains.labelled.items import Item, item_id
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.domains.nli.contrast import Contrast
from trainers.recipes import Example

TRIES = 40
"""Items that are tried for one operator before another one is drawn."""
MOST_DRY = 400
"""Draws in succession without a new family after which the bought items count as used up."""


@dataclass(frozen=True)
class Family:
    """What one operator made of one item: a rewrite with its twins."""

    operator: str
    cases: tuple[Rewrite, ...]


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
        if cases := _cases(operator, rng.choice(items), bought, rng):
            return Family(operator.name, cases)
    return None


def _cases(operator: Operator, item: Item, bought: Sequence[Item], rng: random.Random) -> tuple[Rewrite, ...]:
    """The whole family where the operator knows it: the same cue with each label. Else its rewrite alone."""
    if isinstance(operator, Contrast):
        return tuple({item_id(case.fields): case for case in operator.family(item, rng, bought)}.values())
    made = operator.rewrite(item, rng, bought)
    return (made,) if made else ()


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
