"""The whole swarm with the real student: it learns while parts of it are killed, loses its power, and goes on."""

import asyncio
import json
from pathlib import Path

import pytest

from swarm.access import read_address, read_credential
from swarm.criteria import ExperimentOutcome
from swarm.events import Event, EventKind
from swarm.exam_report import ContestantKind, load_report
from swarm.report.reading import snapshot
from swarm.roles import OWN_ROLES, Role
from swarm.state import PhaseName
from swarm.students import CheckpointStatus
from tests.end_to_end_rig import CELLS, Launched, write_config
from tests.reflection import state_by_reflection

pytestmark = [pytest.mark.real, pytest.mark.timeout(1200)]

MORE = 80
"""Corrections after the power came back: more than the probers may be ahead of a trainer that isn't back yet."""


def is_correction(event: Event) -> bool:
    return event.sample is not None and event.sample.kind == "correction"


def is_trainer(event: Event) -> bool:
    return event.agent is not None and event.agent.card.role is Role.TRAINER


def is_promotion(event: Event) -> bool:
    return event.kind is EventKind.PROMOTION


async def test_it_learns_while_it_is_killed_and_keeps_its_books(tmp_path: Path) -> None:
    file = write_config(tmp_path, corrections=1000)
    async with Launched(file, tmp_path / "run") as swarm:
        await swarm.start()
        await _hurt(swarm)
        await swarm.kill_all()
        before, corrections = _grown(swarm.run)
        write_config(tmp_path, corrections=corrections + MORE)
        await swarm.start("--resume")
        assert await swarm.ended() == 0, swarm.last_words()
        assert json.loads((swarm.run / "cluster.json").read_text())["status"] == "finished"
    _check_books(swarm.run)
    _check_lineage(swarm.run, before)
    _check_exams(swarm.run)


async def _hurt(swarm: Launched) -> None:
    """A stranger looks at it; then one of everything dies, and it gets as far as its first exam all the same."""
    async with swarm.operator() as operator:
        await swarm.shows(operator, is_correction)
        await swarm.shows(operator, is_trainer)
        address = read_address(swarm.run)
        token = read_credential(swarm.run, Role.OPERATOR)
        seen = (await asyncio.to_thread(state_by_reflection, address.address, token)).state
        assert (seen.name, seen.domain, len(seen.agents)) == ("small", "calendar", 7)
        for part in ("ray::AgentActor", "ray::EngineActor", "ray::RayTrainWorker"):
            swarm.kill_one(part)
        assert swarm.kill_gateway() == address.pid
        await swarm.shows(operator, is_promotion, after=seen.revision)
        assert read_address(swarm.run).pid != address.pid
        state = await operator.state()
        others = {Role.SUPERVISOR, Role.OPERATOR, Role.REPORTER}
        assert {agent.card.role for agent in state.agents} >= {*OWN_ROLES} - others


def _grown(run: Path) -> tuple[set[str], int]:
    """The checkpoints that a run has grown, and its corrections."""
    with snapshot(run) as exchange:
        state = exchange.state()
    return {item.id for item in state.checkpoints if item.status is not CheckpointStatus.BASE}, state.corrections


def _check_books(run: Path) -> None:
    """Every correction counts once, every sample is somewhere, and the budget is what ended it."""
    with snapshot(run) as exchange:
        state, corrections = exchange.state(), exchange.samples("correction", limit=1000)
        ledger = exchange.ledger()
    assert (state.phase.name, state.phase.reason.startswith("stopped by budget")) == (PhaseName.STOPPED, True)
    assert [queue.unaccounted for queue in state.queues] == [0, 0, 0]
    assert (state.alarms, state.corrections) == ((), len(corrections))
    assert len({sample.parent_id for sample in corrections}) == len(corrections), "a failure is corrected once"
    assert 0 < state.corrections_trained <= state.corrections
    grown = [checkpoint for checkpoint in state.checkpoints if checkpoint.status is not CheckpointStatus.BASE]
    for checkpoint in grown:
        learned = sum(sample.revision <= checkpoint.cursor for sample in corrections)
        assert checkpoint.corrections_trained == learned, checkpoint.id
    assert state.corrections_trained == max(checkpoint.corrections_trained for checkpoint in grown)
    assert len(state.promotions) > 0
    kept = [experiment for experiment in ledger if experiment.outcome is ExperimentOutcome.KEPT]
    assert kept
    assert state.rubric_version == kept[-1].proposal.version


def _check_lineage(run: Path, before: set[str]) -> None:
    """What was learned after the power came back was learned on top of what was there."""
    with snapshot(run) as exchange:
        parents = {checkpoint.id: checkpoint.parent_id for checkpoint in exchange.checkpoints()}
    assert before < parents.keys() - {"base"}, "it learned more after it was resumed"
    assert before & {parents[name] for name in parents.keys() - before}


def _check_exams(run: Path) -> None:
    """The frozen exam was sat by the base and by what the run has grown."""
    first, last = load_report(run / "exam-before.json"), load_report(run / "exam-after.json")
    assert [probe.id for probe in first.probes] == [probe.id for probe in last.probes]
    assert [contestant.kind for contestant in last.contestants] == [ContestantKind.STUDENT]
    kinds = {contestant.kind for contestant in first.contestants}
    assert kinds >= {ContestantKind.ZERO_SHOT, ContestantKind.FEW_SHOT, ContestantKind.CONSTANT}
    for contestant in (*first.contestants, *last.contestants):
        assert {score.cell.key for score in contestant.cells} == set(CELLS)
        assert len(contestant.answers) == len(first.probes)


async def test_what_can_not_run_ends_with_the_reason(tmp_path: Path) -> None:
    file = write_config(tmp_path, corrections=-1)
    async with Launched(file, tmp_path / "run") as swarm:
        with pytest.raises(AssertionError, match=r"it ended with 2:[^$]*budget\.corrections"):
            await swarm.start()
