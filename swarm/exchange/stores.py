"""Which store a URL names."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from swarm.errors import ConfigError
from swarm.exchange import copying, postgres
from swarm.exchange.bodies import DEFAULT_BYTES, FOLDER, Bodies
from swarm.exchange.postgres import PostgresStore
from swarm.exchange.sqlite import SqliteStore
from swarm.exchange.store import Clock, Store

STORES: Mapping[str, type[SqliteStore | PostgresStore]] = {"sqlite": SqliteStore, "postgresql": PostgresStore}
_FIX = "Write sqlite:///path/to/exchange.db or postgresql+psycopg://user@host/database"


def open_store(
    engine_url: str,
    swarm_name: str,
    domain_name: str,
    clock: Clock,
    bodies_url: str = "",
    most_bytes: int = DEFAULT_BYTES,
) -> Store:
    """Open (or make) the store at a URL, with the sole right to write.

    Raises ConfigError for another URL, HeldError while another gateway has that right, StoreError where it can't be
    this swarm's store.
    """
    url = _read(engine_url)
    bodies = Bodies(home(engine_url, bodies_url), most_bytes)
    return STORES[url.get_backend_name()](url, swarm_name, domain_name, clock, bodies)


def home(engine_url: str, bodies_url: str) -> str:
    """Where a store's large bodies lie: at the URL given, else in a folder beside a SQLite file, else nowhere."""
    url = _read(engine_url)
    if bodies_url or url.get_backend_name() != "sqlite":
        return bodies_url
    return str(Path(url.database or "").absolute().parent / FOLDER)


def copy_store(engine_url: str, target: Path) -> None:
    """Copy the store at a URL into a new SQLite file, as of one revision; who writes to it meanwhile goes on.

    Raises ConfigError for another URL, StoreError where the store can't be read or the file can't be written.
    """
    url = _read(engine_url)
    if url.get_backend_name() == "sqlite":
        copying.copy_file(Path(url.database or ""), target)
    else:
        with postgres.view(url) as source:
            copying.copy_rows(source, postgres.name_of(url), target)
    copying.take_in(target, lambda given: Bodies(home(engine_url, given)))


def fill_store(copy: Path, engine_url: str) -> None:
    """Put a copy of a store where the URL says, in one step: a new SQLite file, or an empty PostgreSQL database.

    Raises ConfigError for another URL, StoreError where something is there, HeldError while a gateway holds it.
    """
    url = _read(engine_url)
    if url.get_backend_name() == "sqlite":
        copying.copy_file(copy, Path(url.database or ""))
    else:
        copying.pour(copy, url)


def _read(engine_url: str) -> URL:
    try:
        url = make_url(engine_url)
    except ArgumentError:
        raise ConfigError("the store's URL can't be read", _FIX) from None  # the URL may hold a password
    if (backend := url.get_backend_name()) not in STORES:
        raise ConfigError(f"the store's URL names {backend!r}, which holds no store", _FIX)
    return url
