"""Who is probed: planted-defect students, each with holes of its own, and a model."""

from collections.abc import Sequence

from agents.engines.base import Engine
from agents.targets import Asker, Weights
from bench.adversary.arms import Student
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


PLANTED = "planted defects"
"""The kind of the planted students; a model's is its weights' name."""


def planted(domain: Domain, seed: int) -> Student:
    """The planted student of a seed."""
    student = PlantedStudent(domain, choose(domain, CALENDAR_RULES, HOLES, str(seed)))

    async def answers(samples: Sequence[Sample]) -> list[str]:
        return [student.answer(probe_of(sample)) for sample in samples]

    def shown(one: Tried) -> str:
        hole = student.hole(one.probe)
        return hole.name if hole else ""

    return Student(PLANTED, answers, shown)


def model(domain: Domain, target: str, engine: Engine, seed: int) -> Student:
    """A model's weights, asked as `swarm siege` asks them: in a chat with four worked examples, an answer forced.

    The seed is of the examples.
    """
    plan = SiegePlan(
        target=target, kind=TargetKind.WEIGHTS, domain=domain.name, ask=Asking.CHAT, seed=seed, new_tokens=ANSWER_TOKENS
    )
    asked = Weights(engine, Asker(domain, plan, tuple(domain.cells())))

    async def answers(samples: Sequence[Sample]) -> list[str]:
        said = {answer.probe_id: answer.text async for answer in asked.ask(samples)}
        return [said[sample.id] for sample in samples]

    return Student(target, answers)
