"""The store, of whatever kind: durable, grouping its commits, and refusing what isn't its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from exchange_rig import KEY, PROBER, STUDENT, Clock, Rig, attempt_at, codes, probe
from sqlalchemy import text

from swarm.errors import ConfigError, HeldError, RefusedError, StoreError
from swarm.exchange import Exchange
from swarm.exchange.schema import SCHEMA_VERSION
from swarm.state import PhaseRecord
from tests.postgres import ask

HERE = Path(__file__).parent


def open_at(url: str, swarm: str = "swarm", domain: str = "calendar") -> Exchange:
    return Exchange(url, swarm, domain, Clock(), KEY)


def test_everything_is_there_after_reopening(rig: Rig) -> None:
    rig.failure()
    rig.correction()
    state, events, chain = rig.exchange.state(), rig.exchange.events(0), rig.exchange.corrections(0)
    rig.reopen()
    assert (rig.exchange.state(), rig.exchange.events(0), rig.exchange.corrections(0)) == (state, events, chain)


def test_what_was_acknowledged_survives_sigkill(store_url: str) -> None:
    roots = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    command = [sys.executable, str(HERE / "exchange_victim.py"), store_url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": roots}
    ) as victim:
        assert victim.stdout is not None
        told = [victim.stdout.readline().strip() for _ in range(50)]
        victim.send_signal(signal.SIGKILL)
        told += [line.strip() for line in victim.stdout if line.endswith("\n")]
    with open_at(store_url) as exchange:
        stored = {sample.id for sample in exchange.samples(limit=1_000_000)}
        assert set(told) <= stored
        assert all(count.unaccounted == 0 for count in exchange.queue_counts())


def test_readers_cannot_write(rig: Rig) -> None:
    with pytest.raises(StoreError, match=r"read-?only"), rig.exchange.store.read() as connection:
        connection.execute(text("DELETE FROM samples"))


def test_a_second_gateway_is_refused_while_the_first_lives(rig: Rig) -> None:
    with pytest.raises(HeldError, match="another gateway holds") as refused:
        rig.open()
    assert "Stop it first" in refused.value.fix
    rig.exchange.close()
    rig.exchange.close()
    rig.exchange = rig.open()


def test_another_schema_version_is_refused_naming_both(rig: Rig) -> None:
    rig.exchange.close()
    ask(rig.url, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    said = rf"schema version '99', this program needs {SCHEMA_VERSION}\..*[Ss]tart the program version"
    with pytest.raises(StoreError, match=said):
        rig.open()
    ask(rig.url, f"UPDATE meta SET value = '{SCHEMA_VERSION}' WHERE key = 'schema_version'")
    rig.exchange = rig.open()


def test_a_database_of_somebody_else_is_refused_and_left_alone(rig: Rig) -> None:
    rig.exchange.close()
    ask(rig.url, "ALTER TABLE meta RENAME TO songs")
    with pytest.raises(StoreError, match=r"not a swarm's \(tables \['agents'"):
        rig.open()
    ask(rig.url, "ALTER TABLE songs RENAME TO meta")
    rig.exchange = rig.open()


@pytest.mark.parametrize(("swarm", "domain", "said"), [("other", "calendar", "swarm"), ("swarm", "other", "domain")])
def test_the_store_of_another_swarm_is_refused(rig: Rig, swarm: str, domain: str, said: str) -> None:
    rig.exchange.close()
    with pytest.raises(StoreError, match=f"belongs to {said} .*, not 'other'"):
        open_at(rig.url, swarm, domain)
    rig.exchange = rig.open()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://anna:secret@host/db", "'mysql', which holds no store"),
        ("anna:secret@host", "can't be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_other_urls_are_refused_without_their_passwords(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        open_at(url)
    assert "secret" not in str(refused.value)
    assert "sqlite:///" in refused.value.fix


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
