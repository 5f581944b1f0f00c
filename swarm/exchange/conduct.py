"""What became of each delivery to an agent from outside, and how far that agent is trusted."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, Row, func, insert, select

from swarm.exchange.rows import chunks
from swarm.exchange.schema import conduct, standings
from swarm.exchange.store import moment
from swarm.records import Tier
from swarm.roles import Standing
from swarm.work import Outcome


def note(connection: Connection, at: int, agent: str, outcomes: Iterable[tuple[str, Outcome]]) -> None:
    """Write down (delivery, outcome) pairs of one agent; a delivery that has an outcome already keeps it."""
    new = dict(outcomes)
    known: set[str] = set()
    for group in chunks(new):
        query = select(conduct.c.delivery).where(conduct.c.agent == agent, conduct.c.delivery.in_(group))
        known.update(connection.scalars(query))
    rows = [
        {"agent": agent, "delivery": delivery, "at": at, "outcome": outcome}
        for delivery, outcome in new.items()
        if delivery not in known
    ]
    if rows:
        connection.execute(insert(conduct), rows)


def recent(connection: Connection, standing: Standing, limit: int) -> list[Outcome]:
    """The latest outcomes since the agent stands where it does, the newest first."""
    since = select(standings.c.since).where(standings.c.name == standing.name).scalar_subquery()
    query = select(conduct.c.outcome).where(conduct.c.agent == standing.name, conduct.c.at >= since)
    return [Outcome(said) for said in connection.scalars(query.order_by(conduct.c.number.desc()).limit(limit))]


def standings_of(connection: Connection, names: Collection[str] | None = None) -> dict[str, Standing]:
    """How far agents from outside are trusted, by name; all of them, or those of `names` that are known."""
    query = select(standings).order_by(standings.c.name)
    joined = standings.join(conduct, (conduct.c.agent == standings.c.name) & (conduct.c.at >= standings.c.since))
    counted = select(standings.c.name, conduct.c.outcome, func.count()).select_from(joined)
    counted = counted.where(conduct.c.outcome.in_((Outcome.RIGHT, Outcome.WRONG)))
    if names is not None:
        query, counted = (each.where(standings.c.name.in_(names)) for each in (query, counted))
    grouped = connection.execute(counted.group_by(standings.c.name, conduct.c.outcome))
    counts = {(name, outcome): count for name, outcome, count in grouped}
    return {row.name: _standing(row, counts) for row in connection.execute(query).all()}


def _standing(row: Row[tuple[str, str, str, int]], counts: Mapping[tuple[str, str], int]) -> Standing:
    right, wrong = (counts.get((row.name, outcome), 0) for outcome in (Outcome.RIGHT, Outcome.WRONG))
    return Standing(
        name=row.name,
        tier=Tier(row.tier),
        reason=row.reason,
        since=moment(row.since),
        checked=right + wrong,
        right=right,
    )
