"""The floors: what the store's engine alone can commit, and what gRPC alone can carry, of the same samples.

The store's floor has the tables, indexes and settings of the store and the same rows under ids of the same kind, in
groups as large as the gateway's commits were; it has the machine for itself, checks nothing, keeps no books, and making
the rows isn't counted. gRPC's floor (`servers.echo_server`) has the same certificate, the same requests from a client
like the gateway's, as many channels and calls under way, and answers of the same size; it reads nothing of a request.
Neither is faster for leaving out bytes that the gateway stores or carries, but for the credential in a call's metadata.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, insert, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from bench.load import probes
from bench.measure import Timed
from swarm.exchange import Credits, Exchange, Identity
from swarm.exchange.schema import events, metadata, queue, samples
from swarm.exchange.sqlite import SETTINGS, WRITING
from swarm.records import new_id
from swarm.roles import Role

TABLES = (events, samples, queue)
Rows = list[list[tuple[Any, ...]]]
"""For each of the tables, what each sample puts into it."""


def stored_rows(folder: Path, count: int) -> Rows:
    """The rows that an exchange stores for that many probes."""
    folder.mkdir(parents=True)
    url, agent = f"sqlite:///{folder / 'rows.db'}", Identity("prober-1", Role.PROBER)
    limits: dict[str, Any] = {"queue_limit": count, "credits": Credits(samples=count)}
    with Exchange(url, "bench", "calendar", lambda: datetime.now(UTC), bytes(32), **limits) as exchange:
        offered = [sample.model_copy(update={"id": new_id()}) for sample in probes(count)]
        exchange.publish(agent, offered)
        found: Rows = []
        with exchange.store.read() as connection:
            for table in TABLES:
                kept = select(table).where(table.c.kind == "sample") if table is events else select(table)
                found.append([tuple(row) for row in connection.execute(kept.order_by(table.c.revision))])
    return found


def sqlite_commits(folder: Path, rows: Rows, group: int, seconds: float) -> Timed:
    """Commit the rows in groups with SQLite's own module, on the schema and the settings of the store."""
    folder.mkdir(parents=True)
    path = folder / "floor.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (*SETTINGS, *WRITING):
        connection.execute(f"PRAGMA {pragma}")
    statements = [str(insert(table).compile(dialect=SQLiteDialect_pysqlite())) for table in TABLES]

    def commit(part: Rows) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in zip(statements, part, strict=True):
            connection.executemany(statement, values)
        connection.execute("COMMIT")

    try:
        return _commits(commit, rows, group, seconds)
    finally:
        connection.close()


def postgres_commits(url: str, rows: Rows, group: int, seconds: float) -> Timed:
    """The same with psycopg, which sends each group in a pipeline."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    metadata.create_all(engine)
    engine.dispose()
    dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
    statements = [str(insert(table).compile(dialect=dialect)).replace("::VARCHAR", "") for table in TABLES]
    booleans = [[isinstance(column.type.python_type(), bool) for column in table.c] for table in TABLES]
    typed = [_typed(values, flags) for values, flags in zip(rows, booleans, strict=True)]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:

        def commit(part: Rows) -> None:
            for statement, values in zip(statements, part, strict=True):
                cursor.executemany(statement, values)
            connection.commit()

        return _commits(commit, typed, group, seconds)


def _typed(values: Sequence[tuple[Any, ...]], flags: Sequence[bool]) -> list[tuple[Any, ...]]:
    return [
        tuple(bool(v) if flag and v is not None else v for v, flag in zip(row, flags, strict=True)) for row in values
    ]


def _commits(commit: Any, rows: Rows, group: int, seconds: float) -> Timed:
    """Commit group after group, rows coming round again under new ids and revisions, until the time is over."""
    latencies, done, began = list[float](), 0, time.perf_counter()
    spent = 0.0
    for part in _groups(rows, group):
        started = time.perf_counter()
        commit(part)
        latencies.append(time.perf_counter() - started)
        spent += latencies[-1]
        done += group
        if time.perf_counter() - began > seconds:
            break
    return Timed(done, spent, tuple(latencies))


def _groups(rows: Rows, group: int) -> Iterator[Rows]:
    places = [[list(table.c.keys()).index(name) for name in names] for table, names in _NAMED]
    revision = 0
    while True:
        part: Rows = [[], [], []]
        for number in range(revision, revision + group):
            fresh = (number + 1, new_id())
            for table, values in enumerate(rows):
                row = list(values[number % len(values)])
                for place, value in zip(places[table], fresh, strict=True):
                    row[place] = value
                part[table].append(tuple(row))
        revision += group
        yield part


_NAMED = ((events, ("revision", "ref")), (samples, ("revision", "id")), (queue, ("revision", "sample_id")))
