"""Migrations: how a store gets its schema, and how an older one catches up."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from swarm.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, inside the caller's transaction. Raises StoreError where one is unknown."""
    try:
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise StoreError(f"the store can't be upgraded: {error}", "Start the program version that wrote it") from error


def stamp(connection: Connection, version: int) -> None:
    """Note that a store has a schema version already."""
    command.stamp(_config(connection), revision_of(version))


def revision_of(version: int) -> str:
    """The name of the migration that leads to a schema version."""
    return f"{version:04}"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
