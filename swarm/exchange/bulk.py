"""Many rows at a time, by statements that are compiled once: otherwise binding a row costs as much as storing it."""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

Row = Mapping[str, object]
_BY_PLACE = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}
"""The dialects of both stores, with parameters that are told apart by their places."""


@cache
def _inserting(table: Table, dialect: str) -> str:
    return str(insert(table).compile(dialect=_BY_PLACE[dialect]))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that each name every column, with values that the driver takes as they are."""
    if rows:
        placed = itemgetter(*table.c.keys())
        statement = _inserting(table, connection.dialect.name)
        connection.exec_driver_sql(statement, [placed(row) for row in rows])
