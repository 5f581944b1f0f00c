"""What goes wrong, gathered: deliveries that were burned, by reason, and verdicts that failed, by species."""

from collections import Counter

from sqlalchemy import func, select

from swarm.exchange.deadletters import DISCARDED, REQUEUED
from swarm.exchange.finding import SPECIES
from swarm.exchange.part import Part
from swarm.exchange.rows import rows_at
from swarm.exchange.schema import agents, history, marks, samples, stages
from swarm.exchange.store import moment
from swarm.rates import ErrorGroup, SpeciesCount
from swarm.work import stage_of

LOOKED_THROUGH = 1_000
"""The latest burned deliveries, which the errors are gathered from."""


class Failings(Part):
    """What goes wrong, and how much is done meanwhile."""

    def errors(self) -> list[ErrorGroup]:
        """The latest burned deliveries, gathered by queue, kind and reason, the latest first."""
        columns = history.c.sample_id, history.c.at, history.c.agent, history.c.kind, history.c.reason, history.c.stage
        query = select(*columns).where(history.c.kind.not_in((REQUEUED, DISCARDED)))
        groups: dict[tuple[str, str, str], ErrorGroup] = {}
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(history.c.number.desc()).limit(LOOKED_THROUGH)).all()
        for row in rows:
            key, at = (row.stage, row.kind, row.reason), moment(row.at)
            known = groups.get(key) or ErrorGroup(
                stage=stage_of(row.stage),
                queue=row.stage,
                kind=row.kind,
                reason=row.reason,
                count=0,
                first_at=at,
                last_at=at,
                last_sample_id=row.sample_id,
            )
            names = known.agents if row.agent in known.agents else (*known.agents, row.agent)
            groups[key] = known.model_copy(update={"count": known.count + 1, "first_at": at, "agents": names})
        return list(groups.values())

    def species(self, checkpoint_id: str = "") -> list[SpeciesCount]:
        """How often failed verdicts name each species, by name; of one checkpoint's attempts where that is given."""
        joined = marks.join(samples, samples.c.revision == marks.c.revision)
        last = func.max(marks.c.revision)
        query = select(marks.c.key, func.count(), func.min(marks.c.revision), last).select_from(joined)
        query = query.where(marks.c.topic == SPECIES, ~samples.c.withheld)
        if checkpoint_id:
            query = query.where(samples.c.checkpoint_id == checkpoint_id)
        with self._store.read() as connection:
            rows = connection.execute(query.group_by(marks.c.key).order_by(marks.c.key)).all()
            ids = {row.revision: row.id for row in rows_at(connection, [row[3] for row in rows])}
        return [
            SpeciesCount(name=name, failures=count, first_revision=first, last_revision=last, last_sample_id=ids[last])
            for name, count, first, last in rows
        ]

    def totals(self) -> Counter[tuple[str, str]]:
        """Running counters: `accepted` and `closed` by queue, and what agents report by role, also those who left."""
        done = select(agents.c.role, func.sum(agents.c.completed), func.sum(agents.c.failed)).group_by(agents.c.role)
        found: Counter[tuple[str, str]] = Counter()
        with self._store.read() as connection:
            for row in connection.execute(select(stages)):
                found["accepted", row.stage] = row.accepted
                found["closed", row.stage] = row.closed
            for role, completed, failed in connection.execute(done):
                found["completed", role] = int(completed)
                found["failed", role] = int(failed)
        return found
