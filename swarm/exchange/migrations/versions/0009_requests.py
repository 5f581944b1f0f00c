"""First answers to requests that carry an id."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "requests",
        sa.Column("agent", WORD, nullable=False),
        sa.Column("method", WORD, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "method", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("requests_at", "requests", ["at"])
