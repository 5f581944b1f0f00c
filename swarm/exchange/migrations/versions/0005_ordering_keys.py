"""Ordering keys of samples, and an index of what lives under one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
ORDERED = sa.text("ordering_key != '' AND (state = 'ready' OR state = 'leased' OR state = 'delayed')")


def upgrade() -> None:
    """Add the columns; what is stored has no key."""
    for table in ("samples", "queue"):
        op.add_column(table, sa.Column("ordering_key", WORD, nullable=False, server_default=""))
    op.create_index(
        "queue_ordered",
        "queue",
        ["stage", "ordering_key", "revision"],
        sqlite_where=ORDERED,
        postgresql_where=ORDERED,
    )
