"""The store: one SQLite file, one writing connection that commits in groups, and read-only connections beside it."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    QueuePool,
    bindparam,
    create_engine,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from swarm.errors import ConfigError, StoreError
from swarm.exchange import schema
from swarm.exchange.schema import SCHEMA_VERSION, meta
from swarm.state import Stage

Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BUSY_SECONDS = 5.0
_CACHE_KIB = 65_536

_ALIVE = update(meta).where(meta.c.key == "alive_at").values(value=bindparam("now"))

_FIXES = (
    ("disk is full", "Free space on its disk and send the work again; nothing that was acknowledged is lost"),
    ("not a database", "Give another path, or put a backup in its place"),
    ("malformed", "Stop the gateway and put a backup in its place"),
    ("not decode", "Stop the gateway and put a backup in its place"),
    ("locked", "End the other process that writes to it; only the gateway may"),
    ("readonly", "Make the file and its folder writable for this user"),
    ("unable to open", "Create its folder and make it writable for this user"),
    ("disk I/O", "Check the disk, then start the gateway again"),
)


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970; a time without a zone is read as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The inverse of `micros`."""
    return _EPOCH + value * _MICROSECOND


def read_meta(connection: Connection, key: str) -> str:
    """A single value, "" where it was never set."""
    return connection.scalar(select(meta.c.value).where(meta.c.key == key)) or ""


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Set a single value."""
    if not connection.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount:
        connection.execute(insert(meta).values(key=key, value=value))


class Store:
    """Owns the file and its connections. Raises StoreError where the file can't be used as this swarm's store.

    A lock beside the file lets one process write at a time; it goes with the process, however that ends.
    """

    def __init__(self, engine_url: str, swarm_name: str, domain_name: str, clock: Clock) -> None:
        self.path = _sqlite_path(engine_url)
        self._clock = clock
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._broken: StoreError | None = None
        self.alive_before = self.now()
        """When an earlier process last committed; now, where the store is new."""
        self._closed = False
        self._lock_file = self._claim()
        try:
            self._engine = self._open_engine("rw", "BEGIN IMMEDIATE")
            self._readers = self._open_engine("ro", "BEGIN")
            with self._translated():
                self._writer = self._engine.connect()
            with self.transaction():
                self._prepare(swarm_name, domain_name)
        except BaseException:
            self._release()
            raise

    def now(self) -> int:
        """The clock, in microseconds."""
        return micros(self._clock())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is committed and synced together when it ends, or not at all.

        A StoreError inside ends the whole transaction, even if it was caught: SQLite may already have rolled back.
        """
        with self._lock:
            if self._owner == threading.get_ident():
                yield
                return
            with self._translated():
                outer = self._writer.begin()
            self._owner, self._broken = threading.get_ident(), None
            try:
                yield
                if self._broken is not None:
                    raise self._broken
                with self._translated():
                    self._writer.execute(_ALIVE, {"now": str(self.now())})
                    outer.commit()
            except BaseException:
                outer.rollback()
                # A commit that failed half-way leaves SQLite inside the transaction, though SQLAlchemy is out of it.
                self._writer.connection.rollback()
                raise
            finally:
                self._owner = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The writing connection, inside a savepoint: one call of a group fails alone."""
        with self.transaction():
            if self._broken is not None:
                raise self._broken
            try:
                with self._translated():
                    savepoint = self._writer.begin_nested()
                    try:
                        yield self._writer
                        savepoint.commit()
                    except BaseException as error:
                        if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError):
                            savepoint.rollback()
                        raise
            except StoreError as error:
                self._broken = error
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection with one consistent view; inside a transaction of this thread, the one that it writes to."""
        if self._owner == threading.get_ident():
            if self._broken is not None:
                raise self._broken
            with self._translated():
                yield self._writer
            return
        with self._translated(), self._readers.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections and let go of the lock; closing again does nothing."""
        with self._lock:
            if not self._closed:
                self._writer.close()
                self._release()

    def _release(self) -> None:
        for name in ("_engine", "_readers"):
            if name in self.__dict__:
                engine: Engine = self.__dict__[name]
                engine.dispose()
        os.close(self._lock_file)
        self._closed = True

    def _claim(self) -> int:
        if not self.path.parent.is_dir():
            raise StoreError(f"the folder of the store {str(self.path)!r} doesn't exist", "Create it first")
        held = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise StoreError(
                f"another gateway holds the store {str(self.path)!r}", "Stop it first, or wait until it ends"
            ) from None
        return held

    def _open_engine(self, mode: str, begin: str) -> Engine:
        target = f"file:{quote(str(self.path))}?mode={mode}{'c' if mode == 'rw' else ''}"

        def connect() -> sqlite3.Connection:
            raw = sqlite3.connect(
                target, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            raw.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            raw.execute("PRAGMA cell_size_check=ON")
            if mode == "rw":
                raw.execute("PRAGMA journal_mode=WAL")
                raw.execute("PRAGMA synchronous=FULL")
            return raw

        pool = NullPool if mode == "rw" else QueuePool
        engine = create_engine("sqlite://", creator=connect, poolclass=pool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def _prepare(self, swarm_name: str, domain_name: str) -> None:
        with self._translated():
            tables = set(inspect(self._writer).get_table_names())
            if not tables:
                self._create(swarm_name, domain_name)
                return
            if "meta" not in tables:
                raise StoreError(
                    f"{str(self.path)!r} is a database, but not a swarm's (tables {sorted(tables)[:3]})",
                    "Give another path",
                )
            found = read_meta(self._writer, "schema_version")
            if found != str(SCHEMA_VERSION):
                raise StoreError(
                    f"the store {str(self.path)!r} has schema version {found!r}, this program needs {SCHEMA_VERSION}",
                    "Start the program version that wrote it, or begin a new run folder",
                )
            self.alive_before = int(read_meta(self._writer, "alive_at"))
            for key, given in (("swarm", swarm_name), ("domain", domain_name)):
                if (stored := read_meta(self._writer, key)) != given:
                    raise StoreError(
                        f"the store {str(self.path)!r} belongs to {key} {stored!r}, not {given!r}",
                        f"Open it as {stored!r}, or begin a new run folder",
                    )

    def _create(self, swarm_name: str, domain_name: str) -> None:
        schema.metadata.create_all(self._writer)
        now = str(self.now())
        values = {"schema_version": str(SCHEMA_VERSION), "swarm": swarm_name, "domain": domain_name}
        values |= {"started_at": now, "alive_at": now, "champion_id": "", "reign": "0"}
        self._writer.execute(insert(meta), [{"key": key, "value": value} for key, value in values.items()])
        self._writer.execute(insert(schema.stages), [{"stage": s, "accepted": 0, "closed": 0} for s in Stage])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what SQLite says into a StoreError with its fix; a broken constraint is a defect of ours and stays."""
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, sqlite3.Error) as error:
            said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
            fix = next((fix for words, fix in _FIXES if words in said), "See the SQLite documentation of this message")
            raise StoreError(f"the store {str(self.path)!r} says {said!r}", fix) from error


def _sqlite_path(engine_url: str) -> Path:
    url = make_url(engine_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise ConfigError(
            f"store URL {url.render_as_string()!r} isn't a SQLite file", "Write sqlite:///path/to/exchange.db"
        )
    return Path(url.database).absolute()
