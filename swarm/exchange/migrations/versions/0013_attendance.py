"""Of each agent: its process, its lease on life, whether it is drained, its limit and pace; of a lease: its begin."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LIFE = "30000000"


def upgrade() -> None:
    """Add the columns; who is on the roster has as long a life as one that registers now without saying how long."""
    op.add_column("queue", sa.Column("leased_at", sa.BigInteger, nullable=False, server_default="0"))
    for column in (
        sa.Column("instance", WORD, nullable=False, server_default=""),
        sa.Column("life", sa.BigInteger, nullable=False, server_default=LIFE),
        sa.Column("alive_until", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("absent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("draining_since", sa.BigInteger),
        sa.Column("lease_limit", sa.Integer, nullable=False, server_default="0"),
        sa.Column("recent", sa.Float, nullable=False, server_default="0"),
    ):
        op.add_column("agents", column)
    op.execute(f"UPDATE agents SET alive_until = last_seen_at + {LIFE}")
