"""The SQLite store: every commit is synced, and a damaged or full file loses nothing."""

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from exchange_rig import KEY, PROBER, SQLITE, Clock, Rig, codes, probe
from sqlalchemy import select, text
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from swarm.errors import StoreError
from swarm.exchange import Exchange
from swarm.exchange.rows import of_samples
from swarm.exchange.schema import queue

pytestmark = pytest.mark.parametrize("store_url", [SQLITE], indirect=True)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: a real disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def open_at(path: Path) -> Exchange:
    return Exchange(f"sqlite:///{path}", "swarm", "calendar", Clock(), KEY)


def test_the_writer_syncs_every_commit(rig: Rig) -> None:
    with rig.exchange.store.write() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2


def test_what_waits_is_found_by_the_revision_of_its_sample(rig: Rig) -> None:
    asked = select(queue.c.state).where(of_samples([sample.id for sample in rig.probes(2)]))
    said = asked.compile(dialect=SQLiteDialect_pysqlite(), compile_kwargs={"literal_binds": True})
    with rig.exchange.store.read() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]
        indexed = connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        named = [said for said in indexed if "root_id" in said or "ON queue (sample_id" in said]
    assert "SEARCH queue USING PRIMARY KEY (revision=?)" in plan
    assert named == [], "an index of random ids costs each new row a page"


def test_a_file_that_is_no_database_is_refused_and_left_alone(store_url: str) -> None:
    path = Path(store_url.removeprefix("sqlite:///"))
    path.write_bytes(b"certainly not a database" * 100)
    with pytest.raises(StoreError, match="not a database") as refused:
        open_at(path)
    assert str(path) in refused.value.message
    assert path.read_bytes() == b"certainly not a database" * 100
    assert refused.value.exit_code == 74


def test_a_damaged_database_is_refused(rig: Rig) -> None:
    rig.probes(50)
    rig.exchange.close()
    content = bytearray(rig.path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    rig.path.write_bytes(content)
    with pytest.raises(StoreError, match="malformed") as refused:
        rig.open()
    assert "backup" in refused.value.fix


def test_a_missing_folder_is_refused(store_url: str) -> None:
    with pytest.raises(StoreError, match="doesn't exist"):
        open_at(Path(store_url.removeprefix("sqlite:///")).parent / "nowhere" / "exchange.db")


def test_a_full_database_refuses_and_loses_nothing(rig: Rig) -> None:
    kept = rig.probes(3)
    store = rig.exchange.store
    with store.write() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="full") as refused:
        rig.exchange.publish(PROBER, [probe(question="x" * 15_000)])
    assert "Free space" in refused.value.fix
    assert [sample.id for sample in rig.exchange.samples()] == [sample.id for sample in kept]
    with store.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["OK"]


def test_a_disk_that_fills_up_during_a_commit_loses_nothing(rig: Rig) -> None:
    kept = rig.probes(3)
    size = Path(f"{rig.path}-wal").stat().st_size
    with file_size_limit(size + 8192), pytest.raises(StoreError):
        rig.exchange.publish(PROBER, [probe(question="x" * 200_000)])
    assert codes(rig.exchange.publish(PROBER, [kept[0], probe()])) == ["OK", "OK"]
    rig.reopen()
    assert [sample.id for sample in rig.exchange.samples()][:3] == [sample.id for sample in kept]
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())


def test_a_scrub_waits_for_the_one_connection_that_writes(rig: Rig) -> None:
    done: list[bool] = []
    scrubbing = threading.Thread(target=lambda: done.append(rig.exchange.store.scrub()))
    with rig.exchange.transaction():
        rig.probes(1)
        before = opened(rig.path)
        scrubbing.start()
        scrubbing.join(0.2)
        assert (scrubbing.is_alive(), opened(rig.path)) == (True, before), "it opens no connection of its own"
    scrubbing.join(60)
    assert done == [True]
    assert Path(f"{rig.path}-wal").stat().st_size == 0


def opened(path: Path | str) -> int:
    """How often this process has the store's file open."""
    return [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()].count(os.path.realpath(path))


def test_a_store_error_ends_its_whole_group_even_if_it_was_caught(rig: Rig) -> None:
    with rig.exchange.store.write() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    def group() -> None:
        with rig.exchange.transaction():
            rig.probes(1)
            for sent in (probe(question="x" * 15_000), probe()):
                with pytest.raises(StoreError, match="full"):
                    rig.exchange.publish(PROBER, [sent])
            with pytest.raises(StoreError, match="full"):
                rig.exchange.samples()

    with pytest.raises(StoreError, match="full"):
        group()
    assert rig.exchange.samples() == []
