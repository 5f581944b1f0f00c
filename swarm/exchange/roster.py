"""Who is here: registered agents, their own reports, and the books that those add up to."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from swarm.errors import RefusedError
from swarm.exchange.bulk import add_rows
from swarm.exchange.flow import Code, Identity
from swarm.exchange.held import SECOND, hand_back, run_out
from swarm.exchange.part import Part
from swarm.exchange.schema import agents, costs, tallies
from swarm.exchange.statuses import decayed, log_status, status_of, statuses
from swarm.records import Tier
from swarm.roles import AgentCard, AgentStatus, Cost, Role, role_of

LIFE_SECONDS = 30.0
"""How long an agent may be silent that doesn't say how long."""
LONGEST_LIFE_SECONDS = 3600.0

_FRESH = {"completed": 0, "failed": 0, "tokens": 0, "busy_seconds": 0.0, "note": ""}
_MAY_DISMISS = (Role.SUPERVISOR, Role.OPERATOR)


class Roster(Part):
    """Agents come, report and leave; their books stay."""

    def register(
        self, agent: Identity, card: AgentCard, instance: str = "", life_seconds: float = LIFE_SECONDS
    ) -> AgentStatus:
        """Announce an agent, which may then be silent for `life_seconds`. Its counters go on where they were.

        `instance` names its process. Where another one registered last, what that held runs out now.
        Raises RefusedError FORBIDDEN where the card claims another role than the credential has.
        """
        if card.role_name != agent.role_name:
            raise RefusedError(
                Code.FORBIDDEN,
                f"card {card.name!r} says {card.role_name}, the credential says {agent.role_name}",
                "Register with the credential of that role",
            )
        with self._store.write() as connection:
            now, body, life = self._store.now(), card.model_dump_json(), round(life_seconds * SECOND)
            row = connection.execute(select(agents).where(agents.c.name == card.name)).first()
            known = {"role": card.role_name, "card": body, "lease_limit": card.lease_limit, "instance": instance}
            known |= {"present": True, "absent": False, "last_seen_at": now, "life": life, "alive_until": now + life}
            if row is None:
                connection.execute(insert(agents), {"name": card.name, "registered_at": now, **known, **_FRESH})
            else:
                if instance not in ("", row.instance):
                    run_out(connection, card.name, now)
                known["recent"] = decayed(row.recent, (now - row.last_seen_at) / SECOND)
                connection.execute(update(agents).where(agents.c.name == card.name).values(known))
            if row is None or not row.present or row.absent or row.card != body:
                return log_status(connection, card.name, now)
            return status_of(connection, card.name)

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
            row, now = self._present(connection, agent, name), self._store.now()
            seen: dict[str, Any] = {"last_seen_at": now, "alive_until": now + row.life, "absent": False, "note": note}
            if agent.tier is not Tier.QUARANTINED:  # budgets and probers go by the books
                done: dict[str, float] = {"completed": completed, "failed": failed, "busy_seconds": busy_seconds}
                done["tokens"] = prompt_tokens + completion_tokens
                seen |= {column: agents.c[column] + by for column, by in done.items()}
                seen["recent"] = decayed(row.recent, (now - row.last_seen_at) / SECOND) + completed
                add_rows(connection, costs, [{"role": agent.role_name, **spent}])
                counted = [{"topic": "invalid", "key": reason, "total": count} for reason, count in refused.items()]
                add_rows(connection, tallies, counted)
            connection.execute(update(agents).where(agents.c.name == name).values(seen))
            return log_status(connection, name, now) if row.absent else status_of(connection, name)

    def leave(self, agent: Identity, name: str) -> None:
        """Take an agent off the roster; what it holds goes back, which burns nothing.

        The supervisor and the operator may do it for others.
        """
        if agent.tier is not Tier.INSIDE and name != agent.name:
            said = f"{agent.name} comes from outside and may not take {name!r} off the roster"
            raise RefusedError(Code.FORBIDDEN, said, "Leave under your own name")
        with self._store.write() as connection:
            self._present(connection, agent, name, dismissing=True)
            take_off(connection, name, self._store.now())

    def agents(self) -> list[AgentStatus]:
        """Those who are here, and those who left drained, by name."""
        with self._store.read() as connection:
            return statuses(connection, drained=True)

    def _present(
        self, connection: Connection, agent: Identity, name: str, dismissing: bool = False
    ) -> Row[*tuple[Any, ...]]:
        row = connection.execute(select(agents).where(agents.c.name == name, agents.c.present)).first()
        if row is None:
            raise RefusedError(Code.NOT_FOUND, f"no agent {name!r} is registered", "Register it first")
        if row.role != agent.role_name and not (dismissing and agent.role in _MAY_DISMISS):
            raise RefusedError(
                Code.FORBIDDEN,
                f"agent {name!r} is a {row.role}, the caller a {agent.role_name}",
                "Use the agent's own credential",
            )
        return row


def take_off(connection: Connection, name: str, now: int) -> AgentStatus:
    """Take an agent off the roster, and hand back what it holds."""
    hand_back(connection, name)
    connection.execute(update(agents).where(agents.c.name == name).values(present=False, absent=False))
    return log_status(connection, name, now)


def all_costs(connection: Connection) -> list[Cost]:
    """The books of every role that has any."""
    rows = connection.execute(select(costs).order_by(costs.c.role))
    found = []
    for row in rows:
        role, declared_role = role_of(row.role)
        found.append(Cost.model_validate({**row._mapping, "role": role, "declared_role": declared_role}))
    return found
