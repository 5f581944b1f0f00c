"""What has to be done: the queues, their books, and the first answers to calls that have their effect once."""

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    and_,
    literal_column,
    or_,
)

from swarm.exchange.schema.columns import Revision, Word, metadata

queue = Table(
    "queue",
    metadata,
    Column("revision", Revision, primary_key=True, autoincrement=False),
    Column("stage", Word, primary_key=True),
    Column("sample_id", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("enqueued_at", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("lease_agent", Word, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("ready_at", BigInteger, nullable=False),
    Column("answered", Word, nullable=False),
    Column("answer", Text, nullable=False),
    Column("ordering_key", Word, nullable=False, server_default=""),
    Column("producer", Word, nullable=False, server_default=""),
    Column("leased_at", BigInteger, nullable=False, server_default="0"),
    Index("queue_state", "stage", "state", "enqueued_at"),
    sqlite_with_rowid=False,
)
"""One row for each sample and each queue that it ever waited in, by the sample's revision: an index of ids, which
strangers may draw at random, would cost a page of its own for each new row. `attempt` counts burned deliveries,
`generation` is the fence.

`producer` is whose credits it takes up; what the gateway itself let in is nobody's.
"""

READY = queue.c.state == literal_column("'ready'")
LEASED = queue.c.state == literal_column("'leased'")
DELAYED = queue.c.state == literal_column("'delayed'")
DEAD = queue.c.state == literal_column("'dead'")


def is_live(rows: FromClause) -> ColumnElement[bool]:
    """Whether a row of the queue (or of an alias of it) still has to be worked on."""
    return or_(*(rows.c.state == literal_column(f"'{state}'") for state in ("ready", "leased", "delayed")))


def is_ordered(rows: FromClause) -> ColumnElement[bool]:
    """Whether a row lives under an ordering key."""
    return and_(rows.c.ordering_key != literal_column("''"), is_live(rows))


LIVE = is_live(queue)
ORDERED = is_ordered(queue)

# Partial indexes hold what is live (or dead) only, so a lease costs the same beside a million finished rows.
Index("queue_ready", queue.c.stage, queue.c.priority, queue.c.revision, sqlite_where=READY, postgresql_where=READY)
Index("queue_leased", queue.c.lease_until, sqlite_where=LEASED, postgresql_where=LEASED)
Index("queue_holder", queue.c.lease_agent, sqlite_where=LEASED, postgresql_where=LEASED)
Index("queue_producer", queue.c.producer, sqlite_where=LIVE, postgresql_where=LIVE)
Index("queue_delayed", queue.c.ready_at, sqlite_where=DELAYED, postgresql_where=DELAYED)
Index(
    "queue_ordered",
    queue.c.stage,
    queue.c.ordering_key,
    queue.c.revision,
    sqlite_where=ORDERED,
    postgresql_where=ORDERED,
)
Index("queue_dead", queue.c.revision, sqlite_where=DEAD, postgresql_where=DEAD)

stages = Table(
    "stages",
    metadata,
    Column("stage", Word, primary_key=True),
    Column("accepted", BigInteger, nullable=False),
    Column("closed", BigInteger, nullable=False),
)
"""Running counters of each queue, kept apart from its rows so that conservation is a check and not a definition."""

history = Table(
    "history",
    metadata,
    Column("number", Revision, primary_key=True, autoincrement=True),
    Column("sample_id", Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("agent", Word, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", Word, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stage", Word, nullable=False, server_default=""),
    Index("history_sample", "sample_id"),
)
"""Every burned delivery, with who held it and why it failed, and what an operator did with a dead letter; of finished
samples only for a while."""

requests = Table(
    "requests",
    metadata,
    Column("agent", Word, primary_key=True),
    Column("method", Word, primary_key=True),
    Column("id", Word, primary_key=True),
    Column("digest", Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("requests_at", "at"),
    sqlite_with_rowid=False,
)
"""First answers to requests that carry an id, for two days; `digest` is of the whole request."""
