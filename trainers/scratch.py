"""Where a worker keeps what it needs for a moment: a folder of its own below the run's, never one that a kill leaves.

A candidate's weights stand there before they are published, up to gigabytes. In the system's temporary folder each
worker that was killed would leave its own for good, which fills a disk in some weeks.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "scratch-"


@contextmanager
def scratch(folder: Path, rank: int, workers: int) -> Iterator[Path]:
    """A new folder in `folder`, gone at the end; what killed workers left there goes first.

    Each rank clears what bore its own, since the others may be at work already, and rank 0 what bore one that the group
    no longer has. A name is never used twice: an earlier worker that lives on, cut off from the rest, loses its folder
    and can't write into this one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{_PREFIX}*"):
        of = _rank(left)
        if of == rank or (rank == 0 and of >= workers):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{rank}-", dir=folder, ignore_cleanup_errors=True) as made:
        yield Path(made)


def _rank(left: Path) -> int:
    return int(left.name.removeprefix(_PREFIX).partition("-")[0])
