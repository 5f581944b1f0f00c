"""Who is here: registered agents, their own reports, and the books that those add up to."""

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange.bulk import add_rows
from swarm.exchange.conduct import standings_of
from swarm.exchange.flow import Code, Identity
from swarm.exchange.log import append
from swarm.exchange.part import Part
from swarm.exchange.schema import agents, costs, tallies
from swarm.exchange.store import moment
from swarm.records import Tier
from swarm.roles import AgentCard, AgentStatus, Cost, Role

_FRESH = {"completed": 0, "failed": 0, "tokens": 0, "busy_seconds": 0.0, "note": ""}
_MAY_DISMISS = (Role.SUPERVISOR, Role.OPERATOR)


class Roster(Part):
    """Agents come, report and leave; their books stay."""

    def register(self, agent: Identity, card: AgentCard) -> AgentStatus:
        """Announce an agent. Repeating it with the same card only shows that it is still here.

        Raises RefusedError FORBIDDEN where the card claims another role than the credential has.
        """
        if card.role is not agent.role:
            raise RefusedError(
                Code.FORBIDDEN,
                f"card {card.name!r} says {card.role}, the credential says {agent.role}",
                "Register with the credential of that role",
            )
        with self._store.write() as connection:
            now, body = self._store.now(), card.model_dump_json()
            row = connection.execute(select(agents).where(agents.c.name == card.name)).first()
            if row is None:
                arrived = {"name": card.name, "role": card.role, "registered_at": now, "last_seen_at": now}
                connection.execute(insert(agents), {**arrived, "card": body, "present": True, **_FRESH})
            else:
                seen = {"role": card.role, "card": body, "present": True, "last_seen_at": now}
                connection.execute(update(agents).where(agents.c.name == card.name).values(seen))
            status = _status(connection, card.name)
            if row is None or not row.present or row.card != body:
                append(connection, EventKind.AGENT, card.name, now, status)
        return status

    def heartbeat(
        self,
        agent: Identity,
        name: str,
        *,
        completed: int = 0,
        failed: int = 0,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        busy_seconds: float = 0.0,
        dollars: float = 0.0,
        note: str = "",
        invalid: Mapping[str, int] | None = None,
    ) -> AgentStatus:
        """Add what an agent did since its last report to the books. Numbers are differences, not totals.

        `invalid` counts the probes that a prober refused itself, by reason. In quarantine only the note is kept.
        Raises RefusedError: NOT_FOUND where the agent isn't registered, FORBIDDEN where it has another role, INVALID
        for a negative number.
        """
        amounts = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        spent = {**amounts, "busy_seconds": busy_seconds, "dollars": dollars}
        refused = invalid or {}
        if min(completed, failed, *spent.values(), *refused.values()) < 0:
            raise RefusedError(
                Code.INVALID,
                f"heartbeat of {name!r} has a negative number: {completed=} {failed=} {spent} {dict(refused)}",
                "Report what was done since the last report",
            )
        with self._store.write() as connection:
            self._present(connection, agent, name)
            seen = {"last_seen_at": self._store.now(), "note": note}
            connection.execute(update(agents).where(agents.c.name == name).values(seen))
            if agent.tier is not Tier.QUARANTINED:  # budgets and probers go by the books
                done: dict[str, float] = {"completed": completed, "failed": failed, "busy_seconds": busy_seconds}
                done["tokens"] = prompt_tokens + completion_tokens
                sums = {column: agents.c[column] + by for column, by in done.items()}
                connection.execute(update(agents).where(agents.c.name == name).values(sums))
                add_rows(connection, costs, [{"role": agent.role, **spent}])
                counted = [{"topic": "invalid", "key": reason, "total": count} for reason, count in refused.items()]
                add_rows(connection, tallies, counted)
            return _status(connection, name)

    def leave(self, agent: Identity, name: str) -> None:
        """Take an agent off the roster; the supervisor and the operator may do it for others."""
        if agent.tier is not Tier.INSIDE and name != agent.name:
            said = f"{agent.name} comes from outside and may not take {name!r} off the roster"
            raise RefusedError(Code.FORBIDDEN, said, "Leave under your own name")
        with self._store.write() as connection:
            self._present(connection, agent, name, dismissing=True)
            connection.execute(update(agents).where(agents.c.name == name).values(present=False))
            append(connection, EventKind.AGENT, name, self._store.now(), _status(connection, name))

    def agents(self) -> list[AgentStatus]:
        """Those who are here, by name."""
        with self._store.read() as connection:
            return all_agents(connection)

    def _present(self, connection: Connection, agent: Identity, name: str, dismissing: bool = False) -> None:
        query = select(agents.c.role).where(agents.c.name == name, agents.c.present)
        role = connection.scalar(query)
        if role is None:
            raise RefusedError(Code.NOT_FOUND, f"no agent {name!r} is registered", "Register it first")
        if role != agent.role and not (dismissing and agent.role in _MAY_DISMISS):
            raise RefusedError(
                Code.FORBIDDEN,
                f"agent {name!r} is a {role}, the caller a {agent.role}",
                "Use the agent's own credential",
            )


def all_agents(connection: Connection) -> list[AgentStatus]:
    """Those who are here, by name."""
    names = connection.scalars(select(agents.c.name).where(agents.c.present).order_by(agents.c.name)).all()
    return [_status(connection, name) for name in names]


def all_costs(connection: Connection) -> list[Cost]:
    """The books of every role that has any."""
    rows = connection.execute(select(costs).order_by(costs.c.role))
    return [Cost.model_validate(dict(row._mapping)) for row in rows]


def _status(connection: Connection, name: str) -> AgentStatus:
    row = connection.execute(select(agents).where(agents.c.name == name)).one()
    return AgentStatus(
        card=AgentCard.model_validate_json(row.card),
        registered_at=moment(row.registered_at),
        last_seen_at=moment(row.last_seen_at),
        completed=row.completed,
        failed=row.failed,
        tokens=row.tokens,
        busy_seconds=row.busy_seconds,
        note=row.note,
        standing=standings_of(connection, [name]).get(name),
    )
