"""What the domain's file gives the bench: question sets, the operators of its arms, and the cell of an item."""

from collections.abc import Callable

from bench.thesis.data import DOMAIN, Question, ThesisData, question, some
from bench.thesis.plan import ThesisPlan
from swarm.domains.labelled.generic import generic_operators
from swarm.domains.labelled.items import Item
from swarm.domains.labelled.operators import Operator
from swarm.domains.labelled.settings import read_domain_file
from swarm.domains.labelled.subdomains import load_function, rule
from swarm.records import Cell, Weather


def question_sets(plan: ThesisPlan, data: ThesisData) -> dict[str, list[Question]]:
    """Question sets by name, the same for every arm."""
    return {"dev": [question(item) for item in some(data.dev, plan.dev_items)]}


def operators() -> list[Operator]:
    """The generic operators and the file's own, but for those whose answer is no label of the data."""
    found = list(generic_operators())
    for said in read_domain_file(DOMAIN).operators:
        found += load_function(said, "operators")()
    return [operator for operator in found if operator.weather is not Weather.BORDER]


def cells() -> Callable[[Item], Cell]:
    """From an item to its cell, by its texts alone."""
    subdomain = rule(read_domain_file(DOMAIN).subdomain, {})
    return lambda item: Cell(subdomain=subdomain(item), weather=Weather.RAIN, form="label")
