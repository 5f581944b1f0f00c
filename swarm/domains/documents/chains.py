"""Probes over two steps: what one signature says leads to another one."""

from collections.abc import Callable
from dataclasses import replace

from swarm.domains.documents.draft import Draft
from swarm.domains.documents.drawing import TRIES, Draw, Unmade
from swarm.domains.documents.passages import passage_of
from swarm.domains.documents.signatures import bound_words

_LONGEST_VALUE = 20


def chain(draw: Draw) -> Draft:
    """Two steps: the parameter to which one thing gives a default, then the other thing that takes it."""
    for _ in range(TRIES):
        unit = draw.entry("defaults")
        bound = draw.rng.choice(unit.fact("defaults").split("\n"))
        name, _, value = bound.partition("=")
        others = [other for other in draw.allowed(draw.shelf.takers.get(name, ())) if other.name != unit.name]
        only = sum(each.endswith(f"={value}") for each in unit.fact("defaults").split("\n")) == 1
        if others and only and '"' not in bound and len(value) <= _LONGEST_VALUE:
            break
    else:
        raise Unmade("no default names a parameter that another entry takes")
    other = draw.rng.choice(others)
    shown, second = passage_of(unit), passage_of(other)
    if bound not in shown.text:
        raise Unmade(f"{bound} can't be quoted from {unit.name}")
    lures = draw.lures(unit, draw.shown - 2, without=name, fit=lambda passage: passage.name != other.name)
    question = draw.word("chain", f=unit.name, v=value)
    return Draft(
        "chain/rain/name", question, other.name, shown, lures, proof=bound, second=second,
        second_proof=bound_words(other, name),
    )  # fmt: skip


def chain_silent(draw: Draw) -> Draft:
    """The same where the first thing is not shown, so that nobody can tell which parameter is meant."""
    answerable = chain(draw)
    assert answerable.oracle is not None, "a chain begins at an oracle"
    assert answerable.second is not None, "a chain ends at another"
    known = (answerable.second, *answerable.lures)
    names = {passage.name for passage in known}
    unit = next(each for each in draw.shelf.entries if each.name == answerable.oracle.name)
    (instead,) = draw.lures(unit, 1, fit=lambda passage: passage.name not in names)
    silent = replace(answerable, lures=known).silent(instead, "not-shown")
    return replace(silent, lacking=unit.name, twin=answerable)


MAKERS: dict[str, Callable[[Draw], Draft]] = {"chain/rain/name": chain, "chain/border/name": chain_silent}
"""Cell to what makes a probe of it."""
