"""The schema that stores had when migrations began."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
REVISION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "agents",
        sa.Column("name", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("completed", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("busy_seconds", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "cell_counts",
        sa.Column("cell_key", WORD, nullable=False),
        sa.Column("checkpoint_id", WORD, nullable=False),
        sa.Column("rubric_version", sa.Integer(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cell_key", "checkpoint_id", "rubric_version"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("number", REVISION, autoincrement=True, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("reign", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "costs",
        sa.Column("role", WORD, nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.Column("busy_seconds", sa.Float(), nullable=False),
        sa.Column("dollars", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("role"),
    )
    op.create_table(
        "events",
        sa.Column("revision", REVISION, autoincrement=False, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("ref", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("revision"),
    )
    op.create_table(
        "exams",
        sa.Column("id", WORD, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("exam", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "experiments",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent", WORD, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "history",
        sa.Column("number", REVISION, autoincrement=True, nullable=False),
        sa.Column("sample_id", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("agent", WORD, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("history_sample", "history", ["sample_id"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", WORD, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "progress",
        sa.Column("phase", WORD, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("phase", "attempt"),
    )
    op.create_table(
        "queue",
        sa.Column("sample_id", WORD, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("enqueued_at", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("lease_agent", WORD, nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=False),
        sa.Column("answered", WORD, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id"),
    )
    op.create_index(
        "queue_delayed",
        "queue",
        ["ready_at"],
        unique=False,
        sqlite_where=sa.text("state = 'delayed'"),
        postgresql_where=sa.text("state = 'delayed'"),
    )
    op.create_index(
        "queue_leased",
        "queue",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        "queue_ready",
        "queue",
        ["stage", "priority", "revision"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("queue_state", "queue", ["stage", "state", "enqueued_at"], unique=False)
    op.create_table(
        "rubrics",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "samples",
        sa.Column("revision", REVISION, autoincrement=False, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("parent_id", WORD, nullable=False),
        sa.Column("root_id", WORD, nullable=False),
        sa.Column("producer", WORD, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("cell_key", WORD, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("checkpoint_id", WORD, nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("rubric_version", sa.Integer(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("samples_cell", "samples", ["kind", "cell_key", "revision"], unique=False)
    op.create_index("samples_kind", "samples", ["kind", "revision"], unique=False)
    op.create_index("samples_parent", "samples", ["parent_id"], unique=False)
    op.create_index("samples_purpose", "samples", ["kind", "purpose", "revision"], unique=False)
    op.create_index("samples_root", "samples", ["root_id"], unique=False)
    op.create_table(
        "stages",
        sa.Column("stage", WORD, nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage"),
    )
    op.create_table(
        "tallies",
        sa.Column("topic", WORD, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key"),
    )
