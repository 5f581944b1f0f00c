"""Who is probed: planted-defect students, each with holes of its own, and a base model."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from agents.targets import opened
from bench.adversary.arms import Answers, Hole
from swarm.approach import Asking, TargetKind
from swarm.domains.base import Domain
from swarm.planted import CALENDAR_RULES, PlantedStudent, choose
from swarm.probing.draws import probe_of
from swarm.probing.evidence import Tried
from swarm.records import Sample
from swarm.siege.plan import SiegePlan

HOLES = 10
"""Holes of each planted student."""
ANSWER_TOKENS = 64
"""Most tokens of a model's answer, which is forced to be one."""


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


@asynccontextmanager
async def base_model(domain: Domain, target: str, seed: int) -> AsyncIterator[Answers]:
    """A model's weights, asked as `swarm siege` asks them: in a chat with four worked examples, an answer forced."""
    plan = SiegePlan(
        target=target, kind=TargetKind.WEIGHTS, domain=domain.name, ask=Asking.CHAT, seed=seed, new_tokens=ANSWER_TOKENS
    )
    async with opened(plan, domain, tuple(domain.cells())) as model:

        async def answers(samples: Sequence[Sample]) -> list[str]:
            said = {answer.probe_id: answer.text async for answer in model.ask(samples)}
            return [said[sample.id] for sample in samples]

        yield answers
