"""Who takes part: agents, their reports, and credentials."""

from collections.abc import Mapping, Sequence

from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire, from_wire, to_wire
from swarm.codec.contract import VERSION
from swarm.errors import RefusedError
from swarm.fields import as_note
from swarm.records import Tier, new_id
from swarm.roles import AgentCard, AgentStatus, Credential, Standing, role_of
from swarm.v1 import agent_pb2, credential_pb2


class RosterCalls(Caller):
    """Who takes part: agents, their reports, and credentials."""

    async def register(self, card: AgentCard, needs: Sequence[str] = (), life_seconds: float = 0.0) -> AgentStatus:
        """Announce this agent; name and role are those that the client was made with.

        `needs` names what of the contract it can't work without, as in `swarm.v1.Sample.ordering_key`. It may be silent
        for `life_seconds` (0: 30 s) before it is marked absent; heartbeats renew that. To the gateway each client is a
        process of its own: what an earlier one of the name still held runs out. Raises RefusedError (MISSING_FEATURE)
        naming what the gateway lacks.
        """
        request = agent_pb2.RegisterRequest(
            card=to_wire(card), contract=VERSION, needs=needs, instance=self.instance, life_seconds=life_seconds
        )
        reply = await self._call(request)
        if needs and not reply.HasField("contract"):
            said = f"the gateway is older than contract 1.2 and says nothing of {', '.join(needs)}"
            raise RefusedError("MISSING_FEATURE", said, f"Upgrade it; this client has contract {VERSION}")
        self.draining = reply.status.draining
        return from_wire(reply.status, AgentStatus)

    async def heartbeat(
        self,
        *,
        completed: int = 0,
        failed: int = 0,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        busy_seconds: float = 0.0,
        dollars: float = 0.0,
        note: str = "",
        invalid: Mapping[str, int] | None = None,
    ) -> None:
        """Report what was done since the last report (increments), and probes refused by oneself, by reason."""
        request = agent_pb2.HeartbeatRequest(
            report_id=new_id(),
            completed=completed,
            failed=failed,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            busy_seconds=busy_seconds,
            dollars=dollars,
            note=as_note(note),
        )
        for reason, count in (invalid or {}).items():
            request.invalid_probes.add(reason=reason, count=count)
        self.draining = (await self._call(request)).drain

    async def leave(self, name: str = "") -> None:
        """Take this agent (or, as supervisor or operator, the named one) off the roster."""
        await self._call(agent_pb2.LeaveRequest(name=name))

    async def drain(self, name: str) -> AgentStatus:
        """Give an agent of that name no more work; it finishes what it holds, and leaves."""
        reply = await self._call(agent_pb2.DrainRequest(name=name))
        return from_wire(reply.status, AgentStatus)

    async def undrain(self, name: str) -> AgentStatus:
        """Let an agent of that name have work again."""
        reply = await self._call(agent_pb2.UndrainRequest(name=name))
        return from_wire(reply.status, AgentStatus)

    async def agents(self) -> list[AgentStatus]:
        """Everyone registered, and those who left because they were drained."""
        return await self._pages(agent_pb2.ListAgentsRequest(), "agents", AgentStatus)

    async def issue_credential(
        self, name: str, role: str, ttl_seconds: float = 0.0, tier: Tier | None = None
    ) -> tuple[Credential, str]:
        """A credential for one agent of a built-in or declared role, and its token, shown this once; 0 means 30 days.

        Without a tier a name stays where it stands; a new one is quarantined.
        """
        known, declared_role = role_of(role)
        request = credential_pb2.IssueCredentialRequest(
            name=name, role=enum_to_wire(known), ttl_seconds=ttl_seconds, tier=enum_to_wire(tier) if tier else None
        )
        request.declared_role = declared_role
        reply = await self._call(request)
        return from_wire(reply.credential, Credential), reply.token

    async def rotate_credential(
        self, credential_id: str, ttl_seconds: float = 0.0, overlap_seconds: float | None = None
    ) -> tuple[Credential, str]:
        """A successor and its token; the old one goes on for the overlap (an hour where none is given)."""
        request = credential_pb2.RotateCredentialRequest(
            id=credential_id, ttl_seconds=ttl_seconds, overlap_seconds=overlap_seconds
        )
        reply = await self._call(request)
        return from_wire(reply.credential, Credential), reply.token

    async def revoke_credential(self, credential_id: str) -> Credential:
        """End a credential now, and its open streams within 5 s."""
        reply = await self._call(credential_pb2.RevokeCredentialRequest(id=credential_id))
        return from_wire(reply.credential, Credential)

    async def set_tier(self, name: str, tier: Tier, reason: str) -> Standing:
        """Trust, quarantine or suspend the agent of a name. Raises RefusedError NOT_FOUND without a credential."""
        request = credential_pb2.SetTierRequest(name=name, tier=enum_to_wire(tier), reason=as_note(reason))
        reply = await self._call(request)
        return from_wire(reply.standing, Standing)

    async def credentials(self) -> list[Credential]:
        """All that were issued."""
        reply = await self._call(credential_pb2.ListCredentialsRequest())
        return records(reply.credentials, Credential)
