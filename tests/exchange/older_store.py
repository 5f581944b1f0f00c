"""Puts a store back to an earlier schema, so that a test can see what its migrations make of what it holds."""

from swarm.exchange.schema import SCHEMA_VERSION
from tests.postgres import ask

UNDONE: dict[int, tuple[str, ...]] = {
    6: ("DROP INDEX queue_producer", "DROP INDEX queue_holder", "ALTER TABLE queue DROP COLUMN producer"),
    7: (
        *(f"DROP TABLE {table}" for table in ("standings", "conduct", "trials")),
        *(f"DROP INDEX {index}" for index in ("samples_taught", "samples_withheld")),
        *(f"ALTER TABLE samples DROP COLUMN {column}" for column in ("tier", "withheld", "taught_at")),
    ),
    8: ("ALTER TABLE samples DROP COLUMN redactions",),
    9: ("DROP TABLE requests",),
    10: ("DROP INDEX samples_body", "ALTER TABLE samples DROP COLUMN body_name"),
    11: ("DROP TABLE feedback",),
    12: (
        *(f"DROP INDEX samples_{index}" for index in ("origin", "producer", "tried", "failed")),
        "ALTER TABLE samples DROP COLUMN origin",
        "DROP TABLE marks",
        "DROP TABLE lessons",
    ),
    13: (
        "ALTER TABLE queue DROP COLUMN leased_at",
        *(
            f"ALTER TABLE agents DROP COLUMN {column}"
            for column in ("instance", "life", "alive_until", "absent", "draining_since", "lease_limit", "recent")
        ),
    ),
    14: ("ALTER TABLE history DROP COLUMN stage",),
    15: ("CREATE INDEX samples_root ON samples (root_id)",),
    16: ("DROP TABLE spells",),
}
"""What undoes each migration, but for the queue's keys, which do no harm; the next one gets its line here."""


def put_back(url: str, version: int) -> None:
    """Give a closed store the schema that it had at a version."""
    for number in range(SCHEMA_VERSION, version, -1):
        for statement in UNDONE[number]:
            ask(url, statement)
    ask(url, f"UPDATE alembic_version SET version_num = '{version:04}'")
    ask(url, f"UPDATE meta SET value = '{version}' WHERE key = 'schema_version'")
