"""Credits: how much of the queues one agent may take up at once, so that none starves the others."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from swarm.exchange.schema import LEASED, LIVE, queue


@dataclass(frozen=True, slots=True)
class Credits:
    """What one agent may have at once."""

    leases: int = 1_000
    """Leases that it holds, those included that have run out and weren't taken back yet."""
    samples: int = 10_000
    """Samples of its own that are ready, leased or delayed, in all queues together."""
    production: int = 200
    """Reported answers whose right one nobody knows yet; and, over all reporters, questions from production that wait
    for the student."""

    def leases_left(self, connection: Connection, agent: str, wanted: int, live: int) -> int:
        """How many more leases an agent may take; no more than `wanted` is certain to be right.

        `live`: how many samples are ready, leased or delayed, whoever's they are.
        """
        if self.leases - live >= wanted:
            return self.leases - live
        return self.leases - count_held(connection, agent, self.leases)

    def samples_left(self, connection: Connection, producer: str, wanted: int, live: int) -> int:
        """How many more samples of a producer may wait; no more than `wanted` is certain to be right."""
        if self.samples - live >= wanted:
            return self.samples - live
        return self.samples - _count(connection, self.samples, LIVE, queue.c.producer == producer)


class Limits(NamedTuple):
    """What bounds the taking in of samples."""

    queue: int
    """Samples that may wait in each queue."""
    credits: Credits
    held_out: str = ""
    """The origin of probes from which nothing may be learned."""


def count_held(connection: Connection, agent: str, most: int) -> int:
    """How many leases an agent holds, as far as it matters."""
    return _count(connection, most, LEASED, queue.c.lease_agent == agent)


def _count(connection: Connection, most: int, *which: ColumnElement[bool]) -> int:
    """Rows are counted only where all that lives might be one agent's, and never further than it matters."""
    return connection.scalar(select(func.count()).select_from(held(most, *which).subquery())) or 0


def held(most: int, *which: ColumnElement[bool]) -> Select[tuple[str]]:
    """The first `most` rows of the queue of which all this holds."""
    return select(queue.c.sample_id).where(*which).limit(most)
