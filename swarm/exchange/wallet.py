"""Credentials that were issued: a token is shown once, its hash is kept, and it ends by time or by revocation."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from swarm.errors import RefusedError
from swarm.exchange.conduct import standings_of
from swarm.exchange.flow import Code
from swarm.exchange.flows import current_flow
from swarm.exchange.schema import agents, credentials
from swarm.exchange.standings import Standings, place
from swarm.exchange.store import micros, moment
from swarm.fields import AGENT_NAME_FIX
from swarm.records import Tier
from swarm.roles import AgentCard, Credential, Role, Standing, role_of

DEFAULT_TTL_SECONDS = 30 * 86_400.0
DEFAULT_OVERLAP_SECONDS = 3_600.0
TOKEN_PREFIX = "swarm"


def hash_of(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def id_of(token: str) -> str:
    """The public id in a token; "" where it has another shape."""
    prefix, _, rest = token.partition("_")
    return rest.partition("_")[0] if prefix == TOKEN_PREFIX else ""


class Wallet(Standings):
    """Issues, rotates and revokes."""

    def issue(
        self, name: str, role: str, ttl_seconds: float = DEFAULT_TTL_SECONDS, tier: Tier | None = None
    ) -> tuple[Credential, str]:
        """A new credential and its token. Without a tier, a name stays where it stands; a new one is quarantined.

        Raises RefusedError: INVALID for a name of another shape, CONFLICT for that of one of the swarm's own agents,
        NOT_FOUND for a role that nobody declared.
        """
        try:
            AgentCard(name=name, role=Role.DECLARED)
        except ValueError:
            raise RefusedError(Code.INVALID, f"the name is {name!r}", AGENT_NAME_FIX) from None
        with self._store.write() as connection:
            if role not in (known := current_flow(connection).by_name):
                said = f"there is no role {role!r}, only {', '.join(known)}"
                raise RefusedError(Code.NOT_FOUND, said, "Declare it in the config's [flow], then `swarm apply CONFIG`")
            now, identity = self._store.now(), secrets.token_hex(6)
            self._admit(connection, name, tier, now)
            token = f"{TOKEN_PREFIX}_{identity}_{secrets.token_urlsafe(32)}"
            times = {"issued_at": now, "expires_at": now + round(ttl_seconds * 1e6)}
            row = {"id": identity, "name": name, "role": role, "hash": hash_of(token), **times}
            connection.execute(insert(credentials), row)
            return self._credential(connection, identity), token

    def _admit(self, connection: Connection, name: str, tier: Tier | None, now: int) -> None:
        """Give the name a standing, where it has none or another is asked for."""
        if standings_of(connection, [name]):
            if tier is not None:
                self.set_tier(name, tier, "set as a credential was issued")
            return
        if connection.scalar(select(agents.c.name).where(agents.c.name == name, agents.c.present)):
            said = f"the name {name!r} is that of one of the swarm's own agents"
            raise RefusedError(Code.CONFLICT, said, "Give another name")
        place(connection, name, tier or Tier.QUARANTINED, "new", now)

    def rotate(
        self,
        credential_id: str,
        ttl_seconds: float = DEFAULT_TTL_SECONDS,
        overlap_seconds: float = DEFAULT_OVERLAP_SECONDS,
    ) -> tuple[Credential, str]:
        """A successor with the same name and role; the old one ends after the overlap, or earlier by itself.

        Raises RefusedError: NOT_FOUND, or CONFLICT where the old one has ended.
        """
        with self._store.write() as connection:
            old, now = self._credential(connection, credential_id), self._store.now()
            if ended := old.ended(moment(now)):
                raise RefusedError(Code.CONFLICT, f"credential {credential_id} {ended}", "Issue a new one")
            until = min(micros(old.expires_at), now + round(overlap_seconds * 1e6))
            connection.execute(update(credentials).where(credentials.c.id == old.id).values(expires_at=until))
            return self.issue(old.name, old.role_name, ttl_seconds)

    def revoke(self, credential_id: str) -> Credential:
        """End a credential now; again is no second effect. Raises RefusedError NOT_FOUND."""
        with self._store.write() as connection:
            still = credentials.c.id == credential_id, credentials.c.revoked_at.is_(None)
            connection.execute(update(credentials).where(*still).values(revoked_at=self._store.now()))
            return self._credential(connection, credential_id)

    def credentials(self) -> list[tuple[Credential, str]]:
        """Every credential with the hash of its token, in the order in which they were issued."""
        with self._store.read() as connection:
            rows = connection.execute(select(credentials).order_by(credentials.c.issued_at, credentials.c.id))
            placed = standings_of(connection)
            return [(_credential(row, placed), row.hash) for row in rows]

    def _credential(self, connection: Connection, credential_id: str) -> Credential:
        row = connection.execute(select(credentials).where(credentials.c.id == credential_id)).first()
        if row is None:
            said = f"no credential has the id {credential_id!r}"
            raise RefusedError(Code.NOT_FOUND, said, "See `swarm credentials list`")
        return _credential(row, standings_of(connection, [row.name]))


def _credential(row: Row[Any], placed: Mapping[str, Standing]) -> Credential:
    role, declared_role = role_of(row.role)
    return Credential(
        id=row.id,
        name=row.name,
        role=role,
        declared_role=declared_role,
        issued_at=moment(row.issued_at),
        expires_at=moment(row.expires_at),
        revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
        standing=placed[row.name],
    )
