"""Who is probed: planted-defect students, each with holes of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.adversary.arms import Answers, Hole
from swarm.domains.base import Domain
from swarm.planted import CALENDAR_RULES, PlantedStudent, choose
from swarm.probing.draws import probe_of
from swarm.probing.evidence import Tried
from swarm.records import Sample

HOLES = 10
"""Holes of each planted student."""


@dataclass(frozen=True)
class Planted:
    """A planted student: its answers, the hole that a failure shows, and the holes that there are."""

    answers: Answers
    hole: Hole
    holes: tuple[tuple[str, float], ...]


def planted(domain: Domain, seed: int) -> Planted:
    """The planted student of a seed."""
    student = PlantedStudent(domain, choose(domain, CALENDAR_RULES, HOLES, str(seed)))

    async def answers(samples: Sequence[Sample]) -> list[str]:
        return [student.answer(probe_of(sample)) for sample in samples]

    def shown(one: Tried) -> str:
        hole = student.hole(one.probe)
        return hole.name if hole else ""

    return Planted(answers, shown, tuple((hole.name, hole.prevalence) for hole in student.holes))
