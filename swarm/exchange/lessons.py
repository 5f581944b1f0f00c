"""Which corrections each checkpoint learned from, as its trainer tells, and the way back from a sample to them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from swarm.errors import RefusedError
from swarm.exchange.bulk import insert_rows
from swarm.exchange.flow import Code
from swarm.exchange.rows import chunks, facts_by_id
from swarm.exchange.schema import checkpoints, lessons, samples
from swarm.students import Checkpoint, Learning, Lessons


def keep_lessons(connection: Connection, checkpoint_id: str, learned: Sequence[str], replayed: Sequence[str]) -> None:
    """Store what a new checkpoint's own rounds learned from: corrections that were new to them, and old ones again.

    Raises RefusedError INVALID naming the first id that is no correction's.
    """
    new, again = frozenset(learned), Counter(replayed)
    facts = facts_by_id(connection, [*learned, *replayed])
    for sample_id in [*learned, *replayed]:
        kind = facts[sample_id].kind if sample_id in facts else "no sample that is stored"
        if kind != "correction":
            said = f"{sample_id[:40]!r}, from which {checkpoint_id!r} is to have learned, is {kind}"
            raise RefusedError(Code.INVALID, said, "Send ids of corrections, as the log gave them")
    rows = [
        {"checkpoint_id": checkpoint_id, "revision": fact.revision, "fresh": fact.id in new, "replays": again[fact.id]}
        for fact in facts.values()
    ]
    insert_rows(connection, lessons, rows)


def line_of(connection: Connection, checkpoint_id: str) -> list[Checkpoint]:
    """A checkpoint, the one that it was trained from, and so on. Raises RefusedError NOT_FOUND."""
    found = list[Checkpoint]()
    known = {item.id: item for item in _all(connection)}
    while (item := known.pop(checkpoint_id, None)) is not None:
        found.append(item)
        checkpoint_id = item.parent_id
    if not found:
        raise RefusedError(Code.NOT_FOUND, f"there is no checkpoint {checkpoint_id!r}", "List the checkpoints")
    return found


def lessons_of(connection: Connection, line: Iterable[Checkpoint]) -> tuple[Lessons, ...]:
    """How much each of these checkpoints learned in its own rounds, in their order."""
    names = [item.id for item in line]
    counted = select(
        lessons.c.checkpoint_id, func.count().filter(lessons.c.fresh), func.coalesce(func.sum(lessons.c.replays), 0)
    ).group_by(lessons.c.checkpoint_id)
    told = {
        name: (learned, replayed)
        for group in chunks(names)
        for name, learned, replayed in connection.execute(counted.where(lessons.c.checkpoint_id.in_(group)))
    }
    numbers = {name: told.get(name, (0, 0)) for name in names}
    return tuple(Lessons(checkpoint_id=name, learned=new, replayed=old) for name, (new, old) in numbers.items())


def learnings(connection: Connection, sample_ids: Iterable[str]) -> list[Learning]:
    """Which checkpoints learned from which of these samples in their own rounds, in the order of their arrival."""
    joined = lessons.join(samples, samples.c.revision == lessons.c.revision)
    joined = joined.join(checkpoints, checkpoints.c.id == lessons.c.checkpoint_id)
    columns = samples.c.id, checkpoints.c.id, checkpoints.c.number, lessons.c.fresh, lessons.c.replays
    query = select(*columns).select_from(joined)
    rows = [
        (number, Learning(sample_id=sample_id, checkpoint_id=name, fresh=fresh, replays=replays))
        for group in chunks(sample_ids)
        for sample_id, name, number, fresh, replays in connection.execute(query.where(samples.c.id.in_(group))).tuples()
    ]
    return [learning for _, learning in sorted(rows, key=lambda row: row[0])]


def _all(connection: Connection) -> list[Checkpoint]:
    return [Checkpoint.model_validate_json(body) for body in connection.scalars(select(checkpoints.c.body))]
