"""CredentialService: who may attach, and until when."""

from typing import Annotated, Any

from pydantic import Field

from swarm.codec import enum_from_wire, to_wire, validated
from swarm.exchange import Exchange
from swarm.exchange.wallet import DEFAULT_OVERLAP_SECONDS, DEFAULT_TTL_SECONDS
from swarm.fields import AgentName, Note
from swarm.gateway.changes import EVERYTHING
from swarm.gateway.desk import Desk, wires
from swarm.gateway.once import asked, once_sealed
from swarm.gateway.soundness import bounded, lined
from swarm.records import Record, Tier
from swarm.roles import Role, role_name
from swarm.v1 import credential_pb2, credential_pb2_grpc

LONGEST_TTL_SECONDS = 400 * 86_400.0
LONGEST_OVERLAP_SECONDS = 7 * 86_400.0


class Placing(Record):
    """Whom a tier is set for, and why."""

    name: AgentName
    reason: Annotated[Note, Field(min_length=1)]


class CredentialService(credential_pb2_grpc.CredentialServiceServicer):
    """After each change the edge knows the new state before the answer goes out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def IssueCredential(self, request: Any, context: Any) -> Any:
        role = role_name(enum_from_wire(request.role, Role, "IssueCredentialRequest.role"), request.declared_role)
        lined("IssueCredentialRequest.declared_role", role)
        ttl = _lifetime(request)
        tier = enum_from_wire(request.tier, Tier, "IssueCredentialRequest.tier") if request.HasField("tier") else None
        reply = credential_pb2.IssueCredentialResponse

        def issue(exchange: Exchange) -> Any:
            made, token = exchange.issue(request.name, role, ttl, tier)
            return reply(credential=to_wire(made), token=token)

        issued = await once_sealed(self._desk, asked(request, context), context, reply, issue, EVERYTHING)
        await self._desk.take_credentials()
        return issued

    async def RotateCredential(self, request: Any, context: Any) -> Any:
        ttl = _lifetime(request)
        overlap = request.overlap_seconds if request.HasField("overlap_seconds") else DEFAULT_OVERLAP_SECONDS
        bounded("overlap_seconds", overlap, 0, LONGEST_OVERLAP_SECONDS)
        reply = credential_pb2.RotateCredentialResponse

        def rotate(exchange: Exchange) -> Any:
            made, token = exchange.rotate(request.id, ttl, overlap)
            return reply(credential=to_wire(made), token=token)

        rotated = await once_sealed(self._desk, asked(request, context), context, reply, rotate)
        await self._desk.take_credentials()
        return rotated

    async def RevokeCredential(self, request: Any, _context: Any) -> Any:
        revoked = await self._desk.write(lambda exchange: exchange.revoke(request.id))
        await self._desk.take_credentials()
        return credential_pb2.RevokeCredentialResponse(credential=to_wire(revoked))

    async def SetTier(self, request: Any, _context: Any) -> Any:
        wanted = validated(Placing, {"name": request.name, "reason": request.reason})
        tier = enum_from_wire(request.tier, Tier, "SetTierRequest.tier")
        placed = await self._desk.write(
            lambda exchange: exchange.set_tier(wanted.name, tier, wanted.reason), EVERYTHING
        )
        await self._desk.take_credentials()
        return credential_pb2.SetTierResponse(standing=to_wire(placed))

    async def ListCredentials(self, _request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.credentials())
        return credential_pb2.ListCredentialsResponse(credentials=wires(credential for credential, _ in found))


def _lifetime(request: Any) -> float:
    ttl: float = request.ttl_seconds or DEFAULT_TTL_SECONDS
    bounded("ttl_seconds", ttl, 1, LONGEST_TTL_SECONDS)
    return ttl
