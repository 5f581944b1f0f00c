"""A siege of a running swarm: its champion answers through the gateway, and may not change meanwhile."""

import asyncio
from pathlib import Path

import pytest
from calendar_work import DOMAIN, checkpoint
from gateway_rig import Clients

from agents.siege import Siege, besiege
from agents.targets import opened
from swarm.answer_log import answer_log
from swarm.approach import Asking, TargetKind
from swarm.client import SwarmClient
from swarm.domains.calendar import CalendarDomain
from swarm.errors import ConfigError, EngineUnavailable
from swarm.records import Attempt, answer_to
from swarm.roles import AgentCard, Role
from swarm.siege.judging import rubric_of
from swarm.siege.plan import SiegePlan, besieged
from swarm.siege.view import view
from swarm.students import CheckpointStatus
from swarm.work import Completion, Stage


def plan_of(run: Path, domain: str = "calendar") -> SiegePlan:
    return SiegePlan(
        target=str(run), kind=TargetKind.RUN, domain=domain, ask=Asking.RAW, cells=("absolute",), calls=8, round=4,
        timeout=5,
    )  # fmt: skip


async def lay(run: Path, siege_folder: Path) -> Siege:
    """Besiege the swarm of a run folder to the end."""
    plan = plan_of(run)
    cells = besieged(DOMAIN, plan.cells)
    with answer_log(siege_folder / "answers.jsonl") as log, view(8, plain=True, shown=False) as shown:
        siege = Siege(plan, DOMAIN, cells, rubric_of(plan), log)
        async with opened(plan, DOMAIN, cells) as target:
            await besiege(siege, target, 1.0, shown)
        return siege


class Sums(CalendarDomain):
    """A domain of another name than the swarm's."""

    name = "sums"


async def serve(student: SwarmClient, changes_after: int) -> None:
    """Answer all probes with NONE, as `base`, and from some answer on as `c1`."""
    await student.register(AgentCard(name="student-1", role=Role.STUDENT))
    answered = 0
    while True:
        for lease in await student.lease(Stage.PROBES, wait_seconds=2.0):
            name = "base" if answered < changes_after else "c1"
            output = answer_to(lease.sample, Attempt(text="= NONE", checkpoint_id=name))
            await student.complete([Completion(token=lease.token, outputs=(output,))])
            answered += 1


async def prepared(clients: Clients) -> None:
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.TRAINER).put_checkpoint(checkpoint("c1"))


async def test_the_champion_answers_through_the_gateway(clients: Clients, tmp_path: Path) -> None:
    await prepared(clients)
    serving = asyncio.create_task(serve(clients(Role.STUDENT), 1000))
    siege = await lay(tmp_path, tmp_path)
    serving.cancel()
    said = {(outcome.answer.text, outcome.answer.student) for outcome in siege.outcomes if outcome.answer}
    assert (len(siege.outcomes), said) == (8, {("= NONE", "base")})
    passed = [outcome.verdict.passed for outcome in siege.outcomes if outcome.verdict]
    wanted = [outcome.probe.reference.answer == "NONE" for outcome in siege.outcomes if outcome.probe.reference]
    assert passed == wanted


async def test_a_new_champion_ends_the_siege(clients: Clients, tmp_path: Path) -> None:
    await prepared(clients)
    serving = asyncio.create_task(serve(clients(Role.STUDENT), 5))
    with pytest.raises(ConfigError, match="the student changed during the siege"):
        await lay(tmp_path, tmp_path)
    serving.cancel()


async def test_a_swarm_without_a_student_and_one_of_another_domain_are_told(clients: Clients, tmp_path: Path) -> None:
    await prepared(clients)
    with pytest.raises(EngineUnavailable, match=r"the first call was not answered: .*student"):
        await lay(tmp_path, tmp_path)
    with pytest.raises(ConfigError, match="is a swarm of domain 'calendar', not 'sums'"):
        async with opened(plan_of(tmp_path, "sums"), Sums(), DOMAIN.cells()):
            pass
