"""What the store lets go of with age: the log of what others still hold, and the burned deliveries of finished work."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from swarm.events import EventKind
from swarm.exchange.bulk import add_rows
from swarm.exchange.deadletters import DISCARDED, REQUEUED
from swarm.exchange.flow import State
from swarm.exchange.held import SECOND
from swarm.exchange.log import FLOOR, current_revision, oldest_revision
from swarm.exchange.part import Part
from swarm.exchange.rows import chunks
from swarm.exchange.schema import events, history, queue, samples, tallies
from swarm.exchange.spells import drop_spells
from swarm.exchange.store import write_meta

DAY = 86_400 * SECOND
PORTION = 5_000
"""Most rows of either kind that one call drops: the one writer is held for some 10 ms."""

_REPEATED = (EventKind.SAMPLE, EventKind.AGENT)
"""Kinds whose objects stand in tables of their own. All others tell a course that a report or certificate rests on."""
_FINISHED = (State.DONE, State.EXPIRED, State.DISCARDED)
_BURNED = "burned"


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days what is kept; 0 keeps it for ever."""

    events_days: float = 0.0
    history_days: float = 0.0


class Retention(Part):
    """Samples, their lineage, counts, checkpoints, exams, rubrics, phases and progress are never dropped."""

    def compact(self, keep: Keep, portion: int = PORTION) -> bool:
        """Drop what is older than its term, the oldest first; whether more of it is left for another call."""
        with self._store.write() as connection:
            now, more = self._store.now(), False
            if keep.events_days:
                horizon = now - round(keep.events_days * DAY)
                more |= _raise_floor(connection, horizon, portion)
                more |= drop_spells(connection, horizon, portion)
            if keep.history_days:
                more |= _fold_history(connection, now - round(keep.history_days * DAY), portion)
        return more

    def burned(self) -> Counter[tuple[str, str]]:
        """How many deliveries were burned since the store began, by queue and kind: retry, reject, expired, lost."""
        key = history.c.stage, history.c.kind
        with self._store.read() as connection:
            counted = connection.execute(select(*key, func.count()).group_by(*key))
            found = Counter({(stage, kind): n for stage, kind, n in counted})
            for key, total in connection.execute(
                select(tallies.c.key, tallies.c.total).where(tallies.c.topic == _BURNED)
            ):
                stage, _, kind = key.partition("/")
                found[stage, kind] += total
        return Counter({(stage, kind): n for (stage, kind), n in found.items() if kind not in (REQUEUED, DISCARDED)})


def _raise_floor(connection: Connection, horizon: int, portion: int) -> bool:
    """Begin the log at its first event that isn't older than the horizon; the newest stays, it numbers the next one."""
    floor = oldest_revision(connection)
    reach = min(floor + portion, current_revision(connection))
    young = select(events.c.revision).where(events.c.revision >= floor, events.c.revision < reach)
    young = young.where(events.c.at >= horizon).order_by(events.c.revision).limit(1)
    raised = connection.scalar(young) or reach
    if raised > floor:
        connection.execute(
            delete(events).where(events.c.revision.between(floor, raised - 1), events.c.kind.in_(_REPEATED))
        )
        write_meta(connection, FLOOR, str(raised))
    return raised == floor + portion


def _fold_history(connection: Connection, horizon: int, portion: int) -> bool:
    """Turn burned deliveries of finished samples into counters; what waits or is dead keeps its whole history."""
    its_row = (queue.c.revision == samples.c.revision) & (queue.c.stage == history.c.stage)
    old = select(history.c.number, history.c.stage, history.c.kind)
    old = old.join(samples, samples.c.id == history.c.sample_id).join(queue, its_row)
    old = old.where(history.c.at < horizon, queue.c.state.in_(_FINISHED)).order_by(history.c.number).limit(portion)
    rows = connection.execute(old).all()
    burned = Counter(f"{row.stage}/{row.kind}" for row in rows)
    add_rows(connection, tallies, [{"topic": _BURNED, "key": key, "total": count} for key, count in burned.items()])
    for numbers in chunks(row.number for row in rows):
        connection.execute(delete(history).where(history.c.number.in_(numbers)))
    return len(rows) == portion
