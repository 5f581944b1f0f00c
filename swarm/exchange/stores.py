"""Which store a URL names."""

from collections.abc import Mapping

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from swarm.errors import ConfigError
from swarm.exchange.postgres import PostgresStore
from swarm.exchange.sqlite import SqliteStore
from swarm.exchange.store import Clock, Store

STORES: Mapping[str, type[SqliteStore | PostgresStore]] = {"sqlite": SqliteStore, "postgresql": PostgresStore}
_FIX = "Write sqlite:///path/to/exchange.db or postgresql+psycopg://user@host/database"


def open_store(engine_url: str, swarm_name: str, domain_name: str, clock: Clock) -> Store:
    """Open (or make) the store at a URL, with the sole right to write.

    Raises ConfigError for another URL, HeldError while another gateway has that right, StoreError where it can't be
    this swarm's store.
    """
    try:
        url = make_url(engine_url)
    except ArgumentError:
        raise ConfigError("the store's URL can't be read", _FIX) from None  # the URL may hold a password
    if (backend := url.get_backend_name()) not in STORES:
        raise ConfigError(f"the store's URL names {backend!r}, which holds no store", _FIX)
    return STORES[backend](url, swarm_name, domain_name, clock)
