"""What becomes of a sample that is taken in: its facts, where it goes, and its rows. Pure."""

import json
from typing import NamedTuple

from swarm.exchange.flow import TAUGHT_PURPOSES, Identity, State, priority
from swarm.exchange.rows import Facts
from swarm.exchange.store import micros
from swarm.flow import Flow, Route
from swarm.records import Attempt, Probe, Purpose, Sample, Tier, Verdict, sample_digest

NOWHERE = Route(None)


class Draft(NamedTuple):
    """A sample that may be stored, under the revision in its facts if all that comes with it may be."""

    sample: Sample
    facts: Facts
    said: str
    """Its payload as JSON."""
    route: Route


def queue_row(
    sample_id: str, stage: str, purpose: Purpose, revision: int, now: int, ordering_key: str, producer: str = ""
) -> dict[str, object]:
    """A row for a sample that begins to wait, in the order of its revision; without a producer it is nobody's."""
    return {
        "sample_id": sample_id,
        "stage": stage,
        "state": State.READY,
        "priority": priority(purpose),
        "revision": revision,
        "enqueued_at": now,
        "attempt": 0,
        "generation": 0,
        "lease_agent": "",
        "lease_until": 0,
        "leased_at": 0,
        "ready_at": now,
        "answered": "",
        "answer": "",
        "ordering_key": ordering_key,
        "producer": producer,
    }


def drafted(flow: Flow, producer: Identity, sample: Sample, parent: Facts | None, revision: int) -> Draft:
    """What a sample would be in the store, under that revision."""
    said = sample.payload.model_dump_json()
    withheld = producer.tier is Tier.QUARANTINED or (parent is not None and parent.withheld)
    payload = sample.payload
    if isinstance(payload, Probe):
        root_id, cell_key, purpose, checkpoint_id = sample.id, payload.cell.key, payload.purpose, ""
        origin = str(payload.origin)
    else:
        assert parent is not None
        root_id, cell_key, purpose = parent.root_id, parent.cell_key, Purpose(parent.purpose)
        checkpoint_id, origin = parent.checkpoint_id, parent.origin
    if isinstance(payload, Attempt):
        checkpoint_id = payload.checkpoint_id
    facts = Facts(
        id=sample.id,
        kind=sample.kind,
        parent_id=sample.parent_id,
        root_id=root_id,
        revision=revision,
        digest=sample_digest(sample.id, sample.parent_id, root_id, sample.ordering_key, said),
        cell_key=cell_key,
        purpose=purpose,
        checkpoint_id=checkpoint_id,
        withheld=withheld,
        origin=origin,
    )
    return Draft(sample, facts, said, NOWHERE if withheld else flow.route(payload, purpose))


def sample_row(producer: Identity, draft: Draft, counted: bool) -> dict[str, object]:
    """The row of a sample; `counted` where it is a verdict that moves its cell's count."""
    sample, facts = draft.sample, draft.facts
    verdict = sample.payload if isinstance(sample.payload, Verdict) else None
    taught = sample.kind == "correction" and facts.purpose in TAUGHT_PURPOSES and not facts.withheld
    return {
        "revision": facts.revision,
        "id": facts.id,
        "kind": facts.kind,
        "parent_id": facts.parent_id,
        "root_id": facts.root_id,
        "producer": producer.name,
        "created_at": micros(sample.created_at),
        "digest": facts.digest,
        "payload": draft.said,
        "cell_key": facts.cell_key,
        "purpose": facts.purpose,
        "checkpoint_id": facts.checkpoint_id,
        "passed": verdict.passed if verdict else None,
        "rubric_version": verdict.rubric_version if verdict else None,
        "counted": counted,
        "forgotten_at": None,
        "ordering_key": sample.ordering_key,
        "tier": producer.tier,
        "withheld": facts.withheld,
        "taught_at": facts.revision if taught else None,
        "body_name": None,
        "origin": facts.origin,
        "redactions": json.dumps(sample.redactions) if sample.redactions else "",
    }


def cell_row(cell_key: str, checkpoint_id: str, version: int, passed: bool, count: int) -> dict[str, object]:
    """What so many verdicts add to the counts of a cell."""
    cell = {"cell_key": cell_key, "checkpoint_id": checkpoint_id, "rubric_version": version}
    return {**cell, "passed": count * passed, "failed": count * (not passed)}
