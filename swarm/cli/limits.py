"""What the container around this process leaves it of the machine, by its control group (Linux cgroups, 1 and 2)."""

from pathlib import Path

CONTROL_GROUP = Path("/sys/fs/cgroup")
_MEMORY = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)
"""Limit, use, and where it says how much of that use can be taken back at once: version 2, version 1."""
_UNLIMITED = 2**60
"""Version 1 says a number of bytes near 2^63 where there is no limit."""


def memory_left(group: Path = CONTROL_GROUP) -> int | None:
    """Bytes that may still be taken; None where the group sets no limit."""
    for limit_file, used_file, stat_file, reclaimable in _MEMORY:
        limit, used = _read(group / limit_file), _read(group / used_file)
        if limit.isdigit() and int(limit) < _UNLIMITED and used.isdigit():
            stat = dict(line.split(maxsplit=1) for line in _read(group / stat_file).splitlines())
            return max(0, int(limit) - int(used) + int(stat.get(reclaimable, 0)))
    return None


def threads_left(group: Path = CONTROL_GROUP) -> float | None:
    """How many CPU threads' time is granted; None where there is no quota."""
    quota, _, period = _read(group / "cpu.max").partition(" ")
    if not quota:
        quota, period = _read(group / "cpu/cpu.cfs_quota_us"), _read(group / "cpu/cpu.cfs_period_us")
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() else None


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
