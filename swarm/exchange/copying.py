"""Copies of a whole store as of one revision, in the portable form: one SQLite file, whichever store it came from."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine, func, insert, inspect, select, update

from swarm.errors import RefusedError, StoreError
from swarm.exchange import postgres
from swarm.exchange.bodies import PLACE, Bodies
from swarm.exchange.schema import NAMED, SCHEMA_VERSION, metadata, samples
from swarm.exchange.sqlite import explain
from swarm.exchange.store import read_meta, write_meta

_ROWS = 1_000
_NUMBERED = [column for table in metadata.sorted_tables for column in table.columns if column.autoincrement is True]
"""Columns that PostgreSQL numbers by a sequence, which knows nothing of rows that came with their numbers."""


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite store into a new file by SQLite's online backup; who writes to it meanwhile goes on.

    The copy is one step of one read transaction, so it is as of one revision and never begins anew. It needs no `-wal`
    file. Raises StoreError where the source can't be read or the target can't be written.
    """
    _claim(target)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as opened,
            closing(sqlite3.connect(target)) as copy,
        ):
            opened.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise explain(str(source), error) from error
    _sync(target)


def copy_rows(source: Connection, name: str, target: Path) -> None:
    """Copy every row that a connection sees into a new SQLite file. `name` is how errors call the source.

    Raises StoreError where its schema is another version's.
    """
    # alembic is loaded where a schema is made: who looks at a run that is down doesn't wait for it.
    from swarm.exchange import upgrading

    check_version(source, name)
    _claim(target)
    with file_engine(target) as opened:
        upgrading.upgrade(opened)
        fill(source, opened)
    _sync(target)


def take_in(target: Path, bodies_at: Callable[[str], Bodies]) -> None:
    """Put the bodies that lie beside a store into its copy, which then needs nothing else; a lost one stays lost.

    `bodies_at` gives them for what the store says of their place.
    """
    with file_engine(target) as opened:
        if all(column["name"] != samples.c.body_name.name for column in inspect(opened).get_columns(samples.name)):
            return
        bodies = bodies_at(read_meta(opened, PLACE))
        named = select(samples.c.revision, samples.c.id, samples.c.body_name).where(NAMED)
        for revision, sample_id, name in opened.execute(named).all():
            with suppress(RefusedError):
                whole = {"payload": bodies.get(name, sample_id), "body_name": None}
                opened.execute(update(samples).where(samples.c.revision == revision).values(whole))
        write_meta(opened, PLACE, "")
    _sync(target)


def fill(source: Connection, target: Connection) -> None:
    """Copy every row of every table into a store whose tables are empty."""
    for table in metadata.sorted_tables:
        rows = source.execute(select(table).execution_options(yield_per=_ROWS)).mappings()
        for part in rows.partitions():
            target.execute(insert(table), [dict(row) for row in part])
    if target.dialect.name == "postgresql":
        for column in _NUMBERED:
            sequence = func.pg_get_serial_sequence(column.table.name, column.name)
            last = select(func.max(column)).scalar_subquery()
            target.execute(select(func.setval(sequence, func.coalesce(last, 1))))


def pour(copy: Path, url: URL) -> None:
    """Fill an empty PostgreSQL database from a copy in the portable form, in one transaction.

    Raises StoreError where it holds a swarm (or something else) already, HeldError while a gateway holds it.
    """
    from swarm.exchange import upgrading

    name = postgres.name_of(url)
    with file_engine(copy) as source, postgres.only_writer(url) as target:
        check_version(source, str(copy))
        tables = inspect(target).get_table_names()
        if tables and ("meta" not in tables or read_meta(target, "schema_version")):
            raise StoreError(f"the database {name!r} isn't empty (tables {sorted(tables)[:3]})", "Give an empty one")
        upgrading.upgrade(target)
        fill(source, target)


def check_version(source: Connection, name: str) -> None:
    """Raises StoreError unless the store has this program's schema."""
    found = read_meta(source, "schema_version") if inspect(source).has_table("meta") else ""
    if found != str(SCHEMA_VERSION):
        said = f"has schema version {found}, this program needs {SCHEMA_VERSION}" if found else "holds no swarm"
        fix = "Start its gateway once: it upgrades the store" if found else "Name the store of a run that has started"
        raise StoreError(f"the store {name!r} {said}", fix)


@contextmanager
def file_engine(path: Path, tolerant: bool = False) -> Iterator[Connection]:
    """A connection to a SQLite file that nobody else uses, in one transaction.

    Text that isn't UTF-8 is an error, or read with marks in place of what it lacks where this is `tolerant`.
    """

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True)
        if tolerant:
            raw.text_factory = lambda text: text.decode(errors="replace")
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _claim(target: Path) -> None:
    """What a store holds is for its owner alone."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(f"{str(target)!r} can't be written: {error.strerror}", "Give a new place") from error


def _sync(path: Path) -> None:
    for place, flags in ((path, os.O_RDWR), (path.parent, os.O_RDONLY)):
        handle = os.open(place, flags)
        os.fsync(handle)
        os.close(handle)
