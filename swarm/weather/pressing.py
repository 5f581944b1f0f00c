"""Pressing a probe: an operator's edit becomes a trap with its twin, or is refused where it isn't sound."""

import random
from collections.abc import Iterator, Mapping
from typing import Protocol

from swarm.domains.base import Domain
from swarm.records import Origin, Probe, Reference, Sample
from swarm.weather.base import Edit, Made, Refused, Weathered
from swarm.weather.operators import OPERATORS, Operator


class WeatheredDomain(Domain, Weathered, Protocol):
    """A domain whose probes can be pressed."""


def press(
    domain: WeatheredDomain,
    operator: str,
    probe: Probe,
    rng: random.Random,
    operators: Mapping[str, Operator] = OPERATORS,
) -> Made | Refused:
    """The probe under one operator, with itself as the twin. The same arguments give the same samples.

    It is refused unless the domain's verifier accepts both references and, where they differ, refuses each for the
    other's question. Raises KeyError for an unknown operator. A gate that remembers what was asked comes after this.
    """
    edit = operators[operator](domain, probe, rng)
    if isinstance(edit, Refused):
        return edit
    cell = domain.filed(probe, edit.weather, edit.reference.answer)
    if cell is None or cell not in domain.cells():
        return Refused(operator=operator, reason=f"the domain has no cell for {edit.weather} on {probe.cell.key}")
    changes = {"cell": cell, "question": edit.question, "reference": edit.reference, "origin": Origin.WEATHER}
    trap = probe.model_copy(update={**changes, "operator": operator})
    if reason := _unsound(domain, probe, trap, edit):
        return Refused(operator=operator, reason=reason)
    one, two = (f"{rng.getrandbits(128):032x}" for _ in range(2))
    return Made(trap=_sample(trap, one, two), twin=_sample(probe, two, one))


def pressed(
    domain: WeatheredDomain, probe: Probe, rng: random.Random, operators: Mapping[str, Operator] = OPERATORS
) -> Iterator[Made | Refused]:
    """The probe under each operator in turn, in an order that is drawn."""
    for operator in rng.sample(sorted(operators), len(operators)):
        yield press(domain, operator, probe, rng, operators)


def _unsound(domain: Domain, probe: Probe, trap: Probe, edit: Edit) -> str:
    """Why the pair can't be asked; empty where it can."""
    if probe.reference is None:
        return "the probe carries no reference"
    if trap.question == probe.question:
        return "the question is as it was"
    for each, right in ((trap, edit.reference), (probe, probe.reference)):
        if not domain.verify(each, right.answer).correct:
            return f"the verifier refuses {right.answer!r} for {each.question!r}"
    if _same(domain, trap, edit.reference, probe.reference):
        return "" if edit.reference == probe.reference else "the edit leaves the right answer as it was"
    for each, wrong in ((trap, probe.reference), (probe, edit.reference)):
        if domain.verify(each, wrong.answer).correct:
            return f"the verifier accepts {wrong.answer!r} for {each.question!r}, too"
    return ""


def _same(domain: Domain, probe: Probe, one: Reference, two: Reference) -> bool:
    return domain.verify(probe, one.answer).canonical == domain.verify(probe, two.answer).canonical


def _sample(probe: Probe, sample_id: str, twin_id: str) -> Sample:
    return Sample(id=sample_id, root_id=sample_id, payload=probe.model_copy(update={"twin_id": twin_id}))
