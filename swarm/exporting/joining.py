"""Joins streamed samples on disk: a run's texts needn't fit in memory, and a correction comes long after its probe."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

from swarm.exporting.rows import Row, joined_row
from swarm.records import Sample

_MADE = """
CREATE TABLE samples (id TEXT PRIMARY KEY, parent TEXT, kind TEXT, revision INTEGER, body TEXT) WITHOUT ROWID;
CREATE INDEX parents ON samples (kind, parent);
"""
_JOIN = """
SELECT probe.body, attempt.body, verdict.body, correction.body FROM samples AS verdict
JOIN samples AS attempt ON attempt.id = verdict.parent
JOIN samples AS probe ON probe.id = attempt.parent
LEFT JOIN samples AS correction ON correction.kind = 'correction' AND correction.parent = verdict.id
WHERE verdict.kind = 'verdict' ORDER BY verdict.revision, correction.revision
"""


class Joining:
    """A scratch database in a folder of its own, which goes with the block that it is used in."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="swarm-export-")
        self._database = sqlite3.connect(Path(self._folder.name) / "join.db", isolation_level=None)
        self._database.executescript(f"PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; {_MADE}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()
        self._folder.cleanup()

    def take(self, samples: Iterable[Sample]) -> None:
        """Put samples in; annotations play no part."""
        rows = (
            (sample.id, sample.parent_id, sample.kind, sample.revision, sample.model_dump_json())
            for sample in samples
            if sample.kind != "annotation"
        )
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def rows(self, passed: bool | None = None, since_revision: int = 0) -> Iterator[Row]:
        """A row for each verdict with its probe and attempt, by the verdict's revision."""
        with closing(self._database.execute(_JOIN)) as found:
            for bodies in found:
                probe, attempt, verdict, correction = (
                    Sample.model_validate_json(body) if body is not None else None for body in bodies
                )
                assert probe is not None
                assert attempt is not None
                assert verdict is not None
                row = joined_row(probe, attempt, verdict, correction)
                if passed in (None, row["passed"]) and verdict.revision > since_revision:
                    yield row
