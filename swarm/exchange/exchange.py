"""The exchange: one object over one store, with every promise that the gateway's doors rely on."""

import random
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from swarm.exchange.attendance import Attendance
from swarm.exchange.bodies import DEFAULT_BYTES, PLACE
from swarm.exchange.credits import Credits
from swarm.exchange.deadletters import DeadLetters
from swarm.exchange.erasure import Erasure
from swarm.exchange.failings import Failings
from swarm.exchange.feedback import Feedbacks
from swarm.exchange.flows import Flows
from swarm.exchange.incarnation import Incarnation
from swarm.exchange.ledger import Ledger
from swarm.exchange.library import Library
from swarm.exchange.log import EventLog
from swarm.exchange.overview import Overview, begin_phase
from swarm.exchange.part import Gold
from swarm.exchange.quarantine import Quarantine
from swarm.exchange.requests import Requests
from swarm.exchange.retention import Retention
from swarm.exchange.roster import Roster
from swarm.exchange.sifting import Sifting
from swarm.exchange.spells import Spells, was_away
from swarm.exchange.store import Clock, Store, read_meta, write_meta
from swarm.exchange.stores import copy_store, open_store
from swarm.exchange.sweeps import Sweeps
from swarm.exchange.tokens import TokenSigner
from swarm.exchange.wallet import Wallet

DEFAULT_QUEUE_LIMIT = 10_000
DEFAULT_CREDITS = Credits()


class Exchange(
    Quarantine,
    Sweeps,
    DeadLetters,
    Library,
    Erasure,
    Feedbacks,
    Flows,
    EventLog,
    Sifting,
    Failings,
    Ledger,
    Roster,
    Attendance,
    Wallet,
    Incarnation,
    Overview,
    Retention,
    Requests,
    Spells,
):
    """Synchronous core of the gateway. A call that returned outside of a transaction is durable.

    engine_url: `sqlite:///path` or `postgresql+psycopg://user@host/database`. clock: gives aware times; nothing here
    reads another. lease_key: at least 16 secret bytes that stay the same over restarts. queue_limit: how many samples
    may be ready, leased or delayed in each stage. credits: how much of that may be one agent's. rng: draws the jitter
    of retries, and which outcomes are checked. gold: knows which outputs are right. bodies: filesystem URL for samples
    of more than body_bytes; else a folder beside a SQLite file. held_out: the origin of probes from which nothing may
    be learned. Raises StoreError where the store can't be used.
    """

    def __init__(
        self,
        engine_url: str,
        swarm_name: str,
        domain_name: str,
        clock: Clock,
        lease_key: bytes,
        *,
        queue_limit: int = DEFAULT_QUEUE_LIMIT,
        credits: Credits = DEFAULT_CREDITS,
        rng: random.Random | None = None,
        gold: Gold = lambda *_: None,
        bodies: str = "",
        body_bytes: int = DEFAULT_BYTES,
        held_out: str = "",
    ) -> None:
        signer = TokenSigner(lease_key)
        self._url = engine_url
        store = open_store(engine_url, swarm_name, domain_name, clock, bodies, body_bytes)
        super().__init__(store, signer, queue_limit, rng or random.Random(), credits, gold, held_out)
        with store.write() as connection:
            begin_phase(connection, store.now())
            if not store.is_new:
                was_away(connection, store.alive_before, store.now())
            if read_meta(connection, PLACE) != bodies:
                write_meta(connection, PLACE, bodies)
        self.restart()

    @property
    def store(self) -> Store:
        """The store beneath, for the one who closes or inspects it."""
        return self._store

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all calls made inside (by this thread) together; each call still succeeds or fails alone.

        A call that raises StoreError ends the whole group: leaving the block then raises it, and nothing was stored.
        """
        return self._store.transaction()

    def copy_to(self, target: Path) -> None:
        """Copy the whole store as of one revision into a new SQLite file; reading and writing go on meanwhile."""
        copy_store(self._url, target)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
