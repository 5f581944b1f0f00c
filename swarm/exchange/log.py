"""The event log: every change gets the next revision of one total order, and can be read back from there."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Row, Select, func, insert, select

from swarm.criteria import Experiment, Rubric
from swarm.errors import RefusedError
from swarm.events import Event, EventKind
from swarm.exchange.bodies import Bodies
from swarm.exchange.bulk import ask
from swarm.exchange.flow import Code
from swarm.exchange.part import Part
from swarm.exchange.redaction import redact_event
from swarm.exchange.rows import Facts, facts_by_id, sample_from
from swarm.exchange.schema import events, samples
from swarm.exchange.store import moment, read_meta
from swarm.flow import FlowRecord
from swarm.forgetting import Forgetting
from swarm.roles import AgentStatus, Role
from swarm.state import PhaseRecord
from swarm.students import Checkpoint, PromotionDecision

BODIES: dict[EventKind, type[BaseModel]] = {
    EventKind.PHASE: PhaseRecord,
    EventKind.RUBRIC: Rubric,
    EventKind.EXPERIMENT: Experiment,
    EventKind.CHECKPOINT: Checkpoint,
    EventKind.PROMOTION: PromotionDecision,
    EventKind.AGENT: AgentStatus,
    EventKind.FORGETTING: Forgetting,
    EventKind.FLOW: FlowRecord,
}


FLOOR = "floor"
"""The single value in the store that holds the oldest revision which can still be read."""


_NEWEST = select(func.max(events.c.revision))


def current_revision(connection: Connection) -> int:
    """The revision of the latest change, 0 where there is none."""
    ((newest,),) = ask(connection, _NEWEST)
    return newest or 0


def oldest_revision(connection: Connection) -> int:
    """The revision from which on the log is whole; swarm.exchange.retention raises it."""
    return int(read_meta(connection, FLOOR) or 1)


def append(connection: Connection, kind: EventKind, ref: str, at: int, record: BaseModel) -> int:
    """Log a change of a record other than a sample, as it is now; returns its revision.

    A record with a `revision` of its own is logged with this one in it.
    """
    revision = current_revision(connection) + 1
    if "revision" in type(record).model_fields:
        record = record.model_copy(update={"revision": revision})
    values = {"revision": revision, "kind": kind, "ref": ref, "at": at, "body": record.model_dump_json()}
    connection.execute(insert(events), values)
    return revision


class EventLog(Part):
    """Reading the log."""

    def revision(self) -> int:
        """The revision of the latest change."""
        with self._store.read() as connection:
            return current_revision(connection)

    def facts(self, ids: Sequence[str]) -> list[Facts]:
        """What is stored of those samples, without their payloads; unknown ids are left out."""
        with self._store.read() as connection:
            return list(facts_by_id(connection, ids).values())

    def oldest_revision(self) -> int:
        """The oldest revision that can still be read; a watch may resume from one before it."""
        with self._store.read() as connection:
            return oldest_revision(connection)

    def events(self, after_revision: int, limit: int = 500, role: Role = Role.OPERATOR) -> list[Event]:
        """Changes after a revision in order, without gaps, as `role` may see them.

        Raises RefusedError OUT_OF_RANGE where the log doesn't reach back (or not yet up) to `after_revision`.
        """
        with self._store.read() as connection:
            refuse_beyond(connection, after_revision)
            query = joined_events().where(events.c.revision > after_revision)
            found = read_events(connection, query.order_by(events.c.revision).limit(limit), self._store.bodies)
        return [redact_event(event, role) for event in found]


def refuse_beyond(connection: Connection, after_revision: int) -> None:
    """Raise RefusedError OUT_OF_RANGE where the log doesn't reach back (or not yet up) to a revision."""
    oldest, newest = oldest_revision(connection), current_revision(connection)
    if not oldest - 1 <= after_revision <= newest:
        raise RefusedError(
            Code.OUT_OF_RANGE,
            f"revision {after_revision} is outside the log, which holds {oldest} to {newest}",
            "List the samples again, and watch from the revision of that list",
        )


def joined_events() -> Select[tuple[Any, ...]]:
    """All events, each with the sample that it is about, if it is about one."""
    stored = (events.c.kind == EventKind.SAMPLE) & (samples.c.id == events.c.ref)
    columns = [events.c.revision.label("event"), events.c.kind.label("event_kind"), events.c.at, events.c.body]
    return select(*columns, samples).select_from(events.outerjoin(samples, stored))


def read_events(connection: Connection, query: Select[tuple[Any, ...]], bodies: Bodies) -> list[Event]:
    """The events that a query over `joined_events` gives."""
    return [_event_from(row, bodies) for row in connection.execute(query).all()]


def _event_from(row: Row[*tuple[Any, ...]], bodies: Bodies) -> Event:
    kind = EventKind(row.event_kind)
    if kind is EventKind.SAMPLE:
        content: dict[str, object] = {"sample": sample_from(row, bodies)}
    else:
        content = {kind.value: BODIES[kind].model_validate_json(row.body)}
    return Event.model_validate({"revision": row.event, "kind": kind, "at": moment(row.at), **content})
