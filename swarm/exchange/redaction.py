"""What a role may see: a student never what is right or was decided, an evolver of experiments only how they ended."""

from collections.abc import Iterable

from swarm.asking import KINDS
from swarm.events import Event, EventKind
from swarm.records import Attempt, Probe, Sample
from swarm.roles import Role

STUDENT_EVENTS = frozenset({EventKind.PHASE, EventKind.CHECKPOINT, EventKind.AGENT, EventKind.BOOKMARK})

_STUDENT_KINDS = frozenset({"probe", "attempt"})


def visible_kinds(role: Role) -> frozenset[str]:
    """The kinds of sample of which `role` may know that they are there."""
    return _STUDENT_KINDS if role is Role.STUDENT else frozenset(KINDS)


def redact(sample: Sample, role: Role) -> Sample | None:
    """The sample as `role` may see it, or None where it may not see it at all."""
    if role is not Role.STUDENT:
        return sample
    match sample.payload:
        case Probe() as probe:
            hidden = {"reference": None, "operator": "", "twin_id": ""}
            return sample.model_copy(update={"payload": probe.model_copy(update=hidden)})
        case Attempt():
            return sample
        case _:
            return None


def redact_all(samples: Iterable[Sample], role: Role) -> list[Sample]:
    """What `role` may see of the samples, in their order."""
    return [seen for sample in samples if (seen := redact(sample, role)) is not None]


def redact_event(event: Event, role: Role) -> Event:
    """The event as `role` may see it; a hidden one becomes a bookmark, so that a watch stays gap-free."""
    if role is Role.EVOLVER and event.experiment is not None:
        return event.model_copy(update={"experiment": event.experiment.blind})
    if role is not Role.STUDENT or event.kind in STUDENT_EVENTS:
        return event
    seen = redact(event.sample, role) if event.sample is not None else None
    if seen is None:
        return Event(revision=event.revision, kind=EventKind.BOOKMARK, at=event.at)
    return event.model_copy(update={"sample": seen})
