"""The power audit: the siege, unchanged and blind, laid to students with known holes, and which of those it found.

`python -m agents.power FOLDER [--plain] [--json]` goes on with the audit in FOLDER.
"""

import argparse
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agents.ending import ended
from agents.prober import probe_of
from agents.siege import NOT_SHOWN, Siege
from agents.targets import Target, opened
from swarm.answer_log import Answer, answer_log
from swarm.approach import Asking, TargetKind
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import ConfigError
from swarm.planted import Hole, PlantedStudent, choose
from swarm.planted.audit import POWER_FILE, HoleAudit, PowerPlan, StudentAudit, read_power
from swarm.planted.folder import write_power
from swarm.planted.rules import rules_of
from swarm.planted.summary import summary
from swarm.records import Cell, Sample
from swarm.siege.judging import rubric_of
from swarm.siege.plan import ANSWERS_FILE, SiegePlan, besieged
from swarm.siege.standing import Outcome, judged
from swarm.siege.view import View, view


class PlantedTarget:
    """A planted student as what a siege asks: its holes, and everywhere else the student that they are planted into."""

    def __init__(self, student: PlantedStudent, name: str, inner: Target | None = None) -> None:
        self._student = student
        self._name = name
        self._inner = inner

    async def ask(self, samples: Sequence[Sample]) -> AsyncGenerator[Answer, None]:
        """What it says to each probe. One name stands for all of it, since it is one student."""
        others = [sample for sample in samples if self._inner and self._student.hole(probe_of(sample)) is None]
        for sample in samples:
            if sample not in others:
                text = self._student.answer(probe_of(sample))
                yield Answer(probe_id=sample.id, text=text, student=self._name)
        if self._inner and others:
            async for answer in self._inner.ask(others):
                yield answer.model_copy(update={"student": self._name})


def siege_plan(plan: PowerPlan, number: int) -> SiegePlan:
    """The siege of one planted student."""
    asking = Asking.CHAT if plan.kind is TargetKind.ENDPOINT else Asking.RAW
    return SiegePlan(
        target=plan.target or name_of(number), kind=plan.kind, domain=plan.domain, ask=asking, cells=plan.cells,
        seed=plan.seed * 1000 + number, calls=plan.calls, rubric=plan.rubric,
    )  # fmt: skip


def name_of(number: int) -> str:
    """What a planted student is called."""
    return f"planted-{number}"


async def audit(
    plan: PowerPlan, number: int, folder: Path, inner: Target | None, domain: Domain, cells: Sequence[Cell], shown: View
) -> StudentAudit:
    """Plant a student's holes, besiege it, and see which were found; what it answered before is not asked again."""
    student = PlantedStudent(domain, holes_of(plan, number, domain, cells))
    target, place = PlantedTarget(student, name_of(number), inner), folder / name_of(number)
    place.mkdir(parents=True, exist_ok=True)
    with answer_log(place / ANSWERS_FILE) as log:
        siege = Siege(siege_plan(plan, number), domain, cells, rubric_of(siege_plan(plan, number)), log)
        shown.answered(log.answered)
        ending = ""
        while not ending:
            drawn, ending = siege.draw()
            if drawn:
                await siege.play(drawn, target, shown.answered)
        return result(name_of(number), student, siege.outcomes, ending)


def result(name: str, student: PlantedStudent, outcomes: Sequence[Outcome], ending: str) -> StudentAudit:
    """Which holes the failures among some outcomes show."""
    found: dict[str, tuple[int, Outcome]] = {}
    for at, outcome in enumerate(outcomes, 1):
        hole = student.hole(outcome.probe) if outcome.verdict and not outcome.verdict.passed else None
        if hole:
            found.setdefault(hole.name, (at, outcome))
    asked = Counter(outcome.probe.origin for outcome in outcomes)
    failed = Counter(outcome.probe.origin for outcome, verdict in judged(outcomes) if not verdict.passed)
    return StudentAudit(
        name=name,
        holes=tuple(_hole(hole, *found.get(hole.name, (0, None))) for hole in student.holes),
        calls=len(outcomes),
        failures=failed.total(),
        families=tuple((family, asked[family], failed[family]) for family in sorted(asked)),
        ending=ending,
    )


def _hole(hole: Hole, at: int, outcome: Outcome | None) -> HoleAudit:
    family = outcome.probe.origin if outcome else None
    return HoleAudit(name=hole.name, slip=hole.slip, prevalence=hole.prevalence, found_at=at, family=family)


def holes_of(plan: PowerPlan, number: int, domain: Domain, cells: Sequence[Cell]) -> tuple[Hole, ...]:
    """The holes of a student. Raises ConfigError where there aren't so many."""
    seed = f"{plan.seed}/{number}"
    try:
        return choose(domain, rules_of(domain, cells, seed), plan.holes, seed, cells)
    except ValueError as error:
        raise ConfigError(str(error), "Give fewer --holes, or more of the domain's --cells") from error


@asynccontextmanager
async def source(plan: PowerPlan, domain: Domain, cells: Sequence[Cell]) -> AsyncIterator[Target | None]:
    """The student that holes are planted into; None is one that is right everywhere else."""
    if not plan.target:
        yield None
        return
    async with opened(siege_plan(plan, 0), domain, cells) as target:
        yield target


async def run(folder: Path, *, plain: bool, as_json: bool, share: float) -> int:
    """Go on with an audit; what is done of it is written down after each student. Returns the exit code."""
    report = read_power(folder)
    plan, domain = report.plan, load_domain(report.plan.domain)
    cells, started = besieged(domain, plan.cells), time.monotonic()
    done = len(report.students)
    with view(plan.students * plan.calls, plain=plain, shown=not as_json) as shown:
        shown.answered(done * plan.calls)
        async with source(plan, domain, cells) as inner:
            for number in range(done + 1, plan.students + 1):
                one = await audit(plan, number, folder, inner, domain, cells, shown)
                report = report.model_copy(update={"students": (*report.students, one)})
                write_power(folder, report)
                line = (
                    f"{number} of {plan.students} students, {report.share.found} of {report.share.planted} holes found"
                )
                shown.stands(number * plan.calls, time.monotonic() - started, line, quiet=False)
    print(report.model_dump_json(indent=1) if as_json else f"{summary(report)}\nreport: {folder / POWER_FILE}")
    return 0 if report.share.lower >= share else NOT_SHOWN


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="agents.power", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument("--min-share", type=float, default=0.0)
    given = parser.parse_args()
    ended(run(given.folder, plain=given.plain, as_json=given.as_json, share=given.min_share))


if __name__ == "__main__":
    main()
