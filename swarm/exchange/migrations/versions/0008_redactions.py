"""How often personal data was replaced in a sample."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; in what is stored nothing was replaced."""
    op.add_column("samples", sa.Column("redactions", sa.Text(), nullable=False, server_default=""))
