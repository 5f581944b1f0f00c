"""What engines and the trainer group spent their time on."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "spells",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("place", WORD, nullable=False),
        sa.Column("what", WORD, nullable=False),
        sa.Column("who", WORD, nullable=False),
        sa.Column("checkpoint_id", WORD, nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
