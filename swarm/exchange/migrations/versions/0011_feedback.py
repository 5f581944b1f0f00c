"""What people say of answers that they were given in production."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "feedback",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("reporter", WORD, nullable=False),
        sa.Column("tier", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("checkpoint_id", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("probe_id", WORD, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("feedback_state", "feedback", ["state", "reporter"], unique=False)
    op.create_index("feedback_probe", "feedback", ["probe_id"], unique=False)
