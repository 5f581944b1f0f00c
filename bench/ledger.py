"""A bench's ledger: JSON lines that only grow, so that a run that was stopped goes on where it was."""

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from swarm.errors import ConfigError
from swarm.records import Record

E = TypeVar("E", bound=Record)
OTHERWISE = "give what it was begun with, or start another with --to"


class Lines(Generic[E]):
    """A JSON-lines file of entries. A last line that was cut off (a machine that went down) is dropped."""

    def __init__(self, path: Path, kind: TypeAdapter[E]) -> None:
        self.path = path
        self.entries: list[E] = []
        if path.is_file():
            self._read(kind)

    def _read(self, kind: TypeAdapter[E]) -> None:
        lines = self.path.read_bytes().split(b"\n")
        whole, rest = lines[:-1], lines[-1]
        for number, line in enumerate(whole, 1):
            try:
                self.entries.append(kind.validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                told = ": ".join((*map(str, first["loc"]), first["msg"]))
                said = f"{self.path}: line {number} is no entry of a ledger: {told}"
                raise ConfigError(said, "restore the file, or move it away to start anew") from error
        if rest:
            with self.path.open("r+b") as file:
                file.truncate(sum(len(line) + 1 for line in whole))

    def add(self, entry: E) -> None:
        """Write an entry down, synced before it counts."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(entry.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)

    def same_code(self, before: str, now: str) -> None:
        """Raise ConfigError where the ledger was begun by other code, both given by their digests."""
        if before != now:
            said = f"{self.path} was begun by other code ({before[:12] or 'unknown'}, not {now[:12]})"
            raise ConfigError(said, f"{OTHERWISE}; --report reads it")

    def same_plan(self, before: Record, now: Record) -> None:
        """Raise ConfigError, which names the first field that differs, where it was begun with another plan."""
        theirs, ours = before.model_dump(), now.model_dump()
        if other := [name for name, value in ours.items() if theirs[name] != value]:
            raise ConfigError(f"{self.path} has {other[0]} {theirs[other[0]]}, not {ours[other[0]]}", OTHERWISE)


def digest_of(places: Iterable[str]) -> str:
    """The SHA-256 over files, and folders of Python files and rubrics, below the repository's root."""
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for place in (root / name for name in places):
        inside = sorted(file for file in place.rglob("*.*") if file.suffix in (".py", ".yaml"))
        for file in inside if place.is_dir() else [place]:
            digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def now() -> str:
    """The time, for a ledger."""
    return datetime.now(UTC).isoformat(timespec="seconds")
