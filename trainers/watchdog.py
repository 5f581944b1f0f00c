"""Ends a worker that makes no step for too long, and leaves behind where it stood."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Watchdog:
    """The interpreter's own timer (faulthandler): its thread is C and needs no lock of Python's, so that it also ends
    a process that hangs in a library with the lock held, as in a collective whose peer is gone. Ray's own timeout sees
    only that a worker doesn't answer, which one that hangs in its training thread still does.
    """

    def __init__(self, note: Path, seconds: float) -> None:
        """What hung is written to `note`, which is empty until then."""
        note.parent.mkdir(parents=True, exist_ok=True)
        self._file = note.open("w")
        self._seconds = seconds

    def beat(self, *_: Any) -> None:
        """A step was made; the next one has its whole time."""
        faulthandler.dump_traceback_later(self._seconds, exit=True, file=self._file)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Steps must follow each other inside; what waits for others stands outside."""
        self.beat()
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def hang_note(folder: Path, rank: int) -> Path:
    """Where the worker of that rank leaves word."""
    return folder / f"hang-{rank}.txt"


def drop_notes(folder: Path, workers: int) -> None:
    """Drop the words of ranks that a group of so many workers has no more: its next end would be laid to them."""
    for note in folder.glob("hang-*.txt"):
        if int(note.stem.removeprefix("hang-")) >= workers:
            note.unlink(missing_ok=True)


def hang_notes(folder: Path) -> str:
    """What workers left, "" where none hung: for each its rank, and the innermost places where it stood."""
    said = list[str]()
    for note in sorted(folder.glob("hang-*.txt")):
        places = [line.strip() for line in note.read_text(errors="replace").splitlines() if line.startswith("  File")]
        if places:
            said.append(f"worker {note.stem.removeprefix('hang-')} stood at {', '.join(places[:2])}")
    return "; ".join(said)
