"""Parts and row groups of an exported table, and what stays of one that was broken off."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from swarm.errors import ConfigError
from swarm.exporting.parquet import Table

SCHEMA = pa.schema([("n", pa.int64())])


def rows(first: int, count: int) -> list[dict[str, int]]:
    return [{"n": n} for n in range(first, first + count)]


def test_a_folder_gets_a_new_file_when_one_is_full(tmp_path: Path) -> None:
    with Table(tmp_path / "t", SCHEMA, {"swarm": "s"}, group_rows=10, part_rows=40) as table:
        for start in range(0, 70, 7):
            table.write(rows(start, 7))
    assert table.rows == 70
    assert [file.name for file in table.files()] == ["part-00000.parquet", "part-00001.parquet"]
    found = [n for file in table.files() for n in pq.read_table(file)["n"].to_pylist()]
    assert found == list(range(70))
    assert pq.read_schema(table.files()[0]).metadata[b"swarm"] == b"s"


def test_one_file_stays_one(tmp_path: Path) -> None:
    with Table(tmp_path / "t.parquet", SCHEMA, {}, group_rows=10, part_rows=30) as table:
        table.write(rows(0, 95))
        table.write(rows(95, 5))
    assert pq.read_table(tmp_path / "t.parquet")["n"].to_pylist() == list(range(100))
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]


@pytest.mark.parametrize("name", ["t", "t.parquet"])
def test_one_that_is_broken_off_leaves_nothing(tmp_path: Path, name: str) -> None:
    def broken() -> None:
        with Table(tmp_path / name, SCHEMA, {}) as table:
            table.write(rows(0, 20_000))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_is_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="exists"):
        Table(tmp_path, SCHEMA, {})
