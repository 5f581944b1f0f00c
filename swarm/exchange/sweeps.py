"""What moves in the queues without an agent: leases that ran out, stale failures, released breaches, discarded work."""

from sqlalchemy import Connection, Integer, cast, func, insert, select, update

from swarm.exchange.conduct import note, standings_of
from swarm.exchange.drafts import queue_row
from swarm.exchange.flow import MAX_ATTEMPTS, State
from swarm.exchange.flows import current_flow
from swarm.exchange.held import held_by_place, settle_all, wake
from swarm.exchange.intake import DROPPED, UNOFFERED
from swarm.exchange.part import Part
from swarm.exchange.rows import chunks, count_stage, depths, of_samples
from swarm.exchange.schema import LEASED, agents, checkpoints, history, meta, queue, samples, stages, tallies
from swarm.exchange.tokens import Claim
from swarm.records import Purpose
from swarm.work import STAGES, Outcome, QueueCount, Stage, stage_of

_WAITING = (State.READY, State.DELAYED)


class Sweeps(Part):
    """Timed and bulk moves, and the counts that show that nothing was lost."""

    def expire(self) -> int:
        """Take back leases that ran out; each burns an attempt, and the tenth is the last. Returns how many."""
        with self._store.write() as connection:
            now = self._store.now()
            wake(connection, now)
            late = connection.scalars(select(queue.c.sample_id).where(LEASED, queue.c.lease_until < now)).all()
            if not late:
                return 0
            notes = list[dict[str, object]]()
            rows = [row for row in held_by_place(connection, late).values() if row.state == State.LEASED]
            rows = [row for row in rows if row.lease_until < now]
            for row in rows:
                row.attempt, row.touched = row.attempt + 1, True
                row.state = State.DEAD if row.attempt >= MAX_ATTEMPTS else State.READY
                notes.append(row.note(now, "expired", "the lease ran out"))
            settle_all(connection, rows)
            connection.execute(insert(history), notes)
            outside = standings_of(connection, {row.lease_agent for row in rows})
            for row in rows:
                if row.lease_agent in outside:
                    delivery = Claim(row.stage, row.sample_id, row.generation).text()
                    note(connection, now, row.lease_agent, [(delivery, Outcome.LOST)])
        return len(rows)

    def restart(self) -> int:
        """Give every lease the time back that this store was closed, so that a crash burns no attempt; and every agent,
        which couldn't report meanwhile.

        The exchange does it once as it opens; later calls find no time to give back. Returns how many leases stand.
        """
        with self._store.write() as connection:
            now = self._store.now()
            down, self._store.alive_before = max(0, now - self._store.alive_before), now
            connection.execute(update(agents).where(agents.c.present).values(alive_until=agents.c.alive_until + down))
            longer = update(queue).where(LEASED).values(lease_until=queue.c.lease_until + down)
            return connection.execute(longer).rowcount

    def expire_stale(self, max_promotions: int) -> int:
        """Expire failures that wait for a teacher, or at a gate before it, and whose checkpoint is more than
        `max_promotions` reigns old."""
        with self._store.write() as connection:
            path = current_flow(connection).path(Stage.FAILURES)
            reign = select(cast(meta.c.value, Integer)).where(meta.c.key == "reign").scalar_subquery()
            joined = queue.join(samples, samples.c.revision == queue.c.revision)
            joined = joined.outerjoin(checkpoints, checkpoints.c.id == samples.c.checkpoint_id)
            stale = select(queue.c.stage, queue.c.sample_id).select_from(joined)
            stale = stale.where(queue.c.stage.in_(path), queue.c.state.in_(_WAITING))
            stale = stale.where(reign - func.coalesce(checkpoints.c.reign, 0) > max_promotions)
            rows = connection.execute(stale).all()
            ended = {stage: [row.sample_id for row in rows if row.stage == stage] for stage in path}
            return sum(_close(connection, stage, ids, State.EXPIRED) for stage, ids in ended.items())

    def discard(self, stage: Stage, purpose: Purpose) -> int:
        """Take out what waits in a stage for a purpose that has ended, such as a siege that was broken off."""
        with self._store.write() as connection:
            joined = queue.join(samples, samples.c.revision == queue.c.revision)
            chosen = select(queue.c.sample_id).select_from(joined)
            chosen = chosen.where(queue.c.stage == stage, queue.c.state.in_(_WAITING), samples.c.purpose == purpose)
            return _close(connection, stage, list(connection.scalars(chosen)), State.DISCARDED)

    def release_breaches(self, since_revision: int) -> int:
        """Let the failures that sieges found after a revision be taught, each once; returns how many it released.

        Those of a family that is held out stay untaught. Where the queue hasn't room for all, the next call releases
        more.
        """
        with self._store.write() as connection:
            path, now = current_flow(connection).path(Stage.FAILURES), self._store.now()
            room = self._limits.queue - depths(connection)[path[0]]
            failed = samples.c.kind == "verdict", samples.c.purpose == Purpose.SIEGE, samples.c.passed.is_(False)
            first = select(func.min(samples.c.revision)).where(*failed, ~samples.c.withheld)
            first = first.group_by(samples.c.parent_id)
            breaches = select(samples.c.id, samples.c.revision, samples.c.ordering_key).outerjoin(
                queue, (queue.c.revision == samples.c.revision) & queue.c.stage.in_(path)
            )
            breaches = breaches.where(samples.c.revision.in_(first), queue.c.revision.is_(None))
            breaches = breaches.where(samples.c.revision > since_revision, samples.c.forgotten_at.is_(None))
            if held_out := self._limits.held_out:
                breaches = breaches.where(samples.c.origin != held_out)
            rows = connection.execute(breaches.order_by(samples.c.revision).limit(max(0, room))).all()
            if not rows:
                return 0
            waiting = [queue_row(row.id, path[0], Purpose.LEARN, row.revision, now, row.ordering_key) for row in rows]
            connection.execute(insert(queue), waiting)
            count_stage(connection, path[0], accepted=len(waiting))
        return len(waiting)

    def queue_counts(self) -> list[QueueCount]:
        """The conservation equation of every queue, by one query at one revision."""
        with self._store.read() as connection:
            return queue_counts(connection, self._store.now())


