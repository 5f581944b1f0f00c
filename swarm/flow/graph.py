"""A flow: all roles of a swarm together, and where that sends a sample."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from swarm.flow.spec import Place, RoleSpec
from swarm.flow.streams import STREAMS
from swarm.records import Payload, Purpose


class Route(NamedTuple):
    """Where a new sample goes: the queue in which it has to be worked on, if any, and those to which it is offered."""

    waits: str | None
    offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """Pure decisions over the specs. `refusals` says whether they fit together; nothing here checks it again."""

    specs: tuple[RoleSpec, ...]

    @cached_property
    def by_name(self) -> Mapping[str, RoleSpec]:
        """The specs by the names of their roles."""
        return {spec.name: spec for spec in self.specs}

    @cached_property
    def queues(self) -> tuple[str, ...]:
        """Every queue that somebody takes work from."""
        return tuple(spec.queue for spec in self.specs if spec.queue)

    def queue_of(self, role: str) -> str:
        """The queue that a role takes work from; "" where it takes none, or there is no such role."""
        return self.by_name[role].queue if role in self.by_name else ""

    def completes_with(self, role: str) -> str:
        """The kind that completing a lease must bring; "" where the role leases nothing."""
        return self.by_name[role].completes_with if role in self.by_name else ""

    def is_gate(self, role: str) -> bool:
        """Whether a role says of what it leases whether it may go on."""
        return role in self.by_name and self.by_name[role].place is Place.GATE

    def limit_of(self, queue: str) -> int:
        """How many samples may wait in a queue by its role's own word; 0 where that has none."""
        return self.by_name[queue].limits.queue if queue in self.by_name else 0

    def generations_of(self, queue: str) -> int:
        """How many times over probes may be made from what waits in a queue; 0 where none are."""
        return self.by_name[queue].limits.generations if queue in self.by_name else 0

    def may_publish(self, role: str, kind: str) -> bool:
        """Whether a role may send this kind of sample without a lease."""
        return role in self.by_name and kind in self.by_name[role].publishes

    def path(self, stage: str) -> tuple[str, ...]:
        """The queues on the way to a stage, itself last: its gates, in the order in which they are declared."""
        return self._paths.get(stage, (stage,))

    def entry(self, stage: str, purpose: Purpose) -> str:
        """Where what is bound for a stage waits first. Only what is to be learned from passes gates: one that drops
        measurements would bend their figures, and a person's question isn't kept waiting.
        """
        return self.path(stage)[0] if purpose is Purpose.LEARN else stage

    def after(self, queue: str) -> str:
        """Where a sample waits next that a gate let pass; "" for a queue that is no gate's."""
        for path in self._paths.values():
            if queue in path[:-1]:
                return path[path.index(queue) + 1]
        return ""

    def route(self, payload: Payload, purpose: Purpose) -> Route:
        """Where a new sample goes, by its payload and its root probe's purpose."""
        waits: str | None = None
        offered: list[str] = []
        for place, stream, queue in self._by_kind.get(payload.kind, ()):
            if not STREAMS[stream].holds(payload, purpose):
                continue
            if place is Place.LINE:
                waits = self.entry(queue, purpose)
            elif purpose is Purpose.LEARN:
                offered.append(queue)
        return Route(waits, tuple(offered))

    @cached_property
    def _paths(self) -> Mapping[str, tuple[str, ...]]:
        gates = [spec for spec in self.specs if spec.place is Place.GATE]
        return {
            spec.queue: (*(gate.queue for gate in gates if gate.before == spec.name), spec.queue)
            for spec in self.specs
            if spec.place is Place.LINE
        }

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[tuple[Place, str, str], ...]]:
        found: dict[str, tuple[tuple[Place, str, str], ...]] = {}
        for spec in self.specs:
            if spec.place in (Place.LINE, Place.TAP):
                kind = STREAMS[spec.consumes].kind
                found[kind] = (*found.get(kind, ()), (spec.place, spec.consumes, spec.queue))
        return found


def declared(base: Flow, roles: Iterable[RoleSpec]) -> Flow:
    """The flow with these roles beside those of `base`."""
    return Flow((*base.specs, *roles))
