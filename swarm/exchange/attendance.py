"""Who is expected: agents that fell silent, and agents that are drained until they have nothing left to do here."""

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from swarm.errors import RefusedError
from swarm.exchange.credits import count_held
from swarm.exchange.flow import Code, Identity
from swarm.exchange.held import SECOND
from swarm.exchange.part import Part
from swarm.exchange.roster import LIFE_SECONDS, take_off
from swarm.exchange.schema import LEASED, agents, queue, trials
from swarm.exchange.statuses import log_status, status_of
from swarm.roles import AgentStatus, Role, role_of

LINGER_SECONDS = LIFE_SECONDS
"""How long one that is drained and holds nothing may take to leave by itself."""
STEADY = (Role.TRAINER, Role.SUPERVISOR, Role.OPERATOR)
"""Roles that take no work which another could do."""


class Attendance(Part):
    """Draining, and the sweep that sees who is missing."""

    def drain(self, name: str) -> AgentStatus:
        """Give an agent of that name no more work, until `undrain`. One that is absent and holds nothing is taken off.

        Raises RefusedError: NOT_FOUND for a name that never registered, CONFLICT for a role that can't be drained.
        """
        with self._store.write() as connection:
            role, since = _known(connection, name)
            if role in STEADY:
                said = f"{name} is the {role}, which hands no work on to others"
                raise RefusedError(Code.CONFLICT, said, "Pause the swarm: swarm pause")
            if since is not None:
                return status_of(connection, name)
            now = self._store.now()
            connection.execute(update(agents).where(agents.c.name == name).values(draining_since=now))
            return log_status(connection, name, now)

    def undrain(self, name: str) -> AgentStatus:
        """Let an agent of that name have work again. Raises RefusedError NOT_FOUND for one that never registered."""
        with self._store.write() as connection:
            _, since = _known(connection, name)
            if since is None:
                return status_of(connection, name)
            connection.execute(update(agents).where(agents.c.name == name).values(draining_since=None))
            return log_status(connection, name, self._store.now())

    def is_draining(self, name: str) -> bool:
        """Whether an agent of that name gets no work."""
        with self._store.read() as connection:
            drained = agents.c.name == name, agents.c.draining_since.is_not(None)
            return connection.scalar(select(agents.c.name).where(*drained)) is not None

    def attendance_due(self) -> bool:
        """Whether `review_attendance` would change anything."""
        with self._store.read() as connection:
            now = self._store.now()
            query = select(agents.c.name).where(or_(_silent(now), _lingers(now))).limit(1)
            return connection.scalar(query) is not None

    def review_attendance(self) -> int:
        """Mark absent who has been silent for too long, and take off who is drained, holds nothing and doesn't leave.

        Returns how many that were.
        """
        with self._store.write() as connection:
            now = self._store.now()
            silent = connection.scalars(select(agents.c.name).where(_silent(now))).all()
            for name in silent:
                connection.execute(update(agents).where(agents.c.name == name).values(absent=True))
                log_status(connection, name, now)
            lingering = connection.scalars(select(agents.c.name).where(_lingers(now))).all()
            for name in lingering:
                take_off(connection, name, now)
        return len(silent) + len(lingering)


def room_for(connection: Connection, agent: Identity, wanted: int) -> int:
    """How many of the leases that an agent wants it may have, by an operator's word and by its own card; drained, none.

    Raises RefusedError CREDITS_SPENT where it holds as many as its card says.
    """
    query = select(agents.c.draining_since, agents.c.lease_limit).where(agents.c.name == agent.name)
    row = connection.execute(query).first()
    if row is None or (row.draining_since is None and not row.lease_limit):
        return wanted
    if row.draining_since is not None:
        return 0
    left = row.lease_limit - count_held(connection, agent.name, row.lease_limit)
    if left < 1:
        said = f"{agent.name} holds {row.lease_limit} leases, as many as its card says"
        raise RefusedError(Code.CREDITS_SPENT, said, "Complete some or hand them back, or register another limit")
    return min(wanted, left)


def _known(connection: Connection, name: str) -> tuple[Role, int | None]:
    row = connection.execute(select(agents.c.role, agents.c.draining_since).where(agents.c.name == name)).first()
    if row is None:
        raise RefusedError(Code.NOT_FOUND, f"no agent {name!r} was ever registered", "See `swarm agents`")
    return role_of(row.role)[0], row.draining_since


def _silent(now: int) -> ColumnElement[bool]:
    return and_(agents.c.present, ~agents.c.absent, agents.c.alive_until < now)


def _lingers(now: int) -> ColumnElement[bool]:
    leases = select(1).where(LEASED, queue.c.lease_agent == agents.c.name).exists()
    loans = select(1).where(trials.c.open, trials.c.agent == agents.c.name).exists()
    overdue = or_(agents.c.absent, agents.c.draining_since < now - round(LINGER_SECONDS * SECOND))
    return and_(agents.c.present, agents.c.draining_since.is_not(None), overdue, ~leases, ~loans)
