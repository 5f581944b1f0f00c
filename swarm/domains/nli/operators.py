"""The operators of the domain, in a fixed order, each under its phenomenon."""

from swarm.domains.labelled.operators import Operator
from swarm.domains.nli.amounts import numbers, quantifiers
from swarm.domains.nli.composition import combined, granted, negated, padded, stated, two_scenes
from swarm.domains.nli.contrast import Contrast
from swarm.domains.nli.facts import elsewhere, silent, trimmed
from swarm.domains.nli.knowledge import knowledge
from swarm.domains.nli.nouns import colours, kinds
from swarm.domains.nli.roles import doings, order, places
from swarm.domains.nli.tense import tense
from swarm.records import Weather

OPERATORS: tuple[Contrast, ...] = (
    Contrast("negated", "negation", Weather.WIND, negated),
    Contrast("combined", "added-facts", Weather.WIND, combined),
    Contrast("granted", "added-facts", Weather.WIND, granted),
    Contrast("padded", "added-facts", Weather.WIND, padded),
    Contrast("silent", "added-facts", Weather.WIND, silent),
    Contrast("elsewhere", "added-facts", Weather.WIND, elsewhere),
    Contrast("trimmed", "removed-facts", Weather.WIND, trimmed),
    Contrast("colours", "removed-facts", Weather.WIND, colours),
    Contrast("stated", "lexical-overlap", Weather.WIND, stated),
    Contrast("two-scenes", "lexical-overlap", Weather.WIND, two_scenes),
    Contrast("kinds", "hypernymy", Weather.WIND, kinds),
    Contrast("numbers", "numbers", Weather.WIND, numbers),
    Contrast("quantifiers", "quantifiers", Weather.WIND, quantifiers),
    Contrast("tense", "tense", Weather.WIND, tense),
    Contrast("doings", "role-swap", Weather.WIND, doings),
    Contrast("order", "role-swap", Weather.WIND, order),
    Contrast("places", "role-swap", Weather.WIND, places),
    Contrast("knowledge", "world-knowledge", Weather.WIND, knowledge),
)


def operators() -> list[Operator]:
    """The operators as a domain file names them."""
    return list(OPERATORS)
