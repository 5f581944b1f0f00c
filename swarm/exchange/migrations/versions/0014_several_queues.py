"""A sample may wait in several queues, and each burned delivery says in which."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
STATE = {name: f"state = '{name}'" for name in ("ready", "leased", "delayed", "dead")}
LIVE = f"{STATE['ready']} OR {STATE['leased']} OR {STATE['delayed']}"
INDEXES = (
    ("queue_state", "stage, state, enqueued_at", ""),
    ("queue_ready", "stage, priority, revision", STATE["ready"]),
    ("queue_leased", "lease_until", STATE["leased"]),
    ("queue_holder", "lease_agent", STATE["leased"]),
    ("queue_producer", "producer", LIVE),
    ("queue_delayed", "ready_at", STATE["delayed"]),
    ("queue_ordered", "stage, ordering_key, revision", f"ordering_key != '' AND ({LIVE})"),
    ("queue_dead", "revision", STATE["dead"]),
)


def upgrade() -> None:
    """Make the queue part of the row's key. SQLite can't change a key, so there the table is made anew."""
    op.add_column("history", sa.Column("stage", WORD, nullable=False, server_default=""))
    op.execute("UPDATE history SET stage = (SELECT stage FROM queue WHERE queue.sample_id = history.sample_id)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE queue DROP CONSTRAINT queue_pkey")
        op.execute("ALTER TABLE queue ADD PRIMARY KEY (sample_id, stage)")
        return
    op.execute("ALTER TABLE queue RENAME TO queue_before")
    for name, _, _ in INDEXES:
        op.execute(f"DROP INDEX {name}")
    _make()
    columns = ", ".join(column.name for column in _columns())
    op.execute(f"INSERT INTO queue ({columns}) SELECT {columns} FROM queue_before")
    op.execute("DROP TABLE queue_before")
    for name, on, where in INDEXES:
        op.execute(f"CREATE INDEX {name} ON queue ({on})" + (f" WHERE {where}" if where else ""))


def _make() -> None:
    op.create_table("queue", *_columns(), sa.PrimaryKeyConstraint("sample_id", "stage"))


def _columns() -> list[sa.Column[object]]:
    numbers = ("priority", "revision", "enqueued_at", "attempt", "generation", "lease_until", "ready_at")
    whole = {"priority": sa.Integer, "attempt": sa.Integer, "generation": sa.Integer}
    words = ("sample_id", "stage", "state", "lease_agent", "answered")
    made: list[sa.Column[object]] = [sa.Column(name, WORD, nullable=False) for name in words]
    made += [sa.Column(name, whole.get(name, sa.BigInteger)(), nullable=False) for name in numbers]
    made += [sa.Column("answer", sa.Text(), nullable=False)]
    made += [sa.Column(name, WORD, nullable=False, server_default="") for name in ("ordering_key", "producer")]
    return [*made, sa.Column("leased_at", sa.BigInteger(), nullable=False, server_default="0")]
