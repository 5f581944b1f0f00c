"""Why a flow can't be: every fault of what is declared, each with its fix."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from swarm.flow.builtin import BUILT_IN
from swarm.flow.graph import Flow
from swarm.flow.spec import IN_LINE, Place, RoleSpec
from swarm.flow.streams import KINDS, LOGS, STREAMS
from swarm.roles import Role
from swarm.work import Stage

_RESERVED = frozenset({*Role, *Stage, *STREAMS, *KINDS})
_PUBLISHED = ("probe", "annotation")
_COMPLETED: Mapping[Place, tuple[str, ...]] = {
    Place.SOURCE: ("",),
    Place.GATE: ("annotation",),
    Place.TAP: ("annotation", "probe"),
}
"""Kinds with which a declared role may complete its leases; attempts, verdicts and corrections are the swarm's."""


class Fault(NamedTuple):
    """One reason why the flow is refused, and what to do."""

    role: str
    said: str
    fix: str


def refusals(flow: Flow) -> list[Fault]:
    """Every fault; an empty list means that the flow can be."""
    found: list[Fault] = []
    for spec in flow.specs:
        if BUILT_IN.by_name.get(spec.name) != spec:
            found += _named(flow, spec)
            found += _placed(flow, spec)
            found += _permitted(spec)
    found += _unconsumed(flow)
    found += _cycles(flow)
    return list(dict.fromkeys(found))


def _named(flow: Flow, spec: RoleSpec) -> Iterator[Fault]:
    if spec.name in _RESERVED:
        yield Fault(spec.name, f"the name {spec.name!r} is taken: it is one of the swarm's own words", "Give another")
    elif sum(other.name == spec.name for other in flow.specs) > 1:
        yield Fault(spec.name, f"the name {spec.name!r} is taken by another declared role", "Give another")


def _placed(flow: Flow, spec: RoleSpec) -> Iterator[Fault]:
    """Whether what it consumes is there, and where it stands."""
    name = spec.name
    if spec.stands not in ("", IN_LINE) and not spec.before:
        fix = 'Write "before ROLE" for a gate, and nothing for a tap'
        yield Fault(name, f"{name} stands {spec.stands!r}, which is no place in the flow", fix)
    if spec.stands == IN_LINE:
        line = next((s.name for s in BUILT_IN.specs if s.place is Place.LINE and s.consumes == spec.consumes), "")
        fix = f'Write stands = "before {line}" for a gate, or leave `stands` out for a tap' if line else "Leave it out"
        yield Fault(name, f"{name} stands in line, where only the swarm's own roles do", fix)
    if spec.consumes and spec.consumes not in STREAMS:
        yield Fault(name, f"{name} consumes {spec.consumes!r}, which nobody makes", f"Give one of {_listed(STREAMS)}")
    if spec.place is not Place.GATE:
        return
    target = flow.by_name.get(spec.before)
    if target is None or target.place is not Place.LINE:
        lines = [other.name for other in flow.specs if other.place is Place.LINE]
        said = f"{name} stands before {spec.before!r}, who takes no work from a stage"
        yield Fault(name, said, f"Stand before one of {_listed(lines)}")
    elif spec.consumes != target.consumes:
        said = f"{name} stands before {target.name} and consumes {spec.consumes or 'nothing'!r}"
        yield Fault(name, said, f"Write consumes = {target.consumes!r}: what waits for the {target.name}")


def _permitted(spec: RoleSpec) -> Iterator[Fault]:
    """Whether it may make what it says that it makes."""
    name, place = spec.name, spec.place
    allowed = _COMPLETED.get(place, ())
    for kind in (spec.completes_with, *spec.publishes):
        if kind and kind not in KINDS:
            yield Fault(name, f"{name} makes {kind!r}, an unknown kind", f"Give one of {_listed(KINDS)}")
    if spec.completes_with in ("", *KINDS) and allowed and spec.completes_with not in allowed:
        said = f"{name} is a {place} and would complete with {spec.completes_with or 'nothing'}, which it may not"
        fix = f"Write completes_with = {' or '.join(map(repr, allowed))}" if allowed != ("",) else "Leave it out"
        yield Fault(name, said, fix)
    for kind in spec.publishes:
        if kind in KINDS and kind not in _PUBLISHED:
            said = f"{name} would publish a {kind}, which only the swarm's own roles may make"
            yield Fault(name, said, f"Give one of {_listed(_PUBLISHED)}")
    if place is Place.SOURCE and not spec.publishes:
        fix = f"Write `consumes` ({_listed(STREAMS)}), or `publishes` ({_listed(_PUBLISHED)})"
        yield Fault(name, f"{name} neither consumes nor publishes anything", fix)
    if place is not Place.SOURCE and "probe" in spec.publishes:
        said = f"{name} consumes, and would publish probes that nothing tells to come from there"
        yield Fault(name, said, "Write completes_with = 'probe' with `generations`, so that their lineage is kept")
    if spec.limits.generations and spec.completes_with != "probe":
        fix = "Leave `generations` out, or write completes_with = 'probe'"
        yield Fault(name, f"{name} has {spec.limits.generations} generations of probes and makes none", fix)


def _unconsumed(flow: Flow) -> Iterator[Fault]:
    """What somebody makes that nobody works on and that is no log."""
    taken = {STREAMS[s.consumes].kind for s in flow.specs if s.place is Place.LINE and s.consumes in STREAMS}
    for spec in flow.specs:
        for kind in dict.fromkeys((spec.completes_with, *spec.publishes)):
            if kind in KINDS and kind not in LOGS and kind not in taken:
                said = f"{spec.name} makes {kind}s, which nobody consumes"
                yield Fault(spec.name, said, f"Declare a role that consumes the {kind}s, or let it make something else")


def _cycles(flow: Flow) -> Iterator[Fault]:
    """Ways by which a role's work comes back to it, unless one on the way has a bound that the gateway enforces."""
    bounded = {s.name for s in flow.specs if s.completes_with == "probe" and s.limits.generations}
    free = [s for s in flow.specs if s.consumes in STREAMS and s.place is not Place.GATE and s.name not in bounded]
    following = {
        one.name: [two.name for two in free if STREAMS[two.consumes].kind in (one.completes_with, *one.publishes)]
        for one in free
    }
    for spec in free:
        if BUILT_IN.by_name.get(spec.name) != spec and (way := _back(following, spec.name)):
            said = f"a cycle without a bound: {' -> '.join(way)}"
            yield Fault(spec.name, said, f"Write generations = 3 (or another number) for {spec.name}")


def _back(following: Mapping[str, list[str]], name: str) -> list[str]:
    """A way from a role back to itself; [] where there is none."""
    ways, seen = [[name]], set[str]()
    while ways:
        way = ways.pop()
        for after in following[way[-1]]:
            if after == name:
                return [*way, name]
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def explained(faults: list[Fault]) -> tuple[str, str]:
    """All faults as one message, and all fixes as one."""
    return "; ".join(fault.said for fault in faults), "; ".join(dict.fromkeys(fault.fix for fault in faults))
