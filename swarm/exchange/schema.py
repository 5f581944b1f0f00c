"""The tables of the store, in SQLAlchemy Core; times are whole microseconds since 1970 (UTC)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    false,
    literal_column,
    or_,
)

SCHEMA_VERSION = 16
"""The migration that these tables are the outcome of; a change here needs the next one, in migrations/versions."""

metadata = MetaData()

_Revision = BigInteger().with_variant(Integer, "sqlite")
_Word = String().with_variant(String(collation="C"), "postgresql")
"""Ordered by its bytes in either store; another collation's indexes break when the system's locales are upgraded."""

meta = Table(
    "meta",
    metadata,
    Column("key", _Word, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single values: schema_version, swarm, domain, started_at, alive_at, epoch, phase, champion_id, reign, floor, flow."""

events = Table(
    "events",
    metadata,
    Column("revision", _Revision, primary_key=True, autoincrement=False),
    Column("kind", _Word, nullable=False),
    Column("ref", _Word, nullable=False),
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
    Column("revision", _Revision, primary_key=True, autoincrement=False),
    Column("id", _Word, nullable=False, unique=True),
    Column("kind", _Word, nullable=False),
    Column("parent_id", _Word, nullable=False),
    Column("root_id", _Word, nullable=False),
    Column("producer", _Word, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("digest", _Word, nullable=False),
    Column("payload", Text, nullable=False),
    Column("cell_key", _Word, nullable=False),
    Column("purpose", _Word, nullable=False),
    Column("checkpoint_id", _Word, nullable=False),
    Column("passed", Boolean),
    Column("rubric_version", Integer),
    Column("counted", Boolean, nullable=False),
    Column("forgotten_at", BigInteger),
    Column("ordering_key", _Word, nullable=False, server_default=""),
    Column("tier", _Word, nullable=False, server_default="inside"),
    Column("withheld", Boolean, nullable=False, server_default=false()),
    Column("taught_at", BigInteger),
    Column("redactions", Text, nullable=False, server_default=""),
    Column("body_name", _Word),
    Column("origin", _Word, nullable=False, server_default=""),
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
    Column("topic", _Word, primary_key=True),
    Column("key", _Word, primary_key=True),
    Column("revision", _Revision, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""By what verdicts that fail are found: the criteria that aren't met, and the species. `revision` is the verdict's."""

queue = Table(
    "queue",
    metadata,
    Column("revision", _Revision, primary_key=True, autoincrement=False),
    Column("stage", _Word, primary_key=True),
    Column("sample_id", _Word, nullable=False),
    Column("state", _Word, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("enqueued_at", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("lease_agent", _Word, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("ready_at", BigInteger, nullable=False),
    Column("answered", _Word, nullable=False),
    Column("answer", Text, nullable=False),
    Column("ordering_key", _Word, nullable=False, server_default=""),
    Column("producer", _Word, nullable=False, server_default=""),
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
    Column("stage", _Word, primary_key=True),
    Column("accepted", BigInteger, nullable=False),
    Column("closed", BigInteger, nullable=False),
)
"""Running counters of each queue, kept apart from its rows so that conservation is a check and not a definition."""

history = Table(
    "history",
    metadata,
    Column("number", _Revision, primary_key=True, autoincrement=True),
    Column("sample_id", _Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("agent", _Word, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", _Word, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stage", _Word, nullable=False, server_default=""),
    Index("history_sample", "sample_id"),
)
"""Every burned delivery, with who held it and why it failed, and what an operator did with a dead letter; of finished
samples only for a while."""

cell_counts = Table(
    "cell_counts",
    metadata,
    Column("cell_key", _Word, primary_key=True),
    Column("checkpoint_id", _Word, primary_key=True),
    Column("rubric_version", Integer, primary_key=True),
    Column("passed", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    Column("topic", _Word, primary_key=True),
    Column("key", _Word, primary_key=True),
    Column("total", BigInteger, nullable=False),
)
"""Plain counters: samples by kind, probes by origin, probes that probers refused themselves by reason, thumbs by
checkpoint, what gates dropped and what taps were not offered by queue, and burned deliveries by queue and kind once
their history is dropped.
"""

agents = Table(
    "agents",
    metadata,
    Column("name", _Word, primary_key=True),
    Column("role", _Word, nullable=False),
    Column("card", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("completed", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("busy_seconds", Float, nullable=False),
    Column("note", Text, nullable=False),
    Column("instance", _Word, nullable=False, server_default=""),
    Column("life", BigInteger, nullable=False, server_default="30000000"),
    Column("alive_until", BigInteger, nullable=False, server_default="0"),
    Column("absent", Boolean, nullable=False, server_default=false()),
    Column("draining_since", BigInteger),
    Column("lease_limit", Integer, nullable=False, server_default="0"),
    Column("recent", Float, nullable=False, server_default="0"),
)
"""Everyone who ever registered. `instance` is the process that did so last. `alive_until` is renewed by `life` at each
report; who is `present` and past it is `absent`. `recent` counts what it completed, by its age at the last report.
"""

credentials = Table(
    "credentials",
    metadata,
    Column("id", _Word, primary_key=True),
    Column("name", _Word, nullable=False),
    Column("role", _Word, nullable=False),
    Column("hash", _Word, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
"""Issued credentials; `hash` is the SHA-256 of the whole token, which has 256 random bits."""

standings = Table(
    "standings",
    metadata,
    Column("name", _Word, primary_key=True),
    Column("tier", _Word, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)
"""How far each agent that a credential was issued to is trusted."""

conduct = Table(
    "conduct",
    metadata,
    Column("number", _Revision, primary_key=True, autoincrement=True),
    Column("agent", _Word, nullable=False),
    Column("delivery", _Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", _Word, nullable=False),
    Index("conduct_agent", "agent", "number"),
    Index("conduct_delivery", "agent", "delivery", unique=True),
)
"""What became of each delivery to an agent from outside, once for each."""

trials = Table(
    "trials",
    metadata,
    Column("agent", _Word, primary_key=True),
    Column("sample_id", _Word, primary_key=True),
    Column("stage", _Word, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""What agents in quarantine were lent beside the queues; once for each agent and sample."""

requests = Table(
    "requests",
    metadata,
    Column("agent", _Word, primary_key=True),
    Column("method", _Word, primary_key=True),
    Column("id", _Word, primary_key=True),
    Column("digest", _Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("requests_at", "at"),
    sqlite_with_rowid=False,
)
"""First answers to requests that carry an id, for two days; `digest` is of the whole request."""

feedback = Table(
    "feedback",
    metadata,
    Column("number", _Revision, primary_key=True, autoincrement=True),
    Column("id", _Word, nullable=False, unique=True),
    Column("reporter", _Word, nullable=False),
    Column("tier", _Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("checkpoint_id", _Word, nullable=False),
    Column("state", _Word, nullable=False),
    Column("probe_id", _Word, nullable=False),
    Column("reason", Text, nullable=False),
    Index("feedback_state", "state", "reporter"),
    Index("feedback_probe", "probe_id"),
)
"""Answers that somebody blamed, with what became of that. What was said lies in samples, the question under the same
id, so that forgetting finds it. Praise is a tally.
"""

costs = Table(
    "costs",
    metadata,
    Column("role", _Word, primary_key=True),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("busy_seconds", Float, nullable=False),
    Column("dollars", Float, nullable=False),
)

rubrics = Table(
    "rubrics",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""Every version that was ever in force; the highest is."""

experiments = Table(
    "experiments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sent", _Word, nullable=False),
    Column("body", Text, nullable=False),
)
"""`sent` is the digest of what the evolver sent, so that a repeat is told from another experiment."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", _Revision, primary_key=True, autoincrement=True),
    Column("id", _Word, nullable=False, unique=True),
    Column("status", _Word, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("reign", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""`reign` numbers the changes of champion: at its last accession, or at its arrival where it never served."""

lessons = Table(
    "lessons",
    metadata,
    Column("checkpoint_id", _Word, primary_key=True),
    Column("revision", _Revision, primary_key=True, autoincrement=False),
    Column("fresh", Boolean, nullable=False),
    Column("replays", Integer, nullable=False),
    Index("lessons_revision", "revision"),
    sqlite_with_rowid=False,
)
"""From which corrections (by their samples' revisions) a checkpoint learned in its own rounds, as its trainer told."""

exams = Table(
    "exams",
    metadata,
    Column("id", _Word, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("digest", _Word, nullable=False),
    Column("exam", Text, nullable=False),
    Column("decision", Text, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("phase", _Word, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""The latest report of each attempt at siege and census; every attempt belongs on the certificate."""

spells = Table(
    "spells",
    metadata,
    Column("number", _Revision, primary_key=True, autoincrement=True),
    Column("place", _Word, nullable=False),
    Column("what", _Word, nullable=False),
    Column("who", _Word, nullable=False),
    Column("checkpoint_id", _Word, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
)
"""What engines and the trainer group spent their time on, and when the gateway was away."""
