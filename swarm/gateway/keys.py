"""Who a token belongs to: the run folder's own credentials, and those that were issued."""

import hmac
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from swarm.errors import RefusedError
from swarm.exchange import Clock, Identity
from swarm.exchange.wallet import hash_of, id_of
from swarm.fields import AGENT_NAME_FIX
from swarm.gateway.run_folder import Credentials
from swarm.records import Tier
from swarm.roles import AgentCard, Credential, Role

_SEND = "Send metadata `authorization: Bearer TOKEN` with a token of RUN/credentials, or of `swarm credentials issue`"


class Keys:
    """Reads the caller out of a call's metadata. `take` replaces what is known of issued credentials and of roles."""

    def __init__(self, inside: Credentials, clock: Clock) -> None:
        self._inside = inside
        self._clock = clock
        self._issued: Mapping[str, tuple[Credential, str]] = {}
        self._names: Collection[str] = ()
        self._roles: Collection[str] = ()

    def take(self, issued: Iterable[tuple[Credential, str]], roles: Iterable[str]) -> None:
        """Know these credentials, with the hashes of their tokens, and these roles, and no others."""
        self._roles = frozenset(roles)
        self._issued = {credential.id: (credential, digest) for credential, digest in issued}
        self._names = {credential.name for credential, _ in self._issued.values()}

    def caller(self, metadata: Mapping[str, Any]) -> Identity:
        """Who calls. Raises RefusedError: UNAUTHENTICATED without a good token, FORBIDDEN under another's name."""
        scheme, _, token = str(metadata.get("authorization", "")).partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise RefusedError("UNAUTHENTICATED", "the call carries no credential", _SEND)
        said = str(metadata.get("swarm-agent", ""))
        credential, digest = self._issued.get(id_of(token), (None, ""))
        if credential is not None and hmac.compare_digest(digest, hash_of(token)):
            self.check(credential.id)
            if said and said != credential.name:
                wrong = f"the credential is {credential.name}'s, the call says it comes from {said!r}"
                raise RefusedError("FORBIDDEN", wrong, "Leave the metadata swarm-agent out, or send that name")
            return Identity(
                credential.name, credential.role, credential.id, credential.standing.tier, credential.declared_role
            )
        role = self._inside.role_of(token)
        if role is None:
            raise RefusedError("UNAUTHENTICATED", "the credential is nobody's", _SEND)
        if said in self._names:
            wrong = f"the name {said!r} belongs to a credential that was issued, and the call carries the run folder's"
            raise RefusedError("FORBIDDEN", wrong, "Call under another name")
        return Identity(_name(said or role, role), role)

    def check(self, credential_id: str) -> None:
        """Raise RefusedError where an issued credential has ended (UNAUTHENTICATED), its role is declared no more
        (FORBIDDEN), or its agent is SUSPENDED.

        The run folder's own never end.
        """
        if not credential_id:
            return
        credential, _ = self._issued[credential_id]
        if ended := credential.ended(self._clock()):
            raise RefusedError("UNAUTHENTICATED", f"credential {credential.id} {ended}", "Ask for another one")
        if credential.role_name not in self._roles:
            said = f"{credential.name} is a {credential.role_name}, a role that isn't declared any more"
            raise RefusedError("FORBIDDEN", said, "Declare it in the config's [flow], then `swarm apply CONFIG`")
        if credential.standing.tier is Tier.SUSPENDED:
            why = f"{credential.name} is suspended since {credential.standing.since:%Y-%m-%d %H:%M:%S} UTC"
            mend = "Mend that, then ask the operator: swarm credentials tier NAME quarantined --reason ..."
            raise RefusedError("SUSPENDED", f"{why}: {credential.standing.reason}", mend)


def _name(given: str, role: Role) -> str:
    try:
        return AgentCard(name=given, role=role).name
    except ValueError:
        raise RefusedError(
            "INVALID",
            f"metadata swarm-agent is {given!r}",
            AGENT_NAME_FIX,
        ) from None
