"""The store: durable, refusing what isn't its own, and losing nothing on a full disk."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from exchange_rig import KEY, PROBER, STUDENT, Clock, Rig, attempt_at, codes, probe
from sqlalchemy import text

from swarm.errors import ConfigError, RefusedError, StoreError
from swarm.exchange import Exchange
from swarm.state import PhaseRecord

HERE = Path(__file__).parent


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: a real disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def open_at(path: Path, swarm: str = "swarm", domain: str = "calendar") -> Exchange:
    return Exchange(f"sqlite:///{path}", swarm, domain, Clock(), KEY)


def test_everything_is_there_after_reopening(rig: Rig) -> None:
    rig.failure()
    rig.correction()
    state, events, chain = rig.exchange.state(), rig.exchange.events(0), rig.exchange.corrections(0)
    rig.reopen()
    assert (rig.exchange.state(), rig.exchange.events(0), rig.exchange.corrections(0)) == (state, events, chain)


def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "exchange.db"
    roots = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    command = [sys.executable, str(HERE / "exchange_victim.py"), f"sqlite:///{path}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": roots}
    ) as victim:
        assert victim.stdout is not None
        told = [victim.stdout.readline().strip() for _ in range(50)]
        victim.send_signal(signal.SIGKILL)
        told += [line.strip() for line in victim.stdout if line.endswith("\n")]
    with open_at(path) as exchange:
        stored = {sample.id for sample in exchange.samples(limit=1_000_000)}
        assert set(told) <= stored
        assert all(count.unaccounted == 0 for count in exchange.queue_counts())


def test_the_writer_syncs_every_commit(rig: Rig) -> None:
    with rig.exchange.store.write() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2


def test_readers_cannot_write(rig: Rig) -> None:
    with pytest.raises(StoreError, match="readonly"), rig.exchange.store.read() as connection:
        connection.execute(text("DELETE FROM samples"))


def test_a_second_gateway_is_refused_while_the_first_lives(rig: Rig) -> None:
    with pytest.raises(StoreError, match="another gateway holds") as refused:
        open_at(rig.path)
    assert "Stop it first" in refused.value.fix
    rig.exchange.close()
    rig.exchange.close()
    rig.exchange = rig.open()


def test_another_schema_version_is_refused_naming_both(rig: Rig) -> None:
    rig.exchange.close()
    with sqlite3.connect(rig.path) as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(StoreError, match=r"schema version '99', this program needs 1\..*[Ss]tart the program version"):
        rig.open()
    with sqlite3.connect(rig.path) as raw:
        raw.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    raw.close()
    rig.exchange = rig.open()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "exchange.db"
    path.write_bytes(b"certainly not a database" * 100)
    with pytest.raises(StoreError, match="not a database") as refused:
        open_at(path)
    assert str(path) in refused.value.message
    assert path.read_bytes() == b"certainly not a database" * 100
    assert refused.value.exit_code == 74


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "exchange.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE songs (title)")
    with pytest.raises(StoreError, match=r"not a swarm's \(tables \['songs'\]\)"):
        open_at(path)


def test_a_damaged_database_is_refused(rig: Rig) -> None:
    rig.probes(50)
    rig.exchange.close()
    content = bytearray(rig.path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    rig.path.write_bytes(content)
    with pytest.raises(StoreError, match="malformed") as refused:
        rig.open()
    assert "backup" in refused.value.fix


@pytest.mark.parametrize(("swarm", "domain", "said"), [("other", "calendar", "swarm"), ("swarm", "other", "domain")])
def test_the_store_of_another_swarm_is_refused(rig: Rig, swarm: str, domain: str, said: str) -> None:
    rig.exchange.close()
    with pytest.raises(StoreError, match=f"belongs to {said} .*, not 'other'"):
        open_at(rig.path, swarm, domain)
    rig.exchange = rig.open()


@pytest.mark.parametrize("url", ["postgresql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="isn't a SQLite file"):
        Exchange(url, "swarm", "calendar", Clock(), KEY)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="doesn't exist"):
        open_at(tmp_path / "nowhere" / "exchange.db")


def test_a_full_database_refuses_and_loses_nothing(rig: Rig) -> None:
    kept = rig.probes(3)
    store = rig.exchange.store
    with store.write() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="full") as refused:
        rig.exchange.publish(PROBER, [probe(question="x" * 100_000)])
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


def test_a_group_commits_together_and_each_call_fails_alone(rig: Rig) -> None:
    (first,) = rig.probes()
    with rig.exchange.transaction():
        assert codes(rig.exchange.publish(PROBER, [probe()])) == ["OK"]
        with pytest.raises(RefusedError):
            rig.exchange.set_phase(PhaseRecord(name="siege"), expected_revision=99)
        (lease,) = rig.lease(STUDENT)
        assert rig.complete(STUDENT, lease, attempt_at(first)).ok
        assert len(rig.exchange.samples()) == 3
    assert len(rig.exchange.samples()) == 3
    assert rig.exchange.events(0)[-1].revision == rig.exchange.revision()


def test_a_group_that_ends_in_an_error_leaves_nothing(rig: Rig) -> None:
    before = rig.exchange.revision()

    def group() -> None:
        with rig.exchange.transaction():
            rig.probes(2)
            assert rig.exchange.revision() == before + 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        group()
    assert rig.exchange.revision() == before
    assert rig.exchange.samples() == []


def test_a_store_error_ends_its_whole_group_even_if_it_was_caught(rig: Rig) -> None:
    with rig.exchange.store.write() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    def group() -> None:
        with rig.exchange.transaction():
            rig.probes(1)
            for sent in (probe(question="x" * 100_000), probe()):
                with pytest.raises(StoreError, match="full"):
                    rig.exchange.publish(PROBER, [sent])
            with pytest.raises(StoreError, match="full"):
                rig.exchange.samples()

    with pytest.raises(StoreError, match="full"):
        group()
    assert rig.exchange.samples() == []


def test_a_reader_keeps_one_view(rig: Rig) -> None:
    with rig.exchange.store.read() as other:
        assert other.scalar(text("SELECT count(*) FROM samples")) == 0
        rig.probes()
        assert other.scalar(text("SELECT count(*) FROM samples")) == 0
    assert len(rig.exchange.samples()) == 1


def test_a_crash_burns_no_attempt(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    rig.clock.turn(10)
    rig.exchange.expire()
    rig.exchange.close()
    rig.clock.turn(3600)
    rig.exchange = rig.open()
    assert rig.exchange.expire() == 0
    rig.clock.turn(19)
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).ok


def test_a_lease_still_ends_after_a_crash(rig: Rig) -> None:
    rig.probes()
    rig.lease(STUDENT)
    rig.exchange.close()
    rig.clock.turn(3600)
    rig.exchange = rig.open()
    assert rig.exchange.restart() == 1
    rig.clock.turn(31)
    assert rig.exchange.expire() == 1
