"""What a container grants is read from its control group, of either version."""

from pathlib import Path

import pytest

from swarm.cli.limits import memory_left, threads_left

GIB = 1024**3


def group(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text + "\n")
    return folder


@pytest.mark.parametrize(
    ("limit", "used", "stat", "name"),
    [
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
    ],
    ids=["version 2", "version 1"],
)
def test_cached_files_count_as_free(tmp_path: Path, limit: str, used: str, stat: str, name: str) -> None:
    files = {limit: str(16 * GIB), used: str(6 * GIB), stat: f"anon {4 * GIB}\n{name} {2 * GIB}"}
    assert memory_left(group(tmp_path, files)) == 12 * GIB


def test_more_in_use_than_granted_leaves_nothing(tmp_path: Path) -> None:
    assert memory_left(group(tmp_path, {"memory.max": "100", "memory.current": "150"})) == 0


@pytest.mark.parametrize(
    ("files", "threads"),
    [
        ({"cpu.max": "150000 100000"}, 1.5),
        ({"cpu/cpu.cfs_quota_us": "400000", "cpu/cpu.cfs_period_us": "100000"}, 4.0),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
    ],
)
def test_a_quota_of_time_is_a_number_of_threads(tmp_path: Path, files: dict[str, str], threads: float | None) -> None:
    assert threads_left(group(tmp_path, files)) == threads


def test_no_limit_is_none(tmp_path: Path) -> None:
    assert memory_left(group(tmp_path, {"memory.max": "max", "memory.current": "5"})) is None
    one = {"memory/memory.limit_in_bytes": str(2**63 - 4096), "memory/memory.usage_in_bytes": "5"}
    assert memory_left(group(tmp_path / "one", one)) is None
    assert memory_left(tmp_path / "nowhere") is None
    assert threads_left(tmp_path / "nowhere") is None
