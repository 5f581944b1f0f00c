"""Two ways to read a run that answer alike: through its gateway, or from a private copy of its store."""

import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from swarm.asking import Family, Making, Query
from swarm.client import SwarmClient
from swarm.criteria import Experiment, Rubric
from swarm.errors import ConfigError, RefusedError, StoreError, UnavailableError
from swarm.exchange import Exchange
from swarm.exchange.stores import copy_store
from swarm.gateway.run_folder import STORE_FILE, store_url
from swarm.rates import ErrorGroup, SpeciesCount
from swarm.records import Sample
from swarm.report.production import Told, again_id
from swarm.roles import Role
from swarm.state import SwarmState
from swarm.students import Checkpoint

_PATIENCE_SECONDS, _KNOCK_SECONDS = 1.0, 0.2
"""For a gateway that is away; and for one that need not be there, since the store answers in its place."""
_TIMEOUT_SECONDS = 20.0
_NOBODY = Family(samples=())


class Reader(Protocol):
    """What may be asked about a run."""

    async def state(self) -> SwarmState:
        """Everything, at one revision."""

    async def samples(self, query: Query) -> list[Sample]:
        """Stored samples."""

    async def family(self, sample_id: str) -> Family:
        """A sample with its ancestors and descendants, and the checkpoints that learned from them."""

    async def making(self, checkpoint_id: str) -> Making:
        """A checkpoint, how its exam ended, and what made it."""

    async def errors(self) -> list[ErrorGroup]:
        """The latest burned deliveries, gathered by queue, kind and reason."""

    async def species(self, checkpoint_id: str) -> list[SpeciesCount]:
        """How often failed verdicts name each way of failing."""

    async def told(self, report_id: str) -> Told:
        """All that is known of an answer that was called wrong in production."""

    async def rubric(self, version: int = 0) -> Rubric:
        """A version of the rubric; 0 means the one in force. Raises RefusedError NOT_FOUND."""

    async def experiments(self) -> list[Experiment]:
        """The ledger of the rubric."""


class LiveReader:
    """Reads through the gateway, as the operator."""

    def __init__(self, client: SwarmClient) -> None:
        self._client = client

    async def state(self) -> SwarmState:
        """Everything, at one revision."""
        return await self._client.state()

    async def samples(self, query: Query) -> list[Sample]:
        """Stored samples."""
        return list((await self._client.sample_page(query)).samples)

    async def family(self, sample_id: str) -> Family:
        """A sample with its ancestors and descendants, and the checkpoints that learned from them."""
        return await self._client.family(sample_id)

    async def making(self, checkpoint_id: str) -> Making:
        """A checkpoint, how its exam ended, and what made it."""
        return await self._client.making(checkpoint_id)

    async def errors(self) -> list[ErrorGroup]:
        """The latest burned deliveries, gathered by queue, kind and reason."""
        return await self._client.errors()

    async def species(self, checkpoint_id: str) -> list[SpeciesCount]:
        """How often failed verdicts name each way of failing."""
        return await self._client.species(checkpoint_id)

    async def told(self, report_id: str) -> Told:
        """All that is known of an answer that was called wrong in production."""
        (row,), _ = await self._client.feedback(report_id=report_id)
        state = await self.state()
        lesson = await self.family(row.probe_id) if row.probe_id else _NOBODY
        again = await self._family_if_any(again_id(row.id, state.champion_id))
        return Told(row, state, await self.family(row.id), lesson, again)

    async def rubric(self, version: int = 0) -> Rubric:
        """A version of the rubric; 0 means the one in force. Raises RefusedError NOT_FOUND."""
        return await self._client.rubric(version)

    async def experiments(self) -> list[Experiment]:
        """The ledger of the rubric."""
        return await self._client.ledger()

    async def _family_if_any(self, sample_id: str) -> Family:
        try:
            return await self.family(sample_id)
        except RefusedError as error:
            if error.reason != "NOT_FOUND":
                raise
            return _NOBODY


