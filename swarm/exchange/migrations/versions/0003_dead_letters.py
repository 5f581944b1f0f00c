"""The dead letters of all queues, in the order of their samples."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

DEAD = sa.text("state = 'dead'")


def upgrade() -> None:
    """Make their index."""
    op.create_index("queue_dead", "queue", ["revision"], sqlite_where=DEAD, postgresql_where=DEAD)
