"""By what samples are found: origin, producer, checkpoint, what failed verdicts say, and who learned from them."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 1000


def upgrade() -> None:
    """Add them, and fill them from the payloads; of a large sample the row has its origin and criteria, no species."""
    op.add_column("samples", sa.Column("origin", WORD, nullable=False, server_default=""))
    op.create_table(
        "marks",
        sa.Column("topic", WORD, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("revision", NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", "revision"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lessons",
        sa.Column("checkpoint_id", WORD, nullable=False),
        sa.Column("revision", NUMBER, autoincrement=False, nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("checkpoint_id", "revision"),
        sqlite_with_rowid=False,
    )
    op.create_index("lessons_revision", "lessons", ["revision"])
    connection = op.get_bind()
    _fill_origins(connection)
    _fill_marks(connection)
    op.create_index("samples_origin", "samples", ["kind", "origin", "revision"])
    op.create_index("samples_producer", "samples", ["kind", "producer", "revision"])
    tried, failed = sa.text("checkpoint_id != ''"), sa.text(_FAILED[connection.dialect.name])
    columns = ["kind", "checkpoint_id", "revision"]
    op.create_index("samples_tried", "samples", columns, sqlite_where=tried, postgresql_where=tried)
    op.create_index("samples_failed", "samples", ["kind", "revision"], sqlite_where=failed, postgresql_where=failed)


_FAILED = {"sqlite": "passed IS 0", "postgresql": "passed IS false"}


def _fill_origins(connection: sa.Connection) -> None:
    for rows in _pages(connection, "kind = 'probe'"):
        found = [{"at": row.revision, "origin": json.loads(row.payload)["origin"]} for row in rows]
        connection.execute(sa.text("UPDATE samples SET origin = :origin WHERE revision = :at"), found)
    root = "(SELECT root.origin FROM samples AS root WHERE root.id = samples.root_id)"
    connection.execute(sa.text(f"UPDATE samples SET origin = {root} WHERE kind != 'probe'"))


def _fill_marks(connection: sa.Connection) -> None:
    for rows in _pages(connection, f"kind = 'verdict' AND {_FAILED[connection.dialect.name]}"):
        found = set[tuple[str, str, int]]()
        for row in rows:
            said = json.loads(row.payload)
            found |= {("criterion", f["criterion"], row.revision) for f in said["findings"] if not f["passed"]}
            found |= {("species", said["species"], row.revision)} if said["species"] else set()
        if found:
            names = ("topic", "key", "revision")
            values = [dict(zip(names, mark, strict=True)) for mark in sorted(found)]
            connection.execute(sa.text("INSERT INTO marks VALUES (:topic, :key, :revision)"), values)


def _pages(connection: sa.Connection, which: str) -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    reached = 0
    page = sa.text(
        f"SELECT revision, payload FROM samples WHERE {which} AND revision > :after ORDER BY revision LIMIT {PAGE}"
    )
    while rows := connection.execute(page, {"after": reached}).all():
        yield list(rows)
        reached = rows[-1].revision
