"""Which role may call which method, as the protos say it. Deny by default: a method that they don't open is shut."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from swarm.codec import enum_from_wire
from swarm.records import Tier
from swarm.roles import Role
from swarm.v1 import (
    access_pb2,
    agent_pb2,
    checkpoint_pb2,
    credential_pb2,
    exam_pb2,
    exchange_pb2,
    feedback_pb2,
    operator_pb2,
    rubric_pb2,
    student_pb2,
    swarm_pb2,
)

CONTRACT = (
    agent_pb2,
    checkpoint_pb2,
    credential_pb2,
    exam_pb2,
    exchange_pb2,
    feedback_pb2,
    operator_pb2,
    rubric_pb2,
    student_pb2,
    swarm_pb2,
)
"""The modules of the contract that define services."""

SERVICES: tuple[ServiceDescriptor, ...] = tuple(
    service for module in CONTRACT for service in module.DESCRIPTOR.services_by_name.values()
)

OPEN = frozenset({"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"})
"""Methods that need no credential."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who may call one method, and whether the call is written down."""

    roles: frozenset[Role]
    audited: bool = False
    quarantined: bool = False
    """Whether agents in quarantine may make it, too."""
    once: bool = False
    """Whether a repeat under the same request id gets the first answer."""


def doors_of(services: Iterable[ServiceDescriptor]) -> Iterator[tuple[str, Door]]:
    """The door of each method, by path. Raises RuntimeError naming a method that lets nobody in."""
    for service in services:
        for method in service.methods:
            options: Any = method.GetOptions()
            access = options.Extensions[access_pb2.access]
            named = {enum_from_wire(number, Role, f"access of {method.full_name}") for number in access.roles}
            barred = {enum_from_wire(number, Role, f"access of {method.full_name}") for number in access.but}
            roles = frozenset((set(Role) if access.everyone else named) - barred)
            if not roles:
                raise RuntimeError(f"{method.full_name} lets nobody in: give it `option (access)` in its proto")
            yield f"/{service.full_name}/{method.name}", Door(roles, access.audited, access.quarantined, access.once)


REFLECTION = tuple(f"/grpc.reflection.{v}.ServerReflection/ServerReflectionInfo" for v in ("v1", "v1alpha"))
DOORS: Mapping[str, Door] = dict(doors_of(SERVICES)) | dict.fromkeys(
    REFLECTION, Door(frozenset(Role), quarantined=True)
)
"""By path, as in `/swarm.v1.SwarmService/GetState`; swarm.exchange.flow narrows what may be published and leased."""


def may_call(role: Role, method: str, tier: Tier = Tier.INSIDE) -> bool:
    """Whether a role may call a method, trusted as it is."""
    if method not in DOORS or role not in DOORS[method].roles:
        return False
    return DOORS[method].quarantined if tier is Tier.QUARANTINED else tier is not Tier.SUSPENDED
