"""The timesheet, with a clock that the test turns."""

from datetime import UTC, datetime, timedelta

import pytest

from swarm.training import TrainerActivity
from trainers.timesheet import WINDOW_SECONDS, Timesheet

LOADING, TRAINING, PUBLISHING, NO_WORK, EXAM, TURN, PAUSED = TrainerActivity


def test_time_is_booked_by_activity() -> None:
    sheet = Timesheet(100.0)
    sheet.switch(LOADING, 105.0)
    sheet.switch(TRAINING, 110.0)
    sheet.switch(NO_WORK, 140.0)
    sheet.switch(TRAINING, 150.0)
    assert sheet.seconds(155.0) == {LOADING: 10.0, TRAINING: 35.0, NO_WORK: 10.0}
    assert sheet.activity is TRAINING
    assert sheet.idle_fraction(160.0) == pytest.approx(20 / 60)


def test_waiting_for_a_turn_is_not_training() -> None:
    sheet = Timesheet(0.0)
    sheet.switch(TRAINING, 10.0)
    sheet.took(TURN, 4.0)
    assert sheet.seconds(20.0) == {LOADING: 10.0, TRAINING: 6.0, TURN: 4.0}
    assert sheet.idle_fraction(20.0) == pytest.approx(14 / 20)
    sheet.took(TURN, -1.0)
    assert sheet.seconds(20.0)[TURN] == 4.0


def test_what_is_long_ago_counts_in_the_sum_only() -> None:
    sheet = Timesheet(0.0)
    sheet.switch(TRAINING, 3_000.0)
    assert sheet.idle_fraction(3_000.0) == 1.0
    assert sheet.idle_fraction(3_000.0 + WINDOW_SECONDS / 2) == pytest.approx(0.5)
    assert sheet.idle_fraction(3_000.0 + WINDOW_SECONDS) == 0.0
    sheet.switch(EXAM, 5_000.0)
    assert sheet.seconds(5_000.0) == {LOADING: 3_000.0, TRAINING: 2_000.0}


def test_a_pause_is_neither_idle_nor_busy() -> None:
    sheet = Timesheet(0.0)
    sheet.switch(PAUSED, 0.0)
    assert sheet.idle_fraction(50.0) == 0.0
    sheet.switch(PUBLISHING, 50.0)
    sheet.switch(NO_WORK, 60.0)
    assert sheet.idle_fraction(70.0) == pytest.approx(0.5)


def test_what_has_ended_is_told_once_round_by_round() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def told(now: float) -> list[tuple[str, float, float]]:
        spells = sheet.told(now, moment + timedelta(seconds=now))
        return [(each.what, *((at - moment).total_seconds() for at in (each.began, each.ended))) for each in spells]

    sheet = Timesheet(0.0)
    sheet.switch(TRAINING, 10.0)
    sheet.mark(10.0)
    sheet.took(TURN, 4.0)
    assert told(20.0) == [(LOADING, 0.0, 10.0), (TURN, 10.0, 14.0)]
    sheet.mark(30.0)
    sheet.took(TURN, 1.0)
    sheet.switch(NO_WORK, 40.0)
    assert told(45.0) == [(TRAINING, 14.0, 30.0), (TURN, 30.0, 31.0), (TRAINING, 31.0, 40.0)]
    assert told(45.0) == []
    sheet.mark(50.0)
    assert told(50.0) == [(NO_WORK, 40.0, 50.0)]


def test_since_is_told_on_the_clock_of_the_day() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    sheet = Timesheet(100.0)
    assert sheet.since(130.0, moment) == moment - timedelta(seconds=30)
    assert sheet.since(90.0, moment) == moment, "a clock that steps back makes no future"
