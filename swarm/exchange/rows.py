"""Between rows and samples, and the small statements that several parts of the exchange share."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Connection, Row, bindparam, select

from swarm.errors import RefusedError, StoreError
from swarm.exchange.bodies import Bodies, bodies_of
from swarm.exchange.bulk import add_rows, ask, ask_among
from swarm.exchange.schema import queue, samples, stages
from swarm.exchange.store import moment
from swarm.forgetting import blank
from swarm.records import Payload, Sample

_CHUNK = 500
_Id = TypeVar("_Id", str, int)

_payload: TypeAdapter[Payload] = TypeAdapter(Payload)


class Facts(NamedTuple):
    """What the rules need to know of a stored sample, without its payload."""

    id: str
    kind: str
    parent_id: str
    root_id: str
    revision: int
    digest: str
    cell_key: str
    purpose: str
    checkpoint_id: str
    withheld: bool = False
    forgotten_at: int | None = None
    origin: str = ""


_FACTS = select(*(samples.c[name] for name in Facts._fields)).where(samples.c.id.in_(bindparam("ids", expanding=True)))
_DEPTHS = select(stages.c.stage, stages.c.accepted - stages.c.closed)


def sample_from(row: Row[*tuple[Any, ...]], bodies: Bodies) -> Sample:
    """A stored sample, as it was accepted.

    Raises StoreError where the row is no sample (any more), RefusedError (BODY_LOST) where its body is lost.
    """
    return _sample(row, bodies.get(row.body_name, row.id) if row.body_name else row.payload)


def _sample(row: Row[*tuple[Any, ...]], said: str) -> Sample:
    try:
        return Sample(
            id=row.id,
            parent_id=row.parent_id,
            root_id=row.root_id,
            producer=row.producer,
            tier=row.tier,
            created_at=moment(row.created_at),
            revision=row.revision,
            ordering_key=row.ordering_key,
            redactions=json.loads(row.redactions or "[]"),
            forgotten=row.forgotten_at is not None,
            payload=_payload.validate_json(said),
        )
    except ValidationError as error:
        found = f"the store's sample {str(row.id)[:40]!r} at revision {row.revision} is damaged"
        raise StoreError(found, "Stop the gateway and put a backup in its place") from error


def rows_at(connection: Connection, revisions: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """The rows of samples at these revisions, in their order."""
    rows: dict[int, Row[*tuple[Any, ...]]] = {}
    for group in chunks(revisions):
        rows |= {row.revision: row for row in connection.execute(select(samples).where(samples.c.revision.in_(group)))}
    return [rows[revision] for revision in revisions]


def payload_from(row: Row[*tuple[Any, ...]]) -> Payload:
    """What a row itself says; of a large sample that is its skeleton."""
    return _payload.validate_json(row.payload)


def skeleton(said: str) -> str:
    """What stays of a payload's JSON in its row, where it is too large for that."""
    return blank(_payload.validate_json(said)).model_dump_json()


def unused(connection: Connection, names: Iterable[str]) -> list[str]:
    """Those of the bodies that no row names."""
    wanted, used = list(dict.fromkeys(names)), set[str | None]()
    for group in chunks(wanted):
        used |= set(connection.scalars(select(samples.c.body_name).where(samples.c.body_name.in_(group))))
    return [name for name in wanted if name not in used]


def chunks(ids: Iterable[_Id]) -> Iterator[list[_Id]]:
    """Distinct ids, in groups small enough for one statement."""
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), _CHUNK):
        yield unique[start : start + _CHUNK]


def of_samples(ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a row of the queue is one of these samples': its key is their revision."""
    return queue.c.revision.in_(select(samples.c.revision).where(samples.c.id.in_(ids)))


def facts_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Facts]:
    """The facts of those ids that are stored."""
    found: dict[str, Facts] = {}
    for group in chunks(ids):
        for facts in map(Facts._make, ask_among(connection, _FACTS, group)):
            found[facts.id] = facts
    return found


Lost = dict[str, RefusedError]
"""By sample, why its body can't be had."""


def samples_by_id(connection: Connection, ids: Iterable[str], lost: Lost | None = None) -> dict[str, Sample]:
    """Those of the samples that are stored. Whose body is lost goes into `lost`, where that is given, and says in its
    payload what forgetting would leave; else that raises RefusedError.
    """
    found: dict[str, Sample] = {}
    for group in chunks(ids):
        for row in connection.execute(select(samples).where(samples.c.id.in_(group))):
            try:
                found[row.id] = sample_from(row, bodies_of(connection))
            except RefusedError as error:
                if lost is None:
                    raise
                lost[row.id] = error
                found[row.id] = _sample(row, row.payload)
    return found


def chains(connection: Connection, ids: Sequence[str], lost: Lost | None = None) -> list[tuple[Sample, ...]]:
    """For each stored id, the sample and its ancestors up to its root probe, nearest first; `lost` as in
    `samples_by_id`."""
    known: dict[str, Sample] = {}
    missing = set(ids)
    while missing:
        found = samples_by_id(connection, sorted(missing), lost)
        known |= found
        missing = {sample.parent_id for sample in found.values() if sample.kind != "probe"} - known.keys()
    return [_chain(known, sample_id) for sample_id in ids]


def _chain(known: Mapping[str, Sample], sample_id: str) -> tuple[Sample, ...]:
    links = [known[sample_id]]
    while links[-1].kind != "probe":
        links.append(known[links[-1].parent_id])
    return tuple(links)


def count_stage(connection: Connection, stage: str, accepted: int = 0, closed: int = 0) -> None:
    """Raise the running counters of a queue."""
    if accepted or closed:
        add_rows(connection, stages, [{"stage": stage, "accepted": accepted, "closed": closed}])


def depths(connection: Connection) -> dict[str, int]:
    """How many samples of each queue are ready, leased or delayed, by the running counters."""
    return dict(ask(connection, _DEPTHS))
