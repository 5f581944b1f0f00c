"""Who works on what, as data: the roles, what each consumes and makes, and where a sample goes next."""

from swarm.flow.builtin import BUILT_IN, LEASES
from swarm.flow.graph import Flow, Route, declared
from swarm.flow.refusals import Fault, refusals
from swarm.flow.spec import FlowRecord, Place, RoleLimits, RoleSpec

__all__ = [
    "BUILT_IN",
    "LEASES",
    "Fault",
    "Flow",
    "FlowRecord",
    "Place",
    "RoleLimits",
    "RoleSpec",
    "Route",
    "declared",
    "refusals",
]
