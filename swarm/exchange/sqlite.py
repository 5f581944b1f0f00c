"""The embedded store: one SQLite file in WAL mode that syncs every commit, and a lock file beside it."""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, Pool, QueuePool, RootTransaction, create_engine, event

from swarm.errors import ConfigError, HeldError, StoreError
from swarm.exchange.bodies import Bodies, knowing
from swarm.exchange.store import Clock, Store

_BUSY_SECONDS = 5.0
_CACHE_KIB = 65_536
LOG_PAGES = 4_000
"""How many pages (of 4 KiB) the log may hold before it is written back. A page that changed often is then written once,
and fewer commits wait for that; a start reads so much at most."""
SETTINGS = (f"cache_size=-{_CACHE_KIB}", "cell_size_check=ON")
"""Pragmas of every connection."""
WRITING = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", f"wal_autocheckpoint={LOG_PAGES}")
"""Those of the one that writes, besides."""

_FIXES = (
    ("disk is full", "Free space on its disk and send the work again; nothing that was acknowledged is lost"),
    ("not a database", "Give another path, or put a backup in its place"),
    ("not decode", "Stop the gateway and put a backup in its place"),
    ("malformed", "Stop the gateway and put a backup in its place"),
    ("locked", "End the other process that writes to it; only the gateway may"),
    ("readonly", "Make the file and its folder writable for this user"),
    ("unable to open", "Create its folder and make it writable for this user"),
    ("disk I/O", "Check the disk, then start the gateway again"),
)


class SqliteStore(Store):
    """A store in one file. A lock beside it lets one process write at a time."""

    driver_error = sqlite3.Error

    def __init__(self, url: URL, swarm_name: str, domain_name: str, clock: Clock, bodies: Bodies) -> None:
        if not url.database or url.database == ":memory:":
            raise ConfigError(f"store URL {str(url)!r} names no file", "Write sqlite:///path/to/exchange.db")
        self.path = Path(url.database).absolute()
        self._lock_file: int | None = None
        super().__init__(str(self.path), swarm_name, domain_name, clock, bodies)

    def scrub(self) -> bool:
        """Write the log back into the file and cut it off; `secure_delete` has put zeros over what was erased.

        It is the writer that does so, between two transactions: a second connection that writes can damage the log in
        SQLite 3.7.0 to 3.51.2.
        """
        with self._lock, self._translated():
            return _cut_log(self._writer)

    def _claim(self) -> Connection:
        self._lock_file = _lock(self.path)
        writer = self._engine("rwc", "BEGIN IMMEDIATE", NullPool).connect()
        _cut_log(writer)  # a process that ended between an erasure and its scrub has left the old pages there
        return writer

    def _open_readers(self) -> Engine:
        return self._engine("ro", "BEGIN", QueuePool)

    def _let_go(self) -> None:
        if "_writer" in self.__dict__:
            self._writer.close()
        if self._lock_file is not None:
            os.close(self._lock_file)

    def _roll_back(self, outer: RootTransaction) -> None:
        super()._roll_back(outer)
        # A commit that failed half-way leaves SQLite inside the transaction, though SQLAlchemy is out of it.
        self._writer.connection.rollback()

    def _take_over(self) -> None:
        """The lock file is all it takes: it can't be lost while this process lives."""

    def _save_before_upgrade(self, version: int) -> None:
        # The writer is inside its transaction, so another connection reads what was there before it.
        with (
            closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(f"{self.path}.version-{version}")) as target,
        ):
            source.backup(target)

    def _explain(self, error: BaseException) -> StoreError:
        return explain(self.name, error)

    def _engine(self, mode: str, begin: str, pool: type[Pool]) -> Engine:
        engine = create_engine("sqlite://", creator=lambda: self._connect(mode), poolclass=pool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return knowing(engine, self.bodies)

    def _connect(self, mode: str) -> sqlite3.Connection:
        target = f"file:{quote(str(self.path))}?mode={mode}"
        raw = sqlite3.connect(target, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        for pragma in (*SETTINGS, *(WRITING if mode == "rwc" else ())):
            raw.execute(f"PRAGMA {pragma}")
        return raw


def explain(name: str, error: BaseException) -> StoreError:
    """What SQLite said of a file, as an error with its fix."""
    said = str(error)
    fix = next((fix for words, fix in _FIXES if words in said), "See the SQLite documentation of this message")
    return StoreError(f"the store {name!r} says {said!r}", fix)


def _cut_log(writer: Connection) -> bool:
    """Outside of a transaction; False where somebody still looks at an older state."""
    busy, _, _ = writer.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _lock(path: Path) -> int:
    if not path.parent.is_dir():
        raise StoreError(f"the folder of the store {str(path)!r} doesn't exist", "Create it first")
    held = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise HeldError(f"another gateway holds the store {str(path)!r}", "Stop it first, or add --standby") from None
    return held
