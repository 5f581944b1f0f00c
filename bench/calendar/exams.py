"""The exams: frozen questions in wording that no probe has, of the trained cells and beside them; and general skill."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.engines.transformers_engine import TransformersEngine
from bench.calendar.ledger import Transfer
from bench.calendar.plan import CalendarPlan
from bench.recipes.trial import answers
from swarm.domains.base import Domain
from swarm.domains.exam import EXAM_SEED, frozen_exam
from swarm.exam_report import answered_right
from swarm.general import GeneralItem, correct, load_general, pairs
from swarm.probing.draws import probe_of
from swarm.records import Cell, Probe


@dataclass(frozen=True)
class Exams:
    """What every student of a run is asked."""

    exam: Sequence[Probe]
    neighbours: Sequence[Probe]
    general: Sequence[GeneralItem]


def exams_of(plan: CalendarPlan, domain: Domain) -> Exams:
    """The exams of a plan, the same for every run with its numbers."""

    def drawn(keys: Sequence[str], count: int) -> list[Probe]:
        return [*map(probe_of, frozen_exam(domain, [*map(Cell.parse, keys)], count, EXAM_SEED))]

    return Exams(
        exam=drawn(plan.cells, plan.exam),
        neighbours=drawn(plan.beside(), plan.neighbours),
        general=load_general(plan.general),
    )


class Sitter:
    """The weights of a folder, as they answer."""

    def __init__(self, folder: Path, domain: Domain, threads: int) -> None:
        self._engine = TransformersEngine(folder, threads)
        self._domain = domain

    def says(self, probes: Sequence[Probe]) -> list[str]:
        """What it writes to each, greedily."""
        return asyncio.run(answers(self._engine, probes, self._domain))

    def marks(self, probes: Sequence[Probe]) -> str:
        """A digit for each: 1 where the answer is right, and the only one."""
        said = zip(probes, self.says(probes), strict=True)
        return "".join(str(int(answered_right(self._domain, probe, text))) for probe, text in said)

    def transfer(self, exams: Exams) -> Transfer:
        """How it does beside the cells of training: neighbours by writing, general items by likelihood."""
        scores = asyncio.run(self._engine.logprobs(pairs(exams.general), ""))
        general = "".join(str(correct(scores[place : place + 2])) for place in range(0, len(scores), 2))
        return Transfer(neighbours=self.marks(exams.neighbours), general=general)
