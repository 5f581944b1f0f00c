"""Who a waiting sample is from, and indexes of what each agent holds and of what it has waiting."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LEASED = sa.text("state = 'leased'")
LIVE = sa.text("state = 'ready' OR state = 'leased' OR state = 'delayed'")


def upgrade() -> None:
    """Take the producers over from the samples, and make the indexes."""
    op.add_column("queue", sa.Column("producer", WORD, nullable=False, server_default=""))
    op.execute(f"UPDATE queue SET producer = (SELECT producer FROM samples WHERE id = sample_id) WHERE {LIVE.text}")
    op.create_index("queue_holder", "queue", ["lease_agent"], sqlite_where=LEASED, postgresql_where=LEASED)
    op.create_index("queue_producer", "queue", ["producer"], sqlite_where=LIVE, postgresql_where=LIVE)
