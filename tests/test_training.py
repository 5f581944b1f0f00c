"""How the trainer's standing reads, and when it calls for a person."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from swarm.training import (
    LATEST,
    MishapKind,
    TrainerActivity,
    TrainerMishap,
    TrainerReport,
    TrainerStanding,
    trainer_alarms,
)
from swarm.work import QueueCount, Stage

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def failures(age: float, ready: int = 7) -> list[QueueCount]:
    return [QueueCount(stage=Stage.PROBES), QueueCount(stage=Stage.FAILURES, ready=ready, oldest_age_seconds=age)]


def ended(seconds_ago: float, kind: MishapKind = MishapKind.HANG) -> TrainerMishap:
    return TrainerMishap(kind=kind, at=NOW - timedelta(seconds=seconds_ago), detail="stood at a.py")


def alarms(
    standing: TrainerStanding = TrainerStanding(), age: float = 0.0, unread: int = 0, learning: bool = True
) -> list[str]:
    return list(trainer_alarms(standing, failures(age), unread, learning, NOW))


def test_an_empty_log_while_failures_pile_up_is_an_alarm() -> None:
    (said,) = alarms(age=121)
    assert "no correction came while 7 failures wait, the oldest for 121 s" in said
    assert alarms(age=119) == []
    assert alarms(age=121, unread=1) == [], "there is something to learn"
    assert alarms(age=121, learning=False) == [], "a paused swarm, or a siege, wants no corrections"
    assert list(trainer_alarms(TrainerStanding(), [], 0, True, NOW)) == []


def test_an_exam_that_does_not_come_is_an_alarm() -> None:
    def waiting(seconds: float, activity: TrainerActivity = TrainerActivity.EXAM) -> TrainerStanding:
        return TrainerStanding(report=TrainerReport(activity=activity, since=NOW - timedelta(seconds=seconds)))

    assert "waited 301 s for its candidate's exam" in alarms(waiting(301))[0]
    assert alarms(waiting(299)) == alarms(waiting(301, TrainerActivity.TRAINING)) == []


def test_ends_in_a_row_are_an_alarm_and_old_ones_are_not() -> None:
    standing = TrainerStanding()
    for seconds_ago in (2_000.0, 500.0, 100.0):
        standing = standing.with_mishap(ended(seconds_ago))
    assert alarms(standing) == []
    standing = standing.with_mishap(ended(1, MishapKind.MEMORY))
    (said,) = alarms(standing)
    assert "ended 3 times in 10 minutes, the last time by memory: stood at a.py" in said
    assert dict(standing.counts) == {MishapKind.HANG: 3, MishapKind.MEMORY: 1}
    for _ in range(2 * LATEST):
        standing = standing.with_mishap(ended(1))
    assert (len(standing.mishaps), dict(standing.counts)[MishapKind.HANG]) == (LATEST, 3 + 2 * LATEST)


def test_a_standing_in_words() -> None:
    assert TrainerStanding().words() == ""
    spent = ((TrainerActivity.TRAINING, 70.0), (TrainerActivity.NO_WORK, 20.0), (TrainerActivity.LOADING, 10.0))
    report = TrainerReport(activity=TrainerActivity.NO_WORK, since=NOW, idle_fraction=0.3, seconds=spent)
    assert TrainerStanding(report=report).with_mishap(ended(1)).words() == (
        "waiting for corrections, idle 30% of the last ten minutes "
        "(waiting for corrections 20 s, loading 10 s since it came up); ended by hang 1x"
    )


def test_a_report_without_sense_is_refused() -> None:
    with pytest.raises(ValidationError, match="idle_fraction"):
        TrainerReport(activity=TrainerActivity.TRAINING, since=NOW, idle_fraction=1.1)
