"""How each agent stands: its card and reports, how far it is trusted, what it holds, and its pace."""

import math
from collections.abc import Collection

from sqlalchemy import Connection, func, or_, select

from swarm.events import EventKind
from swarm.exchange.conduct import standings_of
from swarm.exchange.log import append
from swarm.exchange.schema import LEASED, agents, queue, trials
from swarm.exchange.store import moment
from swarm.roles import AgentCard, AgentStatus

PACE_SECONDS = 60.0
"""What was completed so long ago weighs 1/e in an agent's pace."""


def decayed(recent: float, seconds: float) -> float:
    """A weighted count, so many seconds later."""
    return recent * math.exp(-max(0.0, seconds) / PACE_SECONDS)


def per_second(recent: float, seconds: float) -> float:
    """The rate behind a weighted count that has grown for so many seconds."""
    whole = PACE_SECONDS * -math.expm1(-max(0.0, seconds) / PACE_SECONDS)
    return recent / whole if whole else 0.0


def statuses(
    connection: Connection, names: Collection[str] | None = None, *, drained: bool = False
) -> list[AgentStatus]:
    """By name, those on the roster, and with `drained` those who left drained, too; or the named, wherever they are."""
    query = select(agents).order_by(agents.c.name)
    if names is not None:
        query = query.where(agents.c.name.in_(names))
    elif drained:
        query = query.where(or_(agents.c.present, agents.c.draining_since.is_not(None)))
    else:
        query = query.where(agents.c.present)
    rows = connection.execute(query).all()
    asked = None if names is None else [row.name for row in rows]
    placed, held = standings_of(connection, asked), _held(connection, asked)
    found = []
    for row in rows:
        count, since = held.get(row.name, (0, 0))
        found.append(
            AgentStatus(
                card=AgentCard.model_validate_json(row.card),
                registered_at=moment(row.registered_at),
                last_seen_at=moment(row.last_seen_at),
                completed=row.completed,
                failed=row.failed,
                tokens=row.tokens,
                busy_seconds=row.busy_seconds,
                note=row.note,
                standing=placed.get(row.name),
                absent=row.absent,
                draining=row.draining_since is not None,
                gone=not row.present,
                life_seconds=row.life / 1e6,
                leases=count,
                oldest_lease_at=moment(since) if since else None,
                per_second=per_second(row.recent, (row.last_seen_at - row.registered_at) / 1e6),
            )
        )
    return found


def status_of(connection: Connection, name: str) -> AgentStatus:
    """One agent that ever registered."""
    (found,) = statuses(connection, [name])
    return found


def log_status(connection: Connection, name: str, now: int) -> AgentStatus:
    """Log how an agent stands now."""
    found = status_of(connection, name)
    append(connection, EventKind.AGENT, name, now, found)
    return found


def _held(connection: Connection, names: Collection[str] | None) -> dict[str, tuple[int, int]]:
    """By agent, how many samples it holds, and since when the oldest lease (0: it has loans only)."""
    leases = select(queue.c.lease_agent, func.count(), func.min(queue.c.leased_at)).where(LEASED)
    loans = select(trials.c.agent, func.count()).where(trials.c.open)
    if names is not None:
        leases, loans = leases.where(queue.c.lease_agent.in_(names)), loans.where(trials.c.agent.in_(names))
    found = {
        name: (count, since or 0) for name, count, since in connection.execute(leases.group_by(queue.c.lease_agent))
    }
    for name, count in connection.execute(loans.group_by(trials.c.agent)):
        held, since = found.get(name, (0, 0))
        found[name] = held + count, since
    return found
