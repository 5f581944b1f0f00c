"""A new folder that is there whole and synced, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.errors import ConfigError


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, readable for its owner alone; it becomes `target` when the block ends without an error.

    Raises ConfigError where something is there already.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{str(target)!r} is there already", "Name a new folder, or move that one aside")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
        part = Path(beside) / target.name
        part.mkdir(mode=0o700)
        yield part
        os.sync()
        part.replace(target)
