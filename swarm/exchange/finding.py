"""Finding stored samples by what is asked of them: each filter goes by an index, and none needs more than a page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select, true, union_all

from swarm.asking import KINDS, Query
from swarm.errors import RefusedError
from swarm.exchange.flow import Code
from swarm.exchange.lessons import line_of
from swarm.exchange.log import current_revision, oldest_revision
from swarm.exchange.schema import FAILED, TRIED, events, lessons, marks, samples
from swarm.exchange.store import micros, moment
from swarm.records import Payload, Verdict

CRITERION, SPECIES = "criterion", "species"
"""Topics of marks."""


class Place(NamedTuple):
    """Where a list goes on: behind the sample at `after`, as of the revision that its first page was read at."""

    after: int
    revision: int


def marks_of(payload: Payload, revision: int) -> Iterator[dict[str, object]]:
    """The rows by which a failed verdict is found."""
    if isinstance(payload, Verdict) and not payload.passed:
        for criterion in dict.fromkeys(finding.criterion for finding in payload.findings if not finding.passed):
            yield {"topic": CRITERION, "key": criterion, "revision": revision}
        if payload.species:
            yield {"topic": SPECIES, "key": payload.species, "revision": revision}


def found(query: Query, kinds: Sequence[str], line: Sequence[str], first: int, last: int) -> Select[int]:
    """Revisions from `first` to `last` that a query is after, in its order, one more than its limit.

    Each of the kinds is looked for by an index of its own, which begins with it. `line` are the checkpoints whose
    lessons it may have been learned in, where the query asks for that.
    """
    branches = [_branch(query, kind, line, first, last).subquery() for kind in kinds]
    merged = union_all(*(select(branch.c.revision) for branch in branches)).subquery()
    order = merged.c.revision.desc() if query.newest_first else merged.c.revision
    return select(merged.c.revision).order_by(order).limit(query.limit + 1)


def taught_by(connection: Connection, query: Query) -> list[str]:
    """The checkpoint by which the query's corrections were learned, and those that it was trained from; else none."""
    return [item.id for item in line_of(connection, query.learned_by)] if query.learned_by else []


def possible(query: Query) -> frozenset[str]:
    """The kinds of what a query may find."""
    kinds = frozenset[str](KINDS if query.kind is None else (query.kind,))
    if query.passed is not None or query.criterion is not None or query.species is not None:
        kinds &= {"verdict"}
    if query.learned_by is not None:
        kinds &= {"correction"}
    return kinds


def _branch(query: Query, kind: str, line: Sequence[str], first: int, last: int) -> Select[int]:
    traits = [(CRITERION, query.criterion), (SPECIES, query.species)]
    marked = [(marks.alias(), topic, key) for topic, key in traits if key is not None]
    place: ColumnElement[int] = samples.c.revision
    branch = select(samples.c.revision)
    for alias, topic, key in marked:
        branch = branch.join(alias, alias.c.revision == samples.c.revision)
        branch = branch.where(alias.c.topic == topic, alias.c.key == key)
        place = alias.c.revision
    if query.learned_by:
        told = select(lessons.c.revision).where(
            lessons.c.checkpoint_id.in_(line), lessons.c.revision.between(first, last)
        )
        branch = branch.where(samples.c.revision.in_(told))
    branch = branch.where(samples.c.kind == kind, place.between(first, last), *_equal(query))
    return branch.order_by(place.desc() if query.newest_first else place).limit(query.limit + 1)


def _equal(query: Query) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (samples.c.cell_key, query.cell.key if query.cell else None),
        (samples.c.purpose, query.purpose),
        (samples.c.origin, query.origin),
        (samples.c.producer, query.producer),
        (samples.c.tier, query.tier),
        (samples.c.checkpoint_id, query.checkpoint_id),
    ):
        if value is not None:
            yield column == value
    if query.checkpoint_id:
        yield TRIED
    if query.passed is not None:
        yield samples.c.passed.is_(true()) if query.passed else FAILED


def span(connection: Connection, query: Query, place: Place | None) -> tuple[int, int, int]:
    """The first and last revision that a page may hold, and the one as of which all pages are.

    Raises RefusedError OUT_OF_RANGE for a time before the log's oldest.
    """
    snapshot = place.revision if place else current_revision(connection)
    first, last = query.since_revision + 1, snapshot
    if query.until_revision is not None:
        last = min(last, query.until_revision)
    if query.since is not None:
        first = max(first, revision_at(connection, query.since))
    if query.until is not None:
        last = min(last, revision_at(connection, query.until) - 1)
    if place is not None:
        first, last = (first, min(last, place.after - 1)) if query.newest_first else (max(first, place.after + 1), last)
    return first, last, snapshot


def revision_at(connection: Connection, time: datetime) -> int:
    """The first revision that was stored at a time or later, by halving the log: its revisions have no gap.

    Raises RefusedError OUT_OF_RANGE where the log no longer reaches back so far.
    """
    wanted, low, high = micros(time), oldest_revision(connection), current_revision(connection) + 1
    if low > 1 and (oldest := _stored_at(connection, low)) > wanted:
        raise RefusedError(
            Code.OUT_OF_RANGE,
            f"{time.isoformat()} is before the log, which begins at {moment(oldest).isoformat()} (revision {low})",
            "Ask by revision; the samples themselves are all there",
        )
    while low < high:
        middle = (low + high) // 2
        if _stored_at(connection, middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _stored_at(connection: Connection, revision: int) -> int:
    return connection.execute(select(events.c.at).where(events.c.revision == revision)).scalar_one()
