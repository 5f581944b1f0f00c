"""Forgotten samples, and the events that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Mark samples, and make those events quick to find."""
    op.add_column("samples", sa.Column("forgotten_at", sa.BigInteger(), nullable=True))
    which = sa.text("kind = 'forgetting'")
    op.create_index("events_forgetting", "events", ["revision"], sqlite_where=which, postgresql_where=which)
