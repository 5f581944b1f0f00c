"""A run's profile: its arithmetic, what spells and older runs come to, its pictures, and the command."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.exchange import Exchange
from swarm.gateway.run_folder import STORE_FILE, Credentials
from swarm.report.model import Report
from swarm.report.page import render
from swarm.report.profile import (
    BOTH,
    ENGINE_ALONE,
    MOST_BARS,
    NEITHER,
    TRAINER_ALONE,
    Profile,
    bars,
    covered,
    shares,
    together,
)
from swarm.report.profiling import profile_of
from swarm.report.reading import snapshot
from swarm.report.writing import write_report
from swarm.spells import AWAY, GATEWAY, TRAINER, Spell, engine_place
from swarm.training import TrainerActivity
from tests.report_rig import make_run

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENGINE = engine_place("student")
WALL = 100.0


def spell(place: str, what: str, begin: float, end: float, who: str = "", checkpoint_id: str = "", n: int = 0) -> Spell:
    """One between two seconds after the run began, of so many tokens."""
    began, ended = BEGAN + timedelta(seconds=begin), BEGAN + timedelta(seconds=end)
    return Spell(
        place=place, what=what, who=who, checkpoint_id=checkpoint_id, began=began, ended=ended, completion_tokens=n
    )


SPELLS = [
    spell(ENGINE, "answers", 10, 30, n=400),
    spell(ENGINE, "exam", 60, 70),
    spell(TRAINER, "loading", 5, 20),
    spell(TRAINER, "no_work", 20, 35),
    spell(TRAINER, "training", 35, 65),
]


def test_stretches_that_overlap_count_once() -> None:
    assert covered([(5, 10), (0, 6), (20, 21), (7, 8)]) == 11
    assert covered([]) == 0


def test_each_place_has_its_shares_and_the_rest() -> None:
    found = {(row.place, row.what): row for row in shares(SPELLS, WALL)}
    assert {key: row.seconds for key, row in found.items()} == {
        (ENGINE, "answers"): 20, (ENGINE, "exam"): 10, (ENGINE, "idle"): 70,
        (TRAINER, "training"): 30, (TRAINER, "loading"): 15, (TRAINER, "no_work"): 15, (TRAINER, "not there"): 40,
    }  # fmt: skip
    answers = found[ENGINE, "answers"]
    assert (answers.share, answers.tokens, answers.tokens_per_second) == (0.2, 400, 20.0)
    assert [what for (_, what), row in found.items() if row.computes] == ["answers", "exam", "training", "loading"]


def test_who_computed_at_the_same_time() -> None:
    assert dict(together(SPELLS, BEGAN, WALL)) == {BOTH: 15, ENGINE_ALONE: 15, TRAINER_ALONE: 30, NEITHER: 40}


def test_bars_too_close_to_be_told_apart_are_one() -> None:
    width = WALL / MOST_BARS
    many = [spell(ENGINE, "answers", n * width / 2, (n + 0.5) * width / 2) for n in range(100)]
    (bar, other) = bars([*many, spell(ENGINE, "answers", 50, 51)], BEGAN, WALL)
    assert (bar.began, round(bar.ended, 6)) == (0.0, round(99.5 * width / 2, 6))
    assert (other.began, other.ended) == (50.0, 51.0)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose engine and trainer told what they did, and which was away for a while."""
    run = make_run(tmp_path_factory.mktemp("told") / "run")
    with snapshot(run) as exchange:
        state = exchange.state()
    decided, stopped = state.promotions[0].at, state.phase.since

    def at(moment: datetime) -> float:
        return (moment - BEGAN).total_seconds()

    exam = {"who": "examiner-0", "begin": at(decided) - 2, "end": at(decided) - 1}
    end = at(stopped)
    with Exchange(
        f"sqlite:///{run / STORE_FILE}", "test", "calendar", lambda: stopped, Credentials(run).lease_key
    ) as x:
        x.add_spells(
            [
                spell(ENGINE, "load", 1, 3),
                spell(ENGINE, "generate", 5, 9, "student-0", n=80),
                spell(ENGINE, "generate", checkpoint_id="c1", **exam),
                spell(ENGINE, "generate", **exam),
                spell(ENGINE, "score", **exam),
                spell(ENGINE, "generate", end + 1, end + 4, "supervisor", "c1"),
                spell(ENGINE, "generate", end + 4, end + 6, "supervisor"),
                spell(TRAINER, TrainerActivity.TURN, 5, 9),
                spell(TRAINER, TrainerActivity.TRAINING, 9, 20),
                spell(GATEWAY, AWAY, 20, 23),
            ]
        )
    return run


def profiled(run: Path) -> Profile:
    with snapshot(run) as exchange:
        return profile_of(exchange, run)


def test_spells_are_named_by_who_asked_and_when(told: Path) -> None:
    found = profiled(told)
    seconds = {(row.place, row.what): row.seconds for row in found.shares}
    assert seconds[ENGINE, "student's answers"] == 4
    assert seconds[ENGINE, "promotion exam: candidate"] == seconds[ENGINE, "promotion exam: champion"] == 1
    assert seconds[ENGINE, "promotion exam: general items"] == 1
    assert (seconds[ENGINE, "frozen exam: student"], seconds[ENGINE, "frozen exam: base"]) == (3, 2)
    assert seconds[TRAINER, "waiting for its turn"] == 4
    assert (found.measured, found.away_seconds) == (True, 3.0)
    assert found.wall_seconds == pytest.approx((found.ended - found.began).total_seconds() - 3)
    moments = {milestone.name: milestone.seconds for milestone in found.milestones}
    offset = (found.began - BEGAN).total_seconds()
    assert (moments["engine up"], moments["first round"]) == (3 - offset, 9 - offset)
    assert moments["first attempt"] <= moments["first correction"] <= moments["stopped"] <= moments["end"]


def test_a_run_without_spells_is_told_from_its_leases(tmp_path: Path) -> None:
    found = profiled(make_run(tmp_path / "run"))
    assert (found.measured, found.together) == (False, ())
    seconds = {row.what: row.seconds for row in found.shares}
    assert seconds["student's answers"] > 0
    assert seconds["promotion exam"] >= 0
    assert found.wall_seconds > 0


def test_the_report_shows_it(told: Path) -> None:
    made = write_report(told)
    page = render(made)
    assert "Where the time went" in page
    assert "promotion exam: candidate" in page
    older = Report.model_validate_json(made.model_dump_json(exclude={"profile"}))
    assert "Where the time went" not in render(older)


def test_the_command(told: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["profile", str(told), "--plot", str(tmp_path / "one.svg")])
    assert ran.exit_code == 0
    for words in ("first correction", "waiting for its turn", "engine and trainer"):
        assert words in ran.stdout
    assert (tmp_path / "one.svg").read_text().startswith("<svg")
    as_json = CliRunner().invoke(app, ["profile", str(told), "--json"])
    assert Profile.model_validate(json.loads(as_json.stdout)) == profiled(told)


def test_a_plot_into_no_folder_is_refused(told: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["profile", str(told), "--plot", str(tmp_path / "none" / "one.svg")])
    assert (ran.exit_code, "that is not there" in ran.stderr) == (2, True)
