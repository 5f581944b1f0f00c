"""What is stored for good: the one log of changes, the samples that it numbers, and counts over them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, false, literal_column

from swarm.exchange.schema.columns import Revision, Word, metadata

meta = Table(
    "meta",
    metadata,
    Column("key", Word, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single values: schema_version, swarm, domain, started_at, alive_at, epoch, phase, champion_id, reign, floor, flow."""

events = Table(
    "events",
    metadata,
    Column("revision", Revision, primary_key=True, autoincrement=False),
    Column("kind", Word, nullable=False),
    Column("ref", Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", Text),
)
"""The one total order, numbered by the one writer: a sequence of the database would leave gaps.

`body` is the changed object as it was then; a sample's is in `samples`, at its revision. From the floor on, every
revision has its row; below it, those of samples and agents are dropped.
"""

FORGOTTEN = events.c.kind == literal_column("'forgetting'")
Index("events_forgetting", events.c.revision, sqlite_where=FORGOTTEN, postgresql_where=FORGOTTEN)

samples = Table(
    "samples",
    metadata,
    Column("revision", Revision, primary_key=True, autoincrement=False),
    Column("id", Word, nullable=False, unique=True),
    Column("kind", Word, nullable=False),
    Column("parent_id", Word, nullable=False),
    Column("root_id", Word, nullable=False),
    Column("producer", Word, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("digest", Word, nullable=False),
    Column("payload", Text, nullable=False),
    Column("cell_key", Word, nullable=False),
    Column("purpose", Word, nullable=False),
    Column("checkpoint_id", Word, nullable=False),
    Column("passed", Boolean),
    Column("rubric_version", Integer),
    Column("counted", Boolean, nullable=False),
    Column("forgotten_at", BigInteger),
    Column("ordering_key", Word, nullable=False, server_default=""),
    Column("tier", Word, nullable=False, server_default="inside"),
    Column("withheld", Boolean, nullable=False, server_default=false()),
    Column("taught_at", BigInteger),
    Column("redactions", Text, nullable=False, server_default=""),
    Column("body_name", Word),
    Column("origin", Word, nullable=False, server_default=""),
    Index("samples_parent", "parent_id"),
    Index("samples_kind", "kind", "revision"),
    Index("samples_purpose", "kind", "purpose", "revision"),
    Index("samples_cell", "kind", "cell_key", "revision"),
    Index("samples_origin", "kind", "origin", "revision"),
    Index("samples_producer", "kind", "producer", "revision"),
)
"""Every sample, once. Cell, purpose and origin are the root probe's; `counted` marks the verdicts that moved a cell's
count; from `forgotten_at` on, `payload` has no text any more.

`tier` is the producer's at that time. What is `withheld` waits in no queue, counts nowhere and is not taught.
`taught_at` is where a correction stands in the log that trainers read: its own revision, or that of its release.
`redactions` is JSON, or "" where nothing was replaced. Where there is a `body_name`, the payload is what forgetting
would leave of it, and the whole one lies beside the store.
"""

TAUGHT = samples.c.taught_at.is_not(None)
WITHHELD = samples.c.withheld
TRIED = samples.c.checkpoint_id != literal_column("''")
FAILED = samples.c.passed.is_(false())
Index("samples_taught", samples.c.taught_at, sqlite_where=TAUGHT, postgresql_where=TAUGHT)
NAMED = samples.c.body_name.is_not(None)
Index("samples_body", samples.c.body_name, sqlite_where=NAMED, postgresql_where=NAMED)
Index("samples_withheld", samples.c.producer, sqlite_where=WITHHELD, postgresql_where=WITHHELD)
Index(
    "samples_tried",
    samples.c.kind,
    samples.c.checkpoint_id,
    samples.c.revision,
    sqlite_where=TRIED,
    postgresql_where=TRIED,
)
Index("samples_failed", samples.c.kind, samples.c.revision, sqlite_where=FAILED, postgresql_where=FAILED)

marks = Table(
    "marks",
    metadata,
    Column("topic", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("revision", Revision, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""By what verdicts that fail are found: the criteria that aren't met, and the species. `revision` is the verdict's."""

cell_counts = Table(
    "cell_counts",
    metadata,
    Column("cell_key", Word, primary_key=True),
    Column("checkpoint_id", Word, primary_key=True),
    Column("rubric_version", Integer, primary_key=True),
    Column("passed", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    Column("topic", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("total", BigInteger, nullable=False),
)
"""Plain counters: samples by kind, probes by origin, probes that probers refused themselves by reason, thumbs by
checkpoint, what gates dropped and what taps were not offered by queue, and burned deliveries by queue and kind once
their history is dropped.
"""
