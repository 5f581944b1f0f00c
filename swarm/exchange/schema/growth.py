"""How the student grows: rubrics, experiments, checkpoints, exams, blamed answers, and where the time went."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from swarm.exchange.schema.columns import Revision, Word, metadata

feedback = Table(
    "feedback",
    metadata,
    Column("number", Revision, primary_key=True, autoincrement=True),
    Column("id", Word, nullable=False, unique=True),
    Column("reporter", Word, nullable=False),
    Column("tier", Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("checkpoint_id", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("probe_id", Word, nullable=False),
    Column("reason", Text, nullable=False),
    Index("feedback_state", "state", "reporter"),
    Index("feedback_probe", "probe_id"),
)
"""Answers that somebody blamed, with what became of that. What was said lies in samples, the question under the same
id, so that forgetting finds it. Praise is a tally.
"""

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
    Column("sent", Word, nullable=False),
    Column("body", Text, nullable=False),
)
"""`sent` is the digest of what the evolver sent, so that a repeat is told from another experiment."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", Revision, primary_key=True, autoincrement=True),
    Column("id", Word, nullable=False, unique=True),
    Column("status", Word, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("reign", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""`reign` numbers the changes of champion: at its last accession, or at its arrival where it never served."""

lessons = Table(
    "lessons",
    metadata,
    Column("checkpoint_id", Word, primary_key=True),
    Column("revision", Revision, primary_key=True, autoincrement=False),
    Column("fresh", Boolean, nullable=False),
    Column("replays", Integer, nullable=False),
    Index("lessons_revision", "revision"),
    sqlite_with_rowid=False,
)
"""From which corrections (by their samples' revisions) a checkpoint learned in its own rounds, as its trainer told."""

exams = Table(
    "exams",
    metadata,
    Column("id", Word, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("digest", Word, nullable=False),
    Column("exam", Text, nullable=False),
    Column("decision", Text, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("phase", Word, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""The latest report of each attempt at siege and census; every attempt belongs on the certificate."""

spells = Table(
    "spells",
    metadata,
    Column("number", Revision, primary_key=True, autoincrement=True),
    Column("place", Word, nullable=False),
    Column("what", Word, nullable=False),
    Column("who", Word, nullable=False),
    Column("checkpoint_id", Word, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
)
"""What engines and the trainer group spent their time on, and when the gateway was away."""
