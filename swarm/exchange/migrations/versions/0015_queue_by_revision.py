"""A queue's rows are found by their samples' revisions, which only grow: new ones share their pages."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
REVISION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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
    """Change the key. SQLite can't, so there the table is made anew; nothing looks for samples by their root."""
    op.drop_index("samples_root", "samples")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE queue DROP CONSTRAINT queue_pkey")
        op.execute("ALTER TABLE queue ADD PRIMARY KEY (revision, stage)")
        return
    op.execute("ALTER TABLE queue RENAME TO queue_before")
    for name, _, _ in INDEXES:
        op.execute(f"DROP INDEX {name}")
    key = sa.PrimaryKeyConstraint("revision", "stage")
    op.create_table("queue", *_columns(), key, sqlite_with_rowid=False)
    columns = ", ".join(column.name for column in _columns())
    op.execute(f"INSERT INTO queue ({columns}) SELECT {columns} FROM queue_before ORDER BY revision, stage")
    op.execute("DROP TABLE queue_before")
    for name, on, where in INDEXES:
        op.execute(f"CREATE INDEX {name} ON queue ({on})" + (f" WHERE {where}" if where else ""))


def _columns() -> list[sa.Column[object]]:
    numbers = ("enqueued_at", "attempt", "generation", "lease_until", "ready_at")
    whole = {"priority": sa.Integer, "attempt": sa.Integer, "generation": sa.Integer}
    made: list[sa.Column[object]] = [sa.Column("revision", REVISION, nullable=False)]
    made += [sa.Column(name, WORD, nullable=False) for name in ("stage", "sample_id", "state")]
    made += [sa.Column(name, whole.get(name, sa.BigInteger)(), nullable=False) for name in ("priority", *numbers)]
    made += [sa.Column(name, WORD, nullable=False) for name in ("lease_agent", "answered")]
    made += [sa.Column("answer", sa.Text(), nullable=False)]
    made += [sa.Column(name, WORD, nullable=False, server_default="") for name in ("ordering_key", "producer")]
    return [*made, sa.Column("leased_at", sa.BigInteger(), nullable=False, server_default="0")]
