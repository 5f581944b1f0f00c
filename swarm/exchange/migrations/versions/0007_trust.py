"""How far agents from outside are trusted, and what theirs is kept apart."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and columns. Who has a credential already goes on as before: trusted."""
    op.create_table(
        "standings",
        sa.Column("name", WORD, nullable=False),
        sa.Column("tier", WORD, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute(
        "INSERT INTO standings SELECT name, 'trusted', 'issued before there were tiers', min(issued_at) "
        "FROM credentials GROUP BY name"
    )
    op.create_table(
        "conduct",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("agent", WORD, nullable=False),
        sa.Column("delivery", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("conduct_agent", "conduct", ["agent", "number"], unique=False)
    op.create_index("conduct_delivery", "conduct", ["agent", "delivery"], unique=True)
    op.create_table(
        "trials",
        sa.Column("agent", WORD, nullable=False),
        sa.Column("sample_id", WORD, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "sample_id"),
    )
    op.add_column("samples", sa.Column("tier", WORD, nullable=False, server_default="inside"))
    op.add_column("samples", sa.Column("withheld", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("samples", sa.Column("taught_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE samples SET taught_at = revision WHERE kind = 'correction' AND purpose IN ('learn', 'siege')")
    taught, withheld = sa.text("taught_at IS NOT NULL"), sa.text("withheld")
    op.create_index("samples_taught", "samples", ["taught_at"], sqlite_where=taught, postgresql_where=taught)
    op.create_index("samples_withheld", "samples", ["producer"], sqlite_where=withheld, postgresql_where=withheld)
