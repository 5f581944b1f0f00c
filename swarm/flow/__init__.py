"""Who works on what, as data: the roles, what each consumes and makes, and where a sample goes next."""

from swarm.flow.builtin import BUILT_IN, LEASES
from swarm.flow.graph import Flow, Route, declared
from swarm.flow.refusals import Fault, refusals
from swarm.flow.spec import Limits, Place, RoleSpec

__all__ = [
    "BUILT_IN",
    "LEASES",
    "Fault",
    "Flow",
    "Limits",
    "Place",
    "RoleSpec",
    "Route",
    "declared",
    "refusals",
]
