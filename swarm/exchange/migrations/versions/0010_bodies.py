"""Bodies beside the store: the name of a sample's, where it is too large for its row."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column, and an index of what has one."""
    op.add_column("samples", sa.Column("body_name", WORD, nullable=True))
    named = sa.text("body_name IS NOT NULL")
    op.create_index("samples_body", "samples", ["body_name"], sqlite_where=named, postgresql_where=named)
