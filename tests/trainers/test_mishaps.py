"""Death, hang, want of memory and plain errors are told apart, by what real processes leave behind where they can."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch
from ray.exceptions import ActorDiedError, OutOfMemoryError
from ray.train.v2._internal.exceptions import WorkerHealthCheckFailedError, WorkerHealthCheckTimeoutError

from swarm.config import Config
from swarm.training import MishapKind, TrainerMishap
from trainers import group
from trainers.mishaps import mishap, oom_kills
from trainers.parts import MOST, doubled, parts
from trainers.states import FOLDER
from trainers.watchdog import drop_notes, hang_note, hang_notes

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEATH, HANG, MEMORY, ERROR = MishapKind


def too_much() -> RuntimeError:
    """What torch says on a CPU that hasn't the memory."""
    with pytest.raises(RuntimeError) as found:
        torch.empty(1 << 50)
    return found.value


@pytest.mark.parametrize(
    ("errors", "hung", "kills", "kind", "said"),
    [
        ([WorkerHealthCheckFailedError("failed", ActorDiedError())], "", 0, DEATH, "actor died"),
        ([WorkerHealthCheckFailedError("failed", ActorDiedError())], "", 2, MEMORY, "kernel ended 2 processes"),
        ([WorkerHealthCheckFailedError("failed", OutOfMemoryError("low"))], "", 0, MEMORY, "low"),
        ([WorkerHealthCheckFailedError("x", ActorDiedError())], "worker 0 stood at a.py", 1, HANG, "stood at a.py"),
        ([WorkerHealthCheckTimeoutError("no answer")], "", 0, HANG, ""),
        ([too_much()], "", 0, MEMORY, "can't allocate memory"),
        ([torch.OutOfMemoryError("CUDA out of memory. Tried")], "", 0, MEMORY, "CUDA out of memory"),
        ([MemoryError()], "", 0, MEMORY, ""),
        ([FloatingPointError("the round's loss is nan")], "", 0, ERROR, "the round's loss is nan"),
        ([FloatingPointError("the round's loss is nan")], "", 1, ERROR, "the round's loss is nan"),
        (["SwarmError: the trainer group ended: ActorDiedError"], "", 0, DEATH, "ActorDiedError"),
        ([], "", 0, DEATH, "without a word"),
        (["ValueError: \x00 odd \x07"], "", 0, ERROR, "odd"),
    ],
)
def test_an_end_has_its_kind(errors: list[BaseException | str], hung: str, kills: int, kind: str, said: str) -> None:
    found = mishap(errors, hung, kills, NOW)
    assert (found.kind, found.at) == (kind, NOW)
    assert said in found.detail


def test_the_kernel_s_count_is_read(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("pgfault 7\noom_kill 12\n")
    assert oom_kills(tmp_path / "vmstat") == 12
    assert oom_kills(tmp_path / "missing") == 0


HANGS = """
import sys, threading
from pathlib import Path
from trainers.watchdog import Watchdog, hang_note
dog = Watchdog(hang_note(Path(sys.argv[1]), 1), float(sys.argv[2]))
def stuck():
    threading.Event().wait(float(sys.argv[3]))
with dog.watching():
    for _ in range(3):
        dog.beat()
    stuck()
threading.Event().wait(0.4)
print("over")
"""


def end(folder: Path, allowed: float, stuck: float) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", HANGS, str(folder), str(allowed), str(stuck)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_hang_is_ended_and_says_where(tmp_path: Path) -> None:
    assert end(tmp_path, 0.3, 60.0) == (1, "")
    assert "worker 1 stood at" in hang_notes(tmp_path)
    assert mishap([ActorDiedError()], hang_notes(tmp_path), 0, NOW).kind is HANG


def test_what_makes_steps_is_let_be_and_so_is_what_waits_outside(tmp_path: Path) -> None:
    assert end(tmp_path, 0.3, 0.01) == (0, "over\n")
    assert hang_notes(tmp_path) == ""
    assert hang_note(tmp_path, 1).read_text() == ""


def test_words_of_a_rank_that_is_no_more_are_dropped(tmp_path: Path) -> None:
    for rank in (0, 1, 11):
        hang_note(tmp_path, rank).write_text(f'Thread 0x1:\n  File "{rank}.py", line 1 in stuck\n')
    drop_notes(tmp_path, 1)
    assert "0.py" in hang_notes(tmp_path)
    assert "1.py" not in hang_notes(tmp_path)


def test_batches_go_in_twice_as_many_parts_after_each_want_of_memory(tmp_path: Path) -> None:
    folder = tmp_path / "group"
    assert parts(folder) == 1
    assert [doubled(folder) for _ in range(8)] == [2, 4, 8, 16, 32, 64, MOST, MOST]
    assert parts(folder) == MOST
    for spoilt in ("", "many", "-3", "0"):
        (folder / "parts").write_text(spoilt)
        assert parts(folder) == 1


def test_the_group_s_mourner_cuts_batches_after_want_of_memory_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[TrainerMishap]()

    async def tell(_config: Config, mishap: TrainerMishap) -> None:
        told.append(mishap)

    monkeypatch.setattr(group, "_tell", tell)
    config = Config.model_validate({"swarm": {"name": "s", "domain": "calendar", "run": str(tmp_path / "run")}})
    mourner = group.Mourner(config)
    mourner.after_exception(None, {0: ValueError("no")})
    assert parts(config.run_dir / FOLDER) == 1
    mourner.after_exception(None, {0: too_much()})
    assert parts(config.run_dir / FOLDER) == 2
    assert [mishap.kind for mishap in told] == [ERROR, MEMORY]
    assert "in 2 parts from now on; " in told[1].detail
