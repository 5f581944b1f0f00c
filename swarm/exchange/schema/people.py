"""Who takes part: agents, their credentials, how far they are trusted and why, and what they cost."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, false

from swarm.exchange.schema.columns import Revision, Word, metadata

agents = Table(
    "agents",
    metadata,
    Column("name", Word, primary_key=True),
    Column("role", Word, nullable=False),
    Column("card", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("completed", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("busy_seconds", Float, nullable=False),
    Column("note", Text, nullable=False),
    Column("instance", Word, nullable=False, server_default=""),
    Column("life", BigInteger, nullable=False, server_default="30000000"),
    Column("alive_until", BigInteger, nullable=False, server_default="0"),
    Column("absent", Boolean, nullable=False, server_default=false()),
    Column("draining_since", BigInteger),
    Column("lease_limit", Integer, nullable=False, server_default="0"),
    Column("recent", Float, nullable=False, server_default="0"),
)
"""Everyone who ever registered. `instance` is the process that did so last. `alive_until` is renewed by `life` at each
report; who is `present` and past it is `absent`. `recent` counts what it completed, by its age at the last report.
"""

credentials = Table(
    "credentials",
    metadata,
    Column("id", Word, primary_key=True),
    Column("name", Word, nullable=False),
    Column("role", Word, nullable=False),
    Column("hash", Word, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
"""Issued credentials; `hash` is the SHA-256 of the whole token, which has 256 random bits."""

standings = Table(
    "standings",
    metadata,
    Column("name", Word, primary_key=True),
    Column("tier", Word, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)
"""How far each agent that a credential was issued to is trusted."""

conduct = Table(
    "conduct",
    metadata,
    Column("number", Revision, primary_key=True, autoincrement=True),
    Column("agent", Word, nullable=False),
    Column("delivery", Word, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", Word, nullable=False),
    Index("conduct_agent", "agent", "number"),
    Index("conduct_delivery", "agent", "delivery", unique=True),
)
"""What became of each delivery to an agent from outside, once for each."""

trials = Table(
    "trials",
    metadata,
    Column("agent", Word, primary_key=True),
    Column("sample_id", Word, primary_key=True),
    Column("stage", Word, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""What agents in quarantine were lent beside the queues; once for each agent and sample."""

costs = Table(
    "costs",
    metadata,
    Column("role", Word, primary_key=True),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("busy_seconds", Float, nullable=False),
    Column("dollars", Float, nullable=False),
)
