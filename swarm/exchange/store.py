"""The store: one connection that writes and commits in groups, and read-only connections beside it."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection, Engine, RootTransaction, bindparam, insert, inspect, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from swarm.errors import StoreError, SwarmError
from swarm.exchange.bodies import Bodies
from swarm.exchange.bulk import ask, run
from swarm.exchange.schema import SCHEMA_VERSION, meta, stages
from swarm.work import STAGES

Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_ALIVE = update(meta).where(meta.c.key == "alive_at").values(value=bindparam("now"))


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970; a time without a zone is read as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The inverse of `micros`."""
    return _EPOCH + value * _MICROSECOND


_META = select(meta.c.value).where(meta.c.key == bindparam("key"))


def read_meta(connection: Connection, key: str) -> str:
    """A single value, "" where it was never set."""
    return next((str(value) for (value,) in ask(connection, _META, key)), "")


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Set a single value."""
    if not connection.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount:
        connection.execute(insert(meta).values(key=key, value=value))


class Store(ABC):
    """Owns the database and its connections. Raises StoreError where it can't be used as this swarm's store.

    One gateway at a time holds the right to write, and loses it with its process, however that ends.
    """

    driver_error: ClassVar[type[Exception]]
    """What the database's driver raises."""

    def __init__(self, name: str, swarm_name: str, domain_name: str, clock: Clock, bodies: Bodies) -> None:
        self.name = name
        """How errors call this store; without a password."""
        self.bodies = bodies
        """Where its large bodies lie."""
        self._clock = clock
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._broken: SwarmError | None = None
        self._closed = False
        self.alive_before = self.now()
        """When an earlier process last committed; now, where the store is new."""
        self.is_new = False
        """Whether this process has made it."""
        try:
            with self._translated():
                self._writer = self._claim()
                self._readers = self._open_readers()
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
                outer = self._begin()
            self._owner, self._broken = threading.get_ident(), None
            try:
                yield
                if self._broken is not None:
                    raise self._broken
                with self._translated():
                    self._writer.execute(_ALIVE, {"now": str(self.now())})
                    outer.commit()
            except BaseException:
                self._roll_back(outer)
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
                    run(self._writer, "SAVEPOINT part")  # a small part of what SQLAlchemy's own one costs
                    try:
                        yield self._writer
                        run(self._writer, "RELEASE SAVEPOINT part")
                    except BaseException as error:
                        if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError | DataError):
                            run(self._writer, "ROLLBACK TO SAVEPOINT part")
                            run(self._writer, "RELEASE SAVEPOINT part")
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

    @abstractmethod
    def scrub(self) -> bool:
        """Clear what was overwritten or deleted from the database's files; outside of a transaction.

        False where it can't be done now because somebody still looks at an older state; then call it again.
        """

    def close(self) -> None:
        """Close all connections and let another gateway write; closing again does nothing."""
        with self._lock:
            if not self._closed:
                self._release()

    @abstractmethod
    def _claim(self) -> Connection:
        """The writing connection, with the sole right to write. Raises HeldError where another gateway has it."""

    @abstractmethod
    def _open_readers(self) -> Engine:
        """Connections that can't write, each transaction of which sees one state of the store."""

    @abstractmethod
    def _let_go(self) -> None:
        """Close the writing connection, as far as it was opened, and give the right to write back."""

    @abstractmethod
    def _explain(self, error: BaseException) -> SwarmError:
        """What the database said, as an error with its fix."""

    @abstractmethod
    def _take_over(self) -> None:
        """Called in the first transaction, once the store is known to be this swarm's."""

    @abstractmethod
    def _save_before_upgrade(self, version: int) -> None:
        """Called before a migration changes a store that is in use."""

    def _begin(self) -> RootTransaction:
        return self._writer.begin()

    def _roll_back(self, outer: RootTransaction) -> None:
        outer.rollback()

    def _release(self) -> None:
        self._closed = True
        if "_readers" in self.__dict__:
            self._readers.dispose()
        self._let_go()

    def _prepare(self, swarm_name: str, domain_name: str) -> None:
        with self._translated():
            tables = set(inspect(self._writer).get_table_names())
            if tables and "meta" not in tables:
                raise StoreError(
                    f"{self.name!r} is a database, but not a swarm's (tables {sorted(tables)[:3]})", "Give another one"
                )
            if not tables or not read_meta(self._writer, "schema_version"):
                self._create(swarm_name, domain_name)
                self.is_new = True
            else:
                self._check_owner(swarm_name, domain_name)
                self._upgrade("alembic_version" in tables)
                self.alive_before = int(read_meta(self._writer, "alive_at"))
            self._take_over()

    def _check_owner(self, swarm_name: str, domain_name: str) -> None:
        for key, given in (("swarm", swarm_name), ("domain", domain_name)):
            if (stored := read_meta(self._writer, key)) != given:
                raise StoreError(
                    f"the store {self.name!r} belongs to {key} {stored!r}, not {given!r}",
                    f"Open it as {stored!r}, or begin a new run folder",
                )

    def _create(self, swarm_name: str, domain_name: str) -> None:
        # alembic is loaded where a schema changes only: a gateway that comes back doesn't wait for it.
        from swarm.exchange import upgrading

        upgrading.upgrade(self._writer)
        now = str(self.now())
        values = {"schema_version": str(SCHEMA_VERSION), "swarm": swarm_name, "domain": domain_name}
        values |= {"started_at": now, "alive_at": now, "champion_id": "", "reign": "0", "epoch": "0"}
        self._writer.execute(insert(meta), [{"key": key, "value": value} for key, value in values.items()])
        self._writer.execute(insert(stages), [{"stage": s, "accepted": 0, "closed": 0} for s in STAGES])

    def _upgrade(self, stamped: bool) -> None:
        """Bring an older store to this program's schema; one that was made before migrations were is stamped first."""
        found = read_meta(self._writer, "schema_version")
        if not found.isdecimal() or int(found) > SCHEMA_VERSION:
            raise StoreError(
                f"the store {self.name!r} has schema version {found!r}, this program needs {SCHEMA_VERSION}",
                "Start the program version that wrote it, or begin a new run folder",
            )
        if stamped and int(found) == SCHEMA_VERSION:
            return
        from swarm.exchange import upgrading

        if not stamped:
            upgrading.stamp(self._writer, int(found))
        if int(found) < SCHEMA_VERSION:
            self._save_before_upgrade(int(found))
            upgrading.upgrade(self._writer)
            write_meta(self._writer, "schema_version", str(SCHEMA_VERSION))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what the database says into an error with its fix; a broken constraint is a defect of ours and stays."""
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise self._explain(error.orig or error) from error
        except self.driver_error as error:
            raise self._explain(error) from error
