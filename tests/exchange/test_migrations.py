"""Migrations: they make the schema that the program knows, bring older stores to it, and lose nothing on the way."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from exchange_rig import STUDENT, Rig, attempt_at
from older_store import put_back

from swarm.errors import StoreError
from swarm.exchange import schema, store, upgrading
from swarm.exchange.schema import SCHEMA_VERSION
from tests.postgres import ask

NEWER = SCHEMA_VERSION + 1
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", "{before}"


def upgrade():
    op.add_column("agents", sa.Column("team", sa.Text(), server_default="red"))
    {more}
"""


def next_version(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """A program whose schema is one version newer."""
    scripts = folder / "migrations"
    shutil.copytree(upgrading.MIGRATIONS, scripts)
    names = {"revision": upgrading.revision_of(NEWER), "before": upgrading.revision_of(SCHEMA_VERSION)}
    (scripts / "versions" / "next.py").write_text(NEXT.format(more=more, **names))
    monkeypatch.setattr(upgrading, "MIGRATIONS", scripts)
    monkeypatch.setattr(store, "SCHEMA_VERSION", NEWER)


def test_the_migrations_make_the_schema_that_the_program_knows(rig: Rig) -> None:
    with rig.exchange.store.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    assert ask(rig.url, "SELECT version_num FROM alembic_version") == [(upgrading.revision_of(SCHEMA_VERSION),)]


def test_the_last_migration_is_the_schema_version() -> None:
    assert ScriptDirectory(str(upgrading.MIGRATIONS)).get_heads() == [upgrading.revision_of(SCHEMA_VERSION)]


def test_a_store_made_before_migrations_is_stamped(rig: Rig) -> None:
    rig.probes(3)
    rig.exchange.close()
    ask(rig.url, "DROP TABLE alembic_version")
    rig.reopen()
    assert len(rig.exchange.samples()) == 3
    assert ask(rig.url, "SELECT version_num FROM alembic_version") == [(upgrading.revision_of(SCHEMA_VERSION),)]


def test_an_older_store_is_upgraded_and_keeps_what_it_holds(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.probes(3)
    rig.exchange.close()
    next_version(tmp_path, monkeypatch)
    rig.reopen()
    assert len(rig.exchange.samples()) == 3
    assert ask(rig.url, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(NEWER),)]
    assert ask(rig.url, "SELECT team FROM agents") == []
    rig.reopen()
    if rig.url.startswith("sqlite"):
        with sqlite3.connect(f"{rig.path}.version-{SCHEMA_VERSION}") as saved:
            assert saved.execute("SELECT count(*) FROM samples").fetchone() == (3,)


def test_a_migration_that_fails_changes_nothing(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.probes(3)
    rig.exchange.close()
    with monkeypatch.context() as patched:
        next_version(tmp_path, patched, "op.execute('INSERT INTO nowhere VALUES (1)')")
        with pytest.raises(StoreError, match="nowhere"):
            rig.open()
    assert ask(rig.url, "SELECT version_num FROM alembic_version") == [(upgrading.revision_of(SCHEMA_VERSION),)]
    rig.exchange = rig.open()
    assert len(rig.exchange.samples()) == 3


def test_a_lease_outlives_the_change_of_the_queues_key(rig: Rig) -> None:
    rig.probes(3)
    (lease,) = rig.lease(STUDENT)
    rig.exchange.close()
    put_back(rig.url, 13)
    rig.reopen()
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).ok
    assert len(rig.lease(STUDENT, 3)) == 2
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())
