"""A worker's scratch is in the run's folder, is gone with the worker, and what a kill left goes at the next start."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trainers.scratch import scratch

HOLDS = """
import pathlib, sys
from trainers.scratch import scratch
with scratch(pathlib.Path(sys.argv[1]), int(sys.argv[2]), 2) as place:
    (place / "weights").mkdir()
    (place / "weights" / "model.safetensors").write_bytes(bytes(1000))
    print(place, flush=True)
    sys.stdin.read()
"""


def killed(folder: Path, rank: int) -> Path:
    """What a worker leaves that is killed while it holds a candidate's weights."""
    command = [sys.executable, "-c", HOLDS, str(folder), str(rank)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        place = Path(worker.stdout.readline().strip())
        worker.kill()
    assert worker.returncode == -signal.SIGKILL
    assert (place / "weights" / "model.safetensors").stat().st_size == 1000
    return place


def test_what_a_killed_worker_left_goes_when_its_rank_starts_again(tmp_path: Path) -> None:
    left = [killed(tmp_path, rank) for rank in (0, 1)]
    assert all(place.parent == tmp_path for place in left)
    with scratch(tmp_path, 0, 2) as place:
        assert [each.exists() for each in left] == [False, True], "rank 1 may be at work already"
        assert place not in left
        with scratch(tmp_path, 1, 2):
            assert not left[1].exists()
            assert place.is_dir()
    assert not list(tmp_path.iterdir())


def test_a_smaller_group_clears_what_ranks_left_that_it_no_longer_has(tmp_path: Path) -> None:
    for name in ("scratch-1-kept", "scratch-2-left", "scratch-10-left", "states"):
        (tmp_path / name).mkdir()
    with scratch(tmp_path, 0, 2) as place:
        assert {each.name for each in tmp_path.iterdir()} == {"scratch-1-kept", "states", place.name}


def test_an_error_leaves_nothing_and_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), scratch(tmp_path, 0, 1) as place:
        (place / "part").write_text(str(1 / len(list(place.iterdir()))))
    assert not list(tmp_path.iterdir())
    (tmp_path / "group").touch()
    with pytest.raises(FileExistsError), scratch(tmp_path / "group", 0, 1):
        pass
