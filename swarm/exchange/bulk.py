"""Many rows at a time, and the looks of every call, by statements that are compiled once and given to the driver
itself: otherwise binding a row costs as much as storing it, and a small statement more than the database takes for it.

A row names every column, with values that the driver takes as they are.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, object]
Found = tuple[Any, ...]
PORTION = 32
"""Rows in one statement. While it runs, SQLite's driver lets other threads run; between two rows it waits for them."""
_BY_PLACE = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}
"""The dialects of both stores, with parameters that are told apart by their places."""
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@cache
def _inserting(table: Table, dialect: str, rows: int) -> str:
    head, values = str(_INSERT[dialect](table).compile(dialect=_BY_PLACE[dialect])).split(" VALUES ")
    return f"{head} VALUES {', '.join([values] * rows)}"


@cache
def _adding(table: Table, dialect: str) -> str:
    given = _INSERT[dialect](table)
    sums = {column.name: column + given.excluded[column.name] for column in table.c if not column.primary_key}
    adding = given.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)
    return str(adding.compile(dialect=_BY_PLACE[dialect]))


@cache
def _asking(asked: Select[Any], dialect: str) -> str:
    return str(asked.compile(dialect=_BY_PLACE[dialect]))


@lru_cache(maxsize=128)
def _asking_among(asked: Select[Any], dialect: str, count: int) -> str:
    (name,) = asked.compile().params
    given = asked.params({name: [""] * count})
    return str(given.compile(dialect=_BY_PLACE[dialect], compile_kwargs={"render_postcompile": True}))


def run(connection: Connection, statement: str, values: Sequence[Any] = (), many: bool = False) -> list[Found]:
    """Have the driver do a statement (for each of the values, where they are many), and fetch what it finds.

    Raises what SQLAlchemy raises, and gives a connection up that was cut, as SQLAlchemy does.
    """
    raw, dialect = connection.connection, connection.dialect
    cursor = raw.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(statement, values)
        return [] if cursor.description is None else list(cursor.fetchall())
    except dialect.loaded_dbapi.Error as error:
        cut = dialect.is_disconnect(error, raw.dbapi_connection, cursor)
        if cut:
            connection.invalidate(error)
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(statement, None, error, base, connection_invalidated=cut, dialect=dialect) from error


def ask(connection: Connection, asked: Select[Any], *values: object) -> list[Found]:
    """What a statement that is made once, as a module's constant, says to the values of its parameters, in order.

    Values come and go as the driver has them: SQLite has numbers for what is true and false.
    """
    return run(connection, _asking(asked, connection.dialect.name), values)


def ask_among(connection: Connection, asked: Select[Any], values: Sequence[str]) -> list[Found]:
    """The same of a statement whose one parameter is the list of an IN."""
    return run(connection, _asking_among(asked, connection.dialect.name, len(values)), values)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows."""
    dialect, placed = connection.dialect.name, itemgetter(*table.c.keys())
    whole = len(rows) - len(rows) % PORTION
    for start in range(0, whole, PORTION):
        portion = chain.from_iterable(map(placed, rows[start : start + PORTION]))
        run(connection, _inserting(table, dialect, PORTION), tuple(portion))
    if rest := list(map(placed, rows[whole:])):
        run(connection, _inserting(table, dialect, 1), rest, many=True)


def add_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add to counters: every column that is no part of the key. A counter that isn't there begins at zero."""
    if rows:
        placed = itemgetter(*table.c.keys())
        run(connection, _adding(table, connection.dialect.name), list(map(placed, rows)), many=True)
