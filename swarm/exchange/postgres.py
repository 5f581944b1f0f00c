"""The store for what outgrows one file: a PostgreSQL database, and an advisory lock that one gateway holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import URL, Connection, Engine, NullPool, RootTransaction, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from swarm.errors import DeposedError, HeldError, RefusedError, StoreError, SwarmError
from swarm.exchange.bodies import Bodies, knowing
from swarm.exchange.flow import Code
from swarm.exchange.schema import meta
from swarm.exchange.store import Clock, Store, read_meta, write_meta

CONNECT_SECONDS = 5
_DEAD_SECONDS = 3
"""A peer that is silent for as long is gone: its session ends, and with it its lock."""

_CLIENT = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": _DEAD_SECONDS - 1,
    "tcp_user_timeout": 1000 * _DEAD_SECONDS,
    "application_name": "swarm-gateway",
}
_SERVER = text(
    f"SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = {_DEAD_SECONDS - 1}; "
    f"SET tcp_user_timeout = {1000 * _DEAD_SECONDS}"
)
_KEY = func.hashtext("swarm.exchange"), func.hashtext(func.coalesce(func.current_schema(), ""))
_LOCK = select(func.pg_try_advisory_lock(*_KEY))
_LOCK_FOR_NOW = select(func.pg_try_advisory_xact_lock(*_KEY))
_FENCE = select(meta.c.value).where(meta.c.key == "epoch").with_for_update(read=True)
_VACUUM = text("VACUUM samples, marks, exams, history, queue")
_SYNCED = ("fsync", "synchronous_commit")

_LOST = "See that PostgreSQL runs and can be reached; the gateway connects again by itself"
_USER = "Correct the user of the store's URL, or let it in by pg_hba.conf"
_FIXES: tuple[tuple[type[Exception], str], ...] = (
    (errors.DiskFull, "Free space on its disk and send the work again; nothing that was acknowledged is lost"),
    (errors.ReadOnlySqlTransaction, "Name the primary server, whose databases can be written"),
    (errors.InsufficientPrivilege, "Make the user of the store's URL the owner of its database"),
    (errors.DataCorrupted, "Stop the gateway and restore the database from a backup"),
    (errors.IndexCorrupted, "Stop the gateway and run REINDEX DATABASE, or restore the database from a backup"),
    (errors.OperationalError, _LOST),
)
_FIXES_AT_CONNECT = (
    ("password", "Correct the password, in ~/.pgpass or PGPASSWORD"),
    ("role ", _USER),
    ("pg_hba.conf", _USER),
    ("database ", "Create it first: createdb NAME"),
    ("too many clients", "Raise max_connections of the server, or end connections that nobody needs"),
    ("connection slots", "Raise max_connections of the server, or end connections that nobody needs"),
)
"""By what was said: a connection that is refused has no code yet."""


class PostgresStore(Store):
    """A store in one schema of a PostgreSQL database. The session that writes is the one that holds the lock.

    A takeover raises the epoch, and every transaction checks it: one that has lost its lock never writes again.
    """

    driver_error = psycopg.Error

    def __init__(self, url: URL, swarm_name: str, domain_name: str, clock: Clock, bodies: Bodies) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._epoch: str | None = None
        self._deposed: DeposedError | None = None
        super().__init__(name_of(url), swarm_name, domain_name, clock, bodies)

    def scrub(self) -> bool:
        """Let PostgreSQL free the old versions of rows; it overwrites that space, and its own log, in its own time."""
        engine = create_engine(self._url, poolclass=NullPool, connect_args=_CLIENT, isolation_level="AUTOCOMMIT")
        with self._translated(), engine.connect() as connection:
            connection.execute(_VACUUM)
        return True

    def _claim(self) -> Connection:
        engine = create_engine(self._url, poolclass=NullPool, connect_args=_CLIENT)
        connection = knowing(engine, self.bodies).connect()
        try:
            connection.execute(_SERVER)
            for setting in _SYNCED:
                if (found := connection.scalar(select(func.current_setting(setting)))) == "off":
                    raise StoreError(
                        f"the store {self.name!r} has {setting} = {found}, so that a crash loses what was acknowledged",
                        f"Set {setting} = on for its server, database and user",
                    )
            if not connection.scalar(_LOCK):
                raise HeldError(f"another gateway holds the store {self.name!r}", "Stop it first, or add --standby")
            connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_readers(self) -> Engine:
        return knowing(_readers(self._url, pool_pre_ping=True), self.bodies)

    def _let_go(self) -> None:
        if "_writer" in self.__dict__:
            self._writer.close()

    def _take_over(self) -> None:
        epoch = str(int(read_meta(self._writer, "epoch") or 0) + 1)
        write_meta(self._writer, "epoch", epoch)
        self._epoch = epoch

    def _save_before_upgrade(self, version: int) -> None:
        """Copying a database is its administrator's; a migration that fails is undone as a whole."""

    def _begin(self) -> RootTransaction:
        """Begin on the session that holds the lock. Raises DeposedError once another gateway has taken over."""
        if self._deposed is not None:
            raise self._deposed
        if not (self._writer.closed or self._writer.invalidated):
            try:
                return self._fenced()
            except OperationalError as error:
                if not error.connection_invalidated:
                    raise
        self._reconnect()
        return self._fenced()

    def _fenced(self) -> RootTransaction:
        outer = self._writer.begin()
        try:
            found = self._writer.scalar(_FENCE) if self._epoch is not None else None
        except BaseException:
            outer.rollback()
            raise
        if found != self._epoch:
            outer.rollback()
            self._depose(f"epoch {found}, this gateway's was {self._epoch}")
        return outer

    def _reconnect(self) -> None:
        self._writer.close()
        try:
            self._writer = self._claim()
        except HeldError:
            self._depose("its lock is another session's")

    def _depose(self, seen: str) -> None:
        self._writer.close()
        self._deposed = DeposedError(
            f"another gateway took over the store {self.name!r} ({seen})",
            "Nothing to do: this one ends, and the other answers",
        )
        raise self._deposed

    def _roll_back(self, outer: RootTransaction) -> None:
        try:
            outer.rollback()
        finally:
            # A session in doubt is given up with its lock; the next transaction claims both anew.
            raw: Any = None if self._writer.invalidated else self._writer.connection.dbapi_connection
            if raw is not None and (raw.closed or raw.broken):
                self._writer.invalidate()

    def _explain(self, error: BaseException) -> SwarmError:
        return explain(self.name, error)


