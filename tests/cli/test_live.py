"""The live view: rates, lines and tables from states, and following a run whose gateway answers."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from swarm.live import Pace, failure_rates, follow, line, picture
from swarm.report.reading import snapshot
from swarm.roles import Role
from swarm.run_clock import CLOCK_FILE
from swarm.sections import BudgetSection
from swarm.state import PhaseName, SwarmState
from swarm.training import TrainerActivity, TrainerReport, TrainerStanding


def state_of(run: Path) -> SwarmState:
    with snapshot(run) as exchange:
        return exchange.state()


def drawn(state: SwarmState, pace: Pace) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(picture(state, pace))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_rates_are_those_of_the_last_minute(stored_run: Path) -> None:
    state, now = state_of(stored_run), [0.0]
    pace = Pace(BudgetSection(), stored_run, lambda: now[0])
    pace.see(state)
    assert pace.rates() == {}
    (student,) = state.agents
    for second, completed in ((10.0, 38), (20.0, 58), (200.0, 418)):
        now[0] = second
        pace.see(state.model_copy(update={"agents": (student.model_copy(update={"completed": completed}),)}))
    assert pace.rates() == {Role.STUDENT: 2.0}


def test_only_the_champion_under_the_rubric_in_force_counts(stored_run: Path) -> None:
    state = state_of(stored_run)
    assert sum(judged for _, judged in failure_rates(state).values()) == 6
    assert failure_rates(state.model_copy(update={"rubric_version": 2})) == {}
    assert failure_rates(state.model_copy(update={"champion_id": "c2"})) == {}


def test_a_line_says_what_matters(stored_run: Path) -> None:
    state = state_of(stored_run)
    running = state.phase.model_copy(update={"name": PhaseName.LEARN, "paused": True})
    state = state.model_copy(update={"phase": running, "alarms": ("queue probes: 1 samples unaccounted for",)})
    said = line(state, Pace(BudgetSection(minutes=10), stored_run), state.started_at + timedelta(seconds=125))
    assert said.startswith("[2:05 of 10:00] learn (paused)")
    assert "corrections 10, trained 9 |" in said
    report = TrainerReport(activity=TrainerActivity.EXAM, since=state.started_at)
    busy = state.model_copy(update={"trainer": TrainerStanding(report=report)})
    assert "trained 9 (waiting for an exam) |" in line(busy, Pace(BudgetSection(), stored_run), state.started_at)
    assert said.endswith("ALARM queue probes: 1 samples unaccounted for")
    over = state.model_copy(update={"phase": running.model_copy(update={"name": PhaseName.STOPPED, "paused": False})})
    later = state.phase.since + timedelta(seconds=75)
    assert "the candidate's exam and the frozen one for 1:15] stopped |" in line(
        over, Pace(BudgetSection(), stored_run), later
    )


def test_time_away_does_not_count(stored_run: Path, tmp_path: Path) -> None:
    state, later = state_of(stored_run), timedelta(minutes=45)
    pace = Pace(BudgetSection(minutes=20), tmp_path)
    running = state.model_copy(update={"phase": state.phase.model_copy(update={"name": PhaseName.LEARN})})
    assert pace.elapsed(running, state.started_at + later) == "45:00 of 20:00", "nobody has kept time yet"
    (tmp_path / CLOCK_FILE).write_text('{"seconds": 362.5}')
    for each in (running, state):
        assert pace.elapsed(each, state.started_at + later) == "6:02 of 20:00"
    (tmp_path / CLOCK_FILE).write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        pace.elapsed(state, state.started_at)


def test_the_picture_shows_decisions_and_alarms_and_escapes_nothing(stored_run: Path) -> None:
    state = state_of(stored_run).model_copy(update={"alarms": ("[bold]odd",)})
    shown = drawn(state, Pace(BudgetSection(), stored_run))
    for words in ("c1 promoted", "c2 not promoted (improvement", "[bold]odd", "absolute", "student"):
        assert words in shown


async def test_a_run_is_followed_in_lines_and_as_a_table(live_run: Path) -> None:
    for as_table in (False, True):
        looks = iter([False, False, False, True, True])
        console = Console(file=io.StringIO(), width=140, force_terminal=as_table)
        await follow(live_run, as_table, BudgetSection(), looks.__next__, console, every_seconds=0)
        assert isinstance(console.file, io.StringIO)
        assert "corrections" in console.file.getvalue()


@pytest.mark.parametrize(("repeat_seconds", "expected"), [(60.0, 1), (0.0, 3)])
async def test_what_has_nothing_new_is_said_once_a_minute(live_run: Path, repeat_seconds: float, expected: int) -> None:
    looks, out = iter([False, False, False, False, True, True]), io.StringIO()
    await follow(
        live_run, False, BudgetSection(), looks.__next__, Console(file=out), every_seconds=0,
        repeat_seconds=repeat_seconds,
    )  # fmt: skip
    assert out.getvalue().count("corrections 10, trained 9") == expected


async def test_a_run_without_a_gateway_is_waited_for(tmp_path: Path) -> None:
    out = io.StringIO()
    await follow(tmp_path, False, BudgetSection(), lambda: True, Console(file=out))
    assert out.getvalue() == ""
