"""Writes rows to Parquet as they come: one file, or a folder of parts; nothing is there until all of it is."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from swarm.errors import ConfigError
from swarm.exporting.rows import Row

GROUP_ROWS = 10_000
PART_ROWS = 200_000
SUFFIX = ".parquet"


class Table:
    """A table on its way to `target`: a file where that ends in .parquet, else a folder of files of `part_rows` rows.

    It is written beside the target and takes its place when the block ends without an error. Raises ConfigError where
    the target is there already.
    """

    def __init__(
        self,
        target: Path,
        schema: pa.Schema,
        about: dict[str, str],
        *,
        group_rows: int = GROUP_ROWS,
        part_rows: int = PART_ROWS,
    ) -> None:
        if target.exists():
            raise ConfigError(f"{str(target)!r} exists", "Give a new place, or delete that one")
        self.rows = 0
        self._target = target
        self._schema = schema.with_metadata(about)
        self._single = target.suffix == SUFFIX
        self._draft = target.with_name(f".{target.name}.part")
        self._waiting: list[Row] = []
        self._part: pq.ParquetWriter | None = None
        self._parts = 0
        self._group_rows = group_rows
        self._part_rows = part_rows
        self._left = part_rows

    def __enter__(self) -> Self:
        self._drop()
        self._target.parent.mkdir(parents=True, exist_ok=True)
        if not self._single:
            self._draft.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
            self._end_part()
            if kind is None:
                self._draft.rename(self._target)
        finally:
            self._drop()

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows; no more than a row group of them waits in memory."""
        for row in rows:
            self._waiting.append(row)
            self.rows += 1
            if len(self._waiting) == self._group_rows:
                self._flush()

    def files(self) -> list[Path]:
        """What was written, once the block has ended."""
        return [self._target] if self._single else sorted(self._target.glob(f"*{SUFFIX}"))

    def _flush(self) -> None:
        """Write what waits as one row group; an empty table has a file too."""
        if not self._waiting and self._parts:
            return
        if self._part is None:
            place = self._draft if self._single else self._draft / f"part-{self._parts:05}{SUFFIX}"
            self._part = pq.ParquetWriter(place, self._schema, compression="zstd")
            self._parts, self._left = self._parts + 1, self._part_rows
        self._part.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
        self._left -= len(self._waiting)
        self._waiting = []
        if self._left <= 0 and not self._single:
            self._end_part()

    def _end_part(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None

    def _drop(self) -> None:
        if self._draft.is_dir():
            shutil.rmtree(self._draft)
        self._draft.unlink(missing_ok=True)