def name_of(url: URL) -> str:
    """How errors call a database; without its password."""
    host = url.host or url.query.get("host", "")
    user, port = f"{url.username}@" if url.username else "", f":{url.port}" if url.port else ""
    return f"postgresql://{user}{host}{port}/{url.database or ''}"


@contextmanager
def only_writer(url: URL) -> Iterator[Connection]:
    """A connection to a database that no gateway holds, in one transaction. Raises StoreError, HeldError."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args=_CLIENT)
    try:
        with engine.begin() as connection:
            if not connection.scalar(_LOCK_FOR_NOW):
                raise HeldError(f"a gateway holds the store {name_of(url)!r}", "Stop it first, or give another one")
            yield connection
    except DBAPIError as error:
        raise explain(name_of(url), error.orig or error) from error
    finally:
        engine.dispose()


@contextmanager
def view(url: URL) -> Iterator[Connection]:
    """A connection that sees one state of a database, whoever writes to it meanwhile. Raises StoreError."""
    engine = _readers(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise explain(name_of(url), error.orig or error) from error
    finally:
        engine.dispose()


def _readers(url: URL, **pool: Any) -> Engine:
    options = {"postgresql_readonly": True}
    return create_engine(
        url, isolation_level="REPEATABLE READ", execution_options=options, connect_args=_CLIENT, **pool
    )


def explain(name: str, error: BaseException) -> SwarmError:
    """What PostgreSQL said of a database, as an error with its fix."""
    said = str(error).strip().partition("\n")[0]
    if isinstance(error, errors.DataError):
        return RefusedError(
            Code.INVALID, f"the store can't hold a value of this call: {said}", "Send text without NUL, and numbers"
        )
    refused = [fix for words, fix in _FIXES_AT_CONNECT if words in said] if "FATAL:" in said else []
    known = [fix for kind, fix in _FIXES if isinstance(error, kind)]
    fix = next(iter(refused + known), "See PostgreSQL's documentation of this message")
    return StoreError(f"the store {name!r} says {said!r}", fix)
