"""Decisions of the cluster that need no cluster: what is probed, examined and kept, and how time is counted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cluster.loops import LEAD, LOOPS, MOST_UNDER_WAY, SIEGE_REWORDED, newest_candidate, reworded, wanted
from cluster.supervisor import LEARNERS, base_checkpoint, prune
from swarm.config import STAFFED, Config
from swarm.errors import WeightsError
from swarm.records import Purpose
from swarm.roles import AgentCard, AgentStatus, Role
from swarm.run_clock import RunClock
from swarm.sections import RoleSection, StudentSection, SwarmSection, TrainerSection
from swarm.state import PhaseName, PhaseRecord, SwarmState
from swarm.students import Checkpoint, CheckpointStatus
from swarm.work import QueueCount, Stage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUND = 16
CONFIG = Config(trainer=TrainerSection(round_new=ROUND), roles={"student": RoleSection(batch=8)})


def state(
    phase: PhaseName = PhaseName.LEARN,
    *,
    paused: bool = False,
    ready: int = 0,
    unjudged: int = 0,
    corrections: int = 0,
    consumed: int = 0,
    checkpoints: tuple[Checkpoint, ...] = (),
) -> SwarmState:
    card = AgentCard(name="trainer-0", role=Role.TRAINER)
    trainer = AgentStatus(card=card, registered_at=NOW, last_seen_at=NOW, completed=consumed)
    return SwarmState(
        name="test",
        domain="calendar",
        revision=1,
        started_at=NOW,
        phase=PhaseRecord(name=phase, paused=paused),
        champion_id="base",
        rubric_version=1,
        queues=(QueueCount(stage=Stage.PROBES, ready=ready), QueueCount(stage=Stage.ATTEMPTS, ready=unjudged)),
        agents=(trainer,),
        checkpoints=checkpoints,
        corrections=corrections,
    )


def student(name: str, status: CheckpointStatus, minute: int) -> Checkpoint:
    return Checkpoint(id=name, status=status, url=f"file:///{name}", created_at=NOW + timedelta(minutes=minute))


@pytest.mark.parametrize("phase", list(PhaseName))
def test_probes_are_wanted_where_a_phase_probes(phase: PhaseName) -> None:
    probing = phase in (PhaseName.LEARN, PhaseName.SIEGE, PhaseName.CENSUS)
    assert wanted(state(phase), CONFIG) is probing
    assert not wanted(state(phase, paused=True), CONFIG)


def test_a_model_words_a_part_of_a_siege_and_no_learning_where_it_is_held_out() -> None:
    purposes = (Purpose.LEARN, Purpose.SIEGE, Purpose.CENSUS, Purpose.EXAM)
    assert [reworded(RoleSection(engine="e"), purpose) for purpose in purposes] == [1, SIEGE_REWORDED, 0, 0]
    held = RoleSection(engine="e", held_out="model")
    assert [reworded(held, purpose) for purpose in purposes] == [0, SIEGE_REWORDED, 0, 0]


def test_probes_wait_while_the_student_has_enough() -> None:
    assert wanted(state(ready=7), CONFIG)
    assert not wanted(state(ready=8), CONFIG)
    assert not wanted(state(PhaseName.SIEGE, ready=8), CONFIG)
    assert wanted(state().model_copy(update={"queues": ()}), CONFIG), "nothing waits in a queue that never was"


def test_probes_wait_for_a_trainer_that_is_behind_unless_in_siege() -> None:
    lead = int(LEAD * ROUND)
    assert wanted(state(corrections=100, consumed=100 - lead + 1), CONFIG)
    assert not wanted(state(corrections=100, consumed=100 - lead), CONFIG)
    assert not wanted(state(corrections=lead).model_copy(update={"agents": ()}), CONFIG)
    assert wanted(state(corrections=lead - 5, ready=4), CONFIG)
    assert not wanted(state(corrections=lead - 5, ready=5), CONFIG), "what the student will be asked may fail too"
    assert not wanted(state(unjudged=lead), CONFIG), "what the judge hasn't seen may fail too"
    for phase in (PhaseName.SIEGE, PhaseName.CENSUS):
        assert wanted(state(phase, corrections=100), CONFIG), "what a siege finds is not for the next round"


def test_a_measurement_gives_a_judge_that_is_behind_time_to_catch_up() -> None:
    assert wanted(state(PhaseName.SIEGE, unjudged=MOST_UNDER_WAY - 1), CONFIG)
    assert not wanted(state(PhaseName.SIEGE, unjudged=MOST_UNDER_WAY), CONFIG)


def test_the_newest_candidate_is_examined_and_older_ones_are_passed_over() -> None:
    base = student("base", CheckpointStatus.BASE, 0)
    waiting = [student(f"c{minute}", CheckpointStatus.CANDIDATE, minute) for minute in (2, 1, 3)]
    assert newest_candidate([]) is None
    assert newest_candidate([base]) is None
    assert newest_candidate([base, *waiting]) == waiting[2]
    for decided in (CheckpointStatus.CHAMPION, CheckpointStatus.REJECTED):
        assert newest_candidate([base, *waiting[:2], student("c3", decided, 3)]) is None
    assert newest_candidate([base, student("c1", CheckpointStatus.REJECTED, 1), waiting[0]]) == waiting[0]


def test_minutes_go_on_over_restarts_and_stand_still_in_a_pause(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    assert RunClock(file).minutes == 0
    file.write_text('{"seconds": 90.0}')
    clock = RunClock(file)
    assert clock.minutes == 1.5
    clock.tick(paused=True)
    assert clock.minutes == 1.5
    clock.tick(paused=False)
    assert 1.5 < clock.minutes < 1.6
    again = RunClock(file)
    assert again.minutes == clock.minutes, "what lies between the two is not counted"
    assert [entry.name for entry in tmp_path.iterdir()] == ["clock.json"]


def test_a_clock_that_can_not_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        RunClock(tmp_path / "clock.json")


@pytest.mark.parametrize("keep", [1, 2, 5])
def test_old_folders_go_and_what_serves_stays(tmp_path: Path, keep: int) -> None:
    config = Config(swarm=SwarmSection(run=str(tmp_path)), trainer=TrainerSection(keep_checkpoints=keep))
    old = [
        student(f"c{minute}", (CheckpointStatus.RETIRED, CheckpointStatus.REJECTED)[minute % 2], minute)
        for minute in range(4)
    ]
    stays = [
        student("base", CheckpointStatus.BASE, 0),
        student("c-champion", CheckpointStatus.CHAMPION, 0),
        student("c-graduate", CheckpointStatus.GRADUATE, 0),
        student("c-candidate", CheckpointStatus.CANDIDATE, 9),
    ]
    folders = tmp_path / "checkpoints"
    for checkpoint in (*old, *stays):
        (folders / checkpoint.id / "deep").mkdir(parents=True)
    prune(state(checkpoints=(*reversed(old), *stays)), config)
    left = {folder.name for folder in folders.iterdir()}
    assert left == {checkpoint.id for checkpoint in (*old[-keep:], *stays)}
    prune(state(checkpoints=(*old, *stays)), config)
    assert {folder.name for folder in folders.iterdir()} == left


def test_candidates_that_were_passed_over_go_too(tmp_path: Path) -> None:
    config = Config(swarm=SwarmSection(run=str(tmp_path)), trainer=TrainerSection(keep_checkpoints=1))
    waiting = tuple(student(f"c{minute}", CheckpointStatus.CANDIDATE, minute) for minute in range(4))
    for checkpoint in waiting:
        (tmp_path / "checkpoints" / checkpoint.id).mkdir(parents=True)
    prune(state(checkpoints=waiting), config)
    assert {folder.name for folder in (tmp_path / "checkpoints").iterdir()} == {"c2", "c3"}, "c2 may be in its exam"


def test_a_run_starts_from_the_base_with_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    base = base_checkpoint(Config(student=StudentSection(weights=str(tmp_path))))
    assert (base.id, base.status, base.adapter) == ("base", CheckpointStatus.BASE, False)
    assert base.url == f"file://{tmp_path}"
    assert [file.path for file in base.files] == ["config.json", "model.safetensors"]
    with pytest.raises(WeightsError, match="nowhere"):
        base_checkpoint(Config(student=StudentSection(weights=str(tmp_path / "nowhere"))))


def test_every_role_that_is_hired_has_its_loop() -> None:
    assert set(LOOPS) == set(LEARNERS) == set(STAFFED)
