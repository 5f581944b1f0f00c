"""Reading the log for those who are after some of it: what doesn't concern them is passed over in the store itself."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, true

from swarm.asking import Interest
from swarm.events import Event, EventKind
from swarm.exchange.log import current_revision, joined_events, read_events, refuse_beyond
from swarm.exchange.part import Part
from swarm.exchange.redaction import STUDENT_EVENTS, redact_event, visible_kinds
from swarm.exchange.schema import agents, events, samples
from swarm.roles import Role

WINDOW = 20_000
"""As many revisions as one look passes over."""


class Sifted(NamedTuple):
    """The events of interest up to a revision; whatever else the log holds up to there is of none."""

    events: list[Event]
    reached: int


class Sifting(Part):
    """The log, by interest."""

    def sift(self, after_revision: int, interest: Interest, role: Role = Role.OPERATOR, limit: int = 500) -> Sifted:
        """Events of interest after a revision in their order, as `role` may see them, and how far the log was read.

        What the role may not see is of no interest: it doesn't show that it is there. Raises RefusedError OUT_OF_RANGE
        where the log doesn't reach back (or not yet up) to `after_revision`.
        """
        with self._store.read() as connection:
            refuse_beyond(connection, after_revision)
            last = min(current_revision(connection), after_revision + WINDOW)
            query = joined_events().where(events.c.revision > after_revision, events.c.revision <= last)
            query = query.where(_of_interest(interest), _seen_by(role))
            found = read_events(connection, query.order_by(events.c.revision).limit(limit), self._store.bodies)
        reached = found[-1].revision if len(found) == limit else last
        return Sifted([redact_event(event, role) for event in found], reached)


def _of_interest(interest: Interest) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if interest.kinds:
        conditions.append(events.c.kind.in_(interest.kinds))
    if interest.sample_kinds:
        conditions.append(samples.c.kind.in_(interest.sample_kinds))
    if interest.cells:
        conditions.append(samples.c.cell_key.in_([cell.key for cell in interest.cells]))
    if interest.roles:
        names = select(agents.c.name).where(agents.c.role.in_(interest.roles))
        themselves = and_(events.c.kind == EventKind.AGENT, events.c.ref.in_(names))
        conditions.append(or_(samples.c.producer.in_(names), themselves))
    return and_(*conditions)


def _seen_by(role: Role) -> ColumnElement[bool]:
    if role is not Role.STUDENT:
        return true()
    return or_(events.c.kind.in_(STUDENT_EVENTS), samples.c.kind.in_(visible_kinds(role)))