def queue_counts(connection: Connection, now: int) -> list[QueueCount]:
    """One row for each queue, those of the way first: its running `accepted`, and its rows counted by state."""
    oldest = func.min(queue.c.enqueued_at).label("oldest")
    counted = select(queue.c.stage, queue.c.state, func.count().label("count"), oldest)
    by_state = counted.group_by(queue.c.stage, queue.c.state).subquery()
    joined = stages.outerjoin(by_state, by_state.c.stage == stages.c.stage)
    columns = stages.c.stage, stages.c.accepted, by_state.c.state, by_state.c.count, by_state.c.oldest
    numbers: dict[str, dict[str, int]] = {}
    ages: dict[str, int] = {}
    for stage, accepted, state, count, since in connection.execute(select(*columns).select_from(joined)):
        numbers.setdefault(stage, {"accepted": accepted})
        if state is not None:
            numbers[stage][state] = count
            if state in (State.READY, State.LEASED, State.DELAYED):
                ages[stage] = max(ages.get(stage, 0), now - since)
    beside = select(tallies.c.key, tallies.c.topic, tallies.c.total).where(tallies.c.topic.in_((DROPPED, UNOFFERED)))
    for name, topic, total in connection.execute(beside):
        numbers[name][topic] = total
    names = (*STAGES, *sorted(numbers.keys() - set(STAGES)))
    return [
        QueueCount(
            stage=stage_of(name), queue=name, oldest_age_seconds=max(0, ages.get(name, 0)) / 1e6, **numbers[name]
        )
        for name in names
    ]


def _close(connection: Connection, stage: str, ids: list[str], state: State) -> int:
    for group in chunks(ids):
        chosen = of_samples(group), queue.c.stage == stage
        connection.execute(update(queue).where(*chosen).values(state=state))
    count_stage(connection, stage, closed=len(ids))
    return len(ids)
