"""What the domain gives the bench: question sets, the operators of its arms, and the cell of an item."""

from collections.abc import Callable

from bench.thesis.adversaries import Adversary, adversaries
from bench.thesis.data import Question, ThesisData, question, some
from bench.thesis.plan import ThesisPlan
from swarm.domains.labelled.generic import generic_operators
from swarm.domains.labelled.items import Item
from swarm.domains.labelled.operators import Operator
from swarm.domains.nli.contrast import Contrast
from swarm.domains.nli.operators import operators as nli_operators
from swarm.domains.nli.phenomena import phenomenon
from swarm.domains.nli.shortcuts import mirrored
from swarm.records import Cell, Weather

MIRROR = Contrast("mirrored", "lexical-overlap", Weather.WIND, mirrored)
"""Mirror images of any item; the swarm mirrors those that a shortcut gets right."""


def question_sets(plan: ThesisPlan, data: ThesisData) -> dict[str, list[Question]]:
    """Question sets by name, the same for every arm: `dev`, and each family of adversaries that its items yield."""
    found = {"dev": [question(item) for item in some(data.dev, plan.dev_items)]}
    families = adversaries(data.dev, plan.adversaries) if plan.adversaries else {}
    for name, made in families.items():
        if made:
            found[name] = [_asked(one) for one in made]
    return found


def _asked(one: Adversary) -> Question:
    fields = {"premise": one.premise, "hypothesis": one.hypothesis}
    return Question(id=one.id, group=one.group, fields=fields, label=one.label)


def operators() -> list[Operator]:
    """The generic operators, the domain's and mirror images, but for those whose answer is no label of the data."""
    made = (*generic_operators(), *nli_operators(), MIRROR)
    return [one for one in made if one.weather is not Weather.BORDER]


def cells() -> Callable[[Item], Cell]:
    """From an item to its cell, the phenomenon that its texts show."""
    return lambda item: Cell(subdomain=phenomenon(item), weather=Weather.RAIN, form="label")
