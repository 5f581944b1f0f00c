"""Agents of roles that only a config declares: a tap, a source, and a gate that can't make up its mind."""

from swarm.conformance.company import probes
from swarm.domains import load_domain
from swarm.flow import RoleLimits, RoleSpec
from swarm.records import Annotation, Decision, Probe, Sample
from swarm.state import SwarmState
from swarm.work import Lease

CRITIC = RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation")
ESCALATOR = RoleSpec(name="escalator", consumes="passes", completes_with="probe", limits=RoleLimits(generations=1))
TICKETS = RoleSpec(name="tickets", publishes=("probe",))


class Fickle:
    """Lets every second one pass, whatever it says."""

    role = CRITIC.name

    def __init__(self) -> None:
        self._passes = False

    def act(self, _lease: Lease) -> Annotation:
        self._passes = not self._passes
        decision = Decision.PASS if self._passes else Decision.DROP
        return Annotation(schema_name="mood", body="{}", decision=decision)


class Escalator:
    """Asks what was passed once more."""

    role = ESCALATOR.name

    async def act(self, lease: Lease) -> Probe:
        asked = lease.nearest(Probe)
        return asked.model_copy(update={"question": f"{asked.question}, and harder"})


class Tickets:
    """Publishes a few probes, then has no more."""

    role = TICKETS.name

    def __init__(self) -> None:
        self._left = iter(probes(load_domain("calendar"), 20))

    def act(self, _state: SwarmState) -> list[Sample] | None:
        probe = next(self._left, None)
        return None if probe is None else [probe]
