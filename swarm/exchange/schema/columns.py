"""What all tables share: the metadata that knows them, the version of it, and the types of their columns."""

from sqlalchemy import BigInteger, Integer, MetaData, String

SCHEMA_VERSION = 16
"""The migration that these tables are the outcome of; a change here needs the next one, in migrations/versions."""

metadata = MetaData()

Revision = BigInteger().with_variant(Integer, "sqlite")
Word = String().with_variant(String(collation="C"), "postgresql")
"""Ordered by its bytes in either store; another collation's indexes break when the system's locales are upgraded."""
