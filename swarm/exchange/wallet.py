"""Credentials that were issued: a token is shown once, its hash is kept, and it ends by time or by revocation."""

import hashlib
import secrets
from typing import Any

from sqlalchemy import Row, insert, select, update

from swarm.errors import RefusedError
from swarm.exchange.flow import Code
from swarm.exchange.part import Part
from swarm.exchange.schema import credentials
from swarm.exchange.store import micros, moment
from swarm.fields import AGENT_NAME_FIX
from swarm.roles import Credential, Role

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


class Wallet(Part):
    """Issues, rotates and revokes."""

    def issue(self, name: str, role: Role, ttl_seconds: float = DEFAULT_TTL_SECONDS) -> tuple[Credential, str]:
        """A new credential and its token. Raises RefusedError INVALID for a name of another shape."""
        now = self._store.now()
        try:
            made = Credential(
                id=secrets.token_hex(6),
                name=name,
                role=role,
                issued_at=moment(now),
                expires_at=moment(now + round(ttl_seconds * 1e6)),
            )
        except ValueError:
            raise RefusedError(Code.INVALID, f"the name is {name!r}", AGENT_NAME_FIX) from None
        token = f"{TOKEN_PREFIX}_{made.id}_{secrets.token_urlsafe(32)}"
        times = {"issued_at": now, "expires_at": micros(made.expires_at)}
        with self._store.write() as connection:
            row = {"id": made.id, "name": name, "role": role, "hash": hash_of(token), **times}
            connection.execute(insert(credentials), row)
        return made, token

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
            return self.issue(old.name, old.role, ttl_seconds)

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
            return [(_credential(row), row.hash) for row in rows]

    def _credential(self, connection: Any, credential_id: str) -> Credential:
        row = connection.execute(select(credentials).where(credentials.c.id == credential_id)).first()
        if row is None:
            said = f"no credential has the id {credential_id!r}"
            raise RefusedError(Code.NOT_FOUND, said, "See `swarm credentials list`")
        return _credential(row)


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        issued_at=moment(row.issued_at),
        expires_at=moment(row.expires_at),
        revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
    )
