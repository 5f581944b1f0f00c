"""Frozen exams, and the accuracy of always giving the same answer."""

import random
from collections import Counter
from collections.abc import Sequence

from swarm.domains.base import Domain
from swarm.records import Cell, Probe, Purpose, Record, Sample

EXAM_SEED = 20_260_101
"""The report's frozen exam is the same for every run and every seed."""
MOST_TRIES = 200
"""Draws per item before a cell counts as exhausted."""


class ConstantAnswer(Record):
    """The best single answer for all probes of one form, and the share of them that it gets right."""

    form: str
    answer: str
    accuracy: float
    probes: int


def _probe(sample: Sample) -> Probe:
    assert isinstance(sample.payload, Probe), f"a domain made a {sample.kind}, not a probe"
    return sample.payload


def frozen_exam(domain: Domain, cells: Sequence[Cell], per_cell: int, seed: int) -> list[Sample]:
    """`per_cell` exam probes of each cell, in order of cells, no question twice, without twins' extra weight.

    The same arguments give the same exam. It is drawn as a census is: where the questions are numbered, promotions are
    decided on others. Raises ValueError where a cell has too few distinct questions.
    """
    seen: set[str] = set()
    exam: list[Sample] = []
    for cell in cells:
        rng = random.Random(f"{seed}/{cell.key}")
        found = 0
        for _ in range(per_cell * MOST_TRIES):
            if found == per_cell:
                break
            first = domain.make(cell, rng, Purpose.CENSUS)[0]
            probe = _probe(first)
            if probe.question not in seen:
                seen.add(probe.question)
                item = probe.model_copy(update={"purpose": Purpose.EXAM})
                exam.append(first.model_copy(update={"payload": item}))
                found += 1
        if found < per_cell:
            raise ValueError(f"cell {cell.key} gave {found} distinct questions, not {per_cell}: ask for fewer per cell")
    return exam


def report_exam(domain: Domain, cells: Sequence[Cell], items: int) -> list[Sample]:
    """The frozen exam of a run's report: at least so many items, the same number of each cell."""
    return frozen_exam(domain, cells, -(-items // len(cells)), EXAM_SEED)


def best_constant_per_form(domain: Domain, probes: Sequence[Probe]) -> list[ConstantAnswer]:
    """For each answer form, in alphabetical order, the constant answer that is right most often, and how often."""
    forms: dict[str, list[Probe]] = {}
    for probe in probes:
        forms.setdefault(probe.cell.form, []).append(probe)
    best = []
    for form, members in sorted(forms.items()):
        answers = Counter(domain.verify(probe, domain.solve(probe).answer).canonical or "" for probe in members)
        answer = min(answers, key=lambda text: (-answers[text], text))
        right = sum(domain.verify(probe, answer).correct for probe in members)
        best.append(ConstantAnswer(form=form, answer=answer, accuracy=right / len(members), probes=len(members)))
    return best
