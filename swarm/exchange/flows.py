"""The flow in force: the declared roles as they were last applied, and how others take their place meanwhile."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, func, insert, select, update

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.bulk import add_rows
from swarm.exchange.flow import Code, State
from swarm.exchange.log import append
from swarm.exchange.part import Part
from swarm.exchange.rows import chunks, count_stage
from swarm.exchange.schema import LIVE, queue, stages
from swarm.exchange.store import moment, read_meta, write_meta
from swarm.flow import BUILT_IN, Flow, FlowRecord, RoleSpec, declared, refusals
from swarm.flow.refusals import explained

FLOW = "flow"
"""The single value in the store that holds the declared roles."""


def flow_record(connection: Connection) -> FlowRecord | None:
    """What was last applied; None where nothing ever was."""
    said = read_meta(connection, FLOW)
    return FlowRecord.model_validate_json(said) if said else None


def current_flow(connection: Connection) -> Flow:
    """The swarm's own roles and the declared ones."""
    return _flow(read_meta(connection, FLOW))


@lru_cache(maxsize=16)
def _flow(said: str) -> Flow:
    return declared(BUILT_IN, FlowRecord.model_validate_json(said).roles) if said else BUILT_IN


class Flows(Part):
    """What is declared, and its change."""

    def flow(self) -> Flow:
        """The flow in force."""
        with self._store.read() as connection:
            return current_flow(connection)

    def apply_flow(self, roles: Sequence[RoleSpec], drain: bool = False) -> FlowRecord:
        """Put these declared roles in place of those that are. The same roles again change nothing.

        Where a role goes (or its place in the flow changes), its queue must be empty; with `drain` what waits there is
        taken out: from a gate on to where it was bound for, from a tap for good. Raises RefusedError: FLOW_REFUSED with
        every fault, QUEUE_IN_USE naming queues and numbers.
        """
        wanted = declared(BUILT_IN, roles)
        if faults := refusals(wanted):
            raise RefusedError(Code.FLOW_REFUSED, *explained(faults))
        with self._store.write() as connection:
            before, now = flow_record(connection), self._store.now()
            if (before.roles if before else ()) == tuple(roles):
                return before or FlowRecord(at=moment(now))
            left = _left(current_flow(connection), wanted)
            waiting = _waiting(connection, left)
            if waiting and not drain:
                said = ", ".join(f"{count} samples of {name}" for name, count in waiting.items())
                raise RefusedError(
                    Code.QUEUE_IN_USE,
                    f"{said} still wait for a role that would be gone or stand elsewhere",
                    "Let it finish them, or apply with --drain",
                )
            for name in waiting:
                self._drain(connection, name, _onward(current_flow(connection), wanted, name), now)
            made = [spec.queue for spec in roles if spec.queue]
            add_rows(connection, stages, [{"stage": name, "accepted": 0, "closed": 0} for name in made])
            applied = FlowRecord(roles=tuple(roles), at=moment(now))
            revision = append(connection, EventKind.FLOW, FLOW, now, applied)
            stored = applied.model_copy(update={"revision": revision})
            write_meta(connection, FLOW, stored.model_dump_json())
        return stored

    def _drain(self, connection: Connection, name: str, to: str, now: int) -> None:
        """Take what lives in a queue out of it, and let it wait in another, if there is one."""
        rows = connection.execute(select(queue).where(queue.c.stage == name, LIVE)).all()
        for group in chunks(row.revision for row in rows):
            connection.execute(
                update(queue).where(queue.c.revision.in_(group), queue.c.stage == name).values(state=State.DISCARDED)
            )
        count_stage(connection, name, closed=len(rows))
        if to:
            connection.execute(insert(queue), [onward(row._mapping, to, now) for row in rows])
            count_stage(connection, to, accepted=len(rows))


def onward(row: object, to: str, now: int) -> dict[str, object]:
    """The row with which a sample that waits (by this row) in one queue begins to wait in another."""
    fresh = {"stage": to, "state": State.READY, "attempt": 0, "generation": 0, "lease_agent": "", "lease_until": 0}
    fresh["leased_at"] = 0
    return {**dict(row), **fresh, "enqueued_at": now, "ready_at": now, "answered": "", "answer": ""}  # type: ignore[call-overload]


def _left(before: Flow, after: Flow) -> list[str]:
    """Queues of declared roles that nobody would take work from in the same way any more."""
    kept = {(spec.queue, spec.consumes, spec.stands) for spec in after.specs}
    return [s.queue for s in before.specs if s.queue and (s.queue, s.consumes, s.stands) not in kept]


def _onward(before: Flow, after: Flow, name: str) -> str:
    """The next queue on a gate's way that is still there; "" for a tap."""
    while (name := before.after(name)) and name not in after.queues:
        pass
    return name


def _waiting(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """How many samples live in each of the queues that holds any."""
    counted = select(queue.c.stage, func.count()).where(LIVE, queue.c.stage.in_(names)).group_by(queue.c.stage)
    return dict(connection.execute(counted.order_by(queue.c.stage)).tuples().all())
