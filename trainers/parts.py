"""In how many parts a batch goes through the model: twice as many after each end for want of memory."""

from pathlib import Path

_NAME = "parts"
MOST = 64
"""Beyond that it isn't the batch that takes the memory."""


def parts(group: Path) -> int:
    """How many parts a batch has now, by the group's folder; 1 where nothing was written or what stands there is no
    such number."""
    try:
        return min(max(1, int((group / _NAME).read_text())), MOST)
    except (OSError, ValueError):
        return 1


def doubled(group: Path) -> int:
    """Twice as many from now on, for this run and whoever resumes it; how many that are."""
    now = min(2 * parts(group), MOST)
    group.mkdir(parents=True, exist_ok=True)
    (group / _NAME).write_text(str(now))
    return now