class StoredReader:
    """Reads an exchange that nobody else uses."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def state(self) -> SwarmState:
        """Everything, at one revision."""
        return self._exchange.state()

    async def samples(self, query: Query) -> list[Sample]:
        """Stored samples."""
        return self._exchange.find(query).samples

    async def family(self, sample_id: str) -> Family:
        """A sample with its ancestors and descendants, and the checkpoints that learned from them."""
        return self._exchange.family(sample_id)

    async def making(self, checkpoint_id: str) -> Making:
        """A checkpoint, how its exam ended, and what made it."""
        return self._exchange.making(checkpoint_id)

    async def errors(self) -> list[ErrorGroup]:
        """The latest burned deliveries, gathered by queue, kind and reason."""
        return self._exchange.errors()

    async def species(self, checkpoint_id: str) -> list[SpeciesCount]:
        """How often failed verdicts name each way of failing."""
        return self._exchange.species(checkpoint_id)

    async def told(self, report_id: str) -> Told:
        """All that is known of an answer that was called wrong in production."""
        return stored_told(self._exchange, report_id)

    async def rubric(self, version: int = 0) -> Rubric:
        """A version of the rubric; 0 means the one in force. Raises RefusedError NOT_FOUND."""
        return self._exchange.rubric(version or None)

    async def experiments(self) -> list[Experiment]:
        """The ledger of the rubric."""
        return self._exchange.ledger()


def stored_told(exchange: Exchange, report_id: str) -> Told:
    """All that a store says of an answer that was called wrong. Raises RefusedError NOT_FOUND."""
    (row,) = exchange.feedback(report_id=report_id)
    state = exchange.state()
    again = again_id(row.id, state.champion_id)
    return Told(
        row,
        state,
        exchange.family(row.id),
        exchange.family(row.probe_id) if row.probe_id else _NOBODY,
        exchange.family(again) if exchange.facts([again]) else _NOBODY,
    )


def operator(run: Path, patience: float = _PATIENCE_SECONDS) -> SwarmClient:
    """A client of the run's gateway with a person's rights; `patience` is in seconds."""
    return SwarmClient.for_run(run, Role.OPERATOR, "operator", patience=patience, timeout=_TIMEOUT_SECONDS)


@asynccontextmanager
async def reading(run: Path) -> AsyncIterator[Reader]:
    """A reader of the run: of its gateway where that answers, else of a copy of its store."""
    if (client := await answering(run)) is not None:
        async with client:
            yield LiveReader(client)
        return
    with snapshot(run) as exchange:
        yield StoredReader(exchange)


async def answering(run: Path) -> SwarmClient | None:
    """A client of the run's gateway, as the operator; None where none answers."""
    try:
        client = operator(run, _KNOCK_SECONDS)
    except ConfigError:
        return None
    try:
        await client.phase()
    except UnavailableError:
        await client.close()
        return None
    return client


@contextmanager
def snapshot(run: Path) -> Iterator[Exchange]:
    """An exchange over a copy of the run's store as of one moment; the run itself is not touched.

    Raises UnavailableError where the run has no store yet, StoreError where it can't be read.
    """
    url = store_url(run)
    with tempfile.TemporaryDirectory(prefix="swarm-read-") as folder:
        copy = Path(folder) / STORE_FILE
        copy_store(url, copy)
        name, domain = _whose(copy, run)
        no_leases = b"what reads a copy signs no lease"
        with Exchange(f"sqlite:///{copy}", name, domain, lambda: datetime.now(UTC), no_leases) as exchange:
            yield exchange


def _whose(copy: Path, run: Path) -> tuple[str, str]:
    try:
        with closing(sqlite3.connect(copy)) as opened:
            known = dict(opened.execute("SELECT key, value FROM meta WHERE key IN ('swarm', 'domain')").fetchall())
            return known["swarm"], known["domain"]
    except (sqlite3.Error, KeyError) as error:
        raise StoreError(
            f"the store of {str(run)!r} can't be read as a swarm's: {error}", "Put a backup in its place"
        ) from error


def chosen(exchange: Exchange, wanted: str) -> Checkpoint:
    """The checkpoint of that id, or the champion. Raises ConfigError where there is none."""
    found = exchange.champion() if not wanted else next((c for c in exchange.checkpoints() if c.id == wanted), None)
    if found is None:
        known = ", ".join(checkpoint.id for checkpoint in exchange.checkpoints()) or "none"
        raise ConfigError(f"no checkpoint {wanted or 'that is champion'!r} in this run", f"it has: {known}")
    return found
