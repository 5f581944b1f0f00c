"""Large bodies beside the store: what a long sample says, under its SHA-256 at a filesystem URL."""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import fsspec
from sqlalchemy import Connection, Engine

from swarm.errors import RefusedError, StoreError

FOLDER = "bodies"
DEFAULT_BYTES = 16 * 1024
"""A body of more bytes than this goes beside the store."""

PLACE = "bodies"
"""The single value of a store that says where they lie; empty where that is beside its file."""
_OPTION = "swarm_bodies"


class Bodies:
    """Content-addressed and never changed. A body is there, synced, before the row that names it.

    What is put for a transaction that then fails stays as garbage until it is swept. `url` may be a path or what fsspec
    reads; where it is local, files are written aside, synced and renamed; elsewhere one call writes the whole object.
    Without one, every body stays in its row.
    """

    def __init__(self, url: str, most_bytes: int = DEFAULT_BYTES) -> None:
        self.url = url
        self.most_bytes = most_bytes if url else sys.maxsize
        self._filesystem, self._root = fsspec.core.url_to_fs(url)
        self._local = "file" in self._filesystem.protocol
        self.released: set[str] = set()
        """Names that rows have let go of since they were last looked at, or would have had their transaction lasted."""

    def put(self, body: str) -> str:
        """Keep a body; returns its name. Raises StoreError where it can't be written."""
        content = body.encode()
        name = hashlib.sha256(content).hexdigest()
        try:
            if not self._filesystem.exists(self._place(name)):
                self._filesystem.makedirs(os.path.dirname(self._place(name)), exist_ok=True)
                self._write(name, content)
        except OSError as error:
            raise StoreError(
                f"a body can't be written at {self.url!r}: {error}", "Free space there, or mend it"
            ) from error
        return name

    def get(self, name: str, sample_id: str) -> str:
        """The body of a sample. Raises RefusedError (BODY_LOST) where it is missing or isn't what its name says."""
        try:
            content: bytes = self._filesystem.cat_file(self._place(name))
        except FileNotFoundError:
            raise _lost(f"the body of sample {sample_id} is missing: no {name} at {self.url!r}") from None
        except OSError as error:
            raise StoreError(f"body {name} can't be read at {self.url!r}: {error}", "Mend that place") from error
        if (found := hashlib.sha256(content).hexdigest()) != name:
            raise _lost(f"the body of sample {sample_id} is damaged: {name} at {self.url!r} has SHA-256 {found}")
        return content.decode()

    def is_away(self) -> bool:
        """Whether nothing at all is there, as where a volume isn't mounted: then no single body is at fault."""
        self._filesystem.invalidate_cache()
        return not (self._filesystem.exists(self._root) and self._filesystem.ls(self._root, detail=False))

    def drop(self, names: Iterable[str]) -> None:
        """Delete bodies; what isn't there is deleted."""
        for name in names:
            with suppress(FileNotFoundError):
                self._filesystem.rm_file(self._place(name))

    def older(self, moment: datetime) -> list[str]:
        """The names of all that was last written before a moment."""
        self._filesystem.invalidate_cache()
        if not self._filesystem.exists(self._root):
            return []
        return [name for name, at in self._listed() if at < moment.timestamp()]

    def _listed(self) -> Iterator[tuple[str, float]]:
        for place, facts in self._filesystem.find(self._root, detail=True).items():
            at: Any = facts.get("mtime") or facts.get("LastModified") or facts["created"]
            yield os.path.basename(place), at.timestamp() if isinstance(at, datetime) else float(at)

    def _place(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}"

    def _write(self, name: str, content: bytes) -> None:
        if not self._local:
            self._filesystem.pipe_file(self._place(name), content)
            return
        place = Path(self._place(name))
        part = place.with_name(f"{name}.{os.getpid()}.part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(place)
        for folder in (place.parent, place.parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


def knowing(engine: Engine, bodies: Bodies) -> Engine:
    """The engine, with connections that know where the bodies of their rows are."""
    return engine.execution_options(**{_OPTION: bodies})


def bodies_of(connection: Connection) -> Bodies:
    """Where the bodies are that a connection's rows name."""
    found: Bodies = connection.get_execution_options()[_OPTION]
    return found


def _lost(said: str) -> RefusedError:
    return RefusedError("BODY_LOST", said, "Put it back from a backup, or forget the sample: swarm forget ID")
