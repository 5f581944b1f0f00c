"""Reading stored samples: by filter, by lineage, as the log of corrections, and as the verdicts of one measurement."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from swarm.asking import KINDS, Family, Query
from swarm.errors import RefusedError
from swarm.exchange.finding import Place, found, possible, span, taught_by
from swarm.exchange.flow import Code
from swarm.exchange.lessons import learnings
from swarm.exchange.part import Part
from swarm.exchange.redaction import redact_all, visible_kinds
from swarm.exchange.rows import chains, chunks, facts_by_id, rows_at, sample_from, samples_by_id
from swarm.exchange.schema import TAUGHT, cell_counts, samples
from swarm.records import Cell, Purpose, Sample
from swarm.roles import Role
from swarm.state import CellCount
from swarm.students import Learning


class Found(NamedTuple):
    """A page of samples, whether more follow, and the revision as of which it is."""

    samples: list[Sample]
    more: bool
    revision: int


class Library(Part):
    """Samples, as they were accepted."""

    def samples(
        self,
        kind: str | None = None,
        cell: str | None = None,
        purpose: Purpose | None = None,
        passed: bool | None = None,
        *,
        since_revision: int = 0,
        limit: int = 100,
        descending: bool = False,
        role: Role = Role.OPERATOR,
    ) -> list[Sample]:
        """Samples after a revision that match every filter given, by revision, as `role` may see them.

        Cell (a key, `subdomain/weather/form`) and purpose are those of the root probe; only verdicts have `passed`.
        """
        chosen = {"kind": kind, "cell": Cell.parse(cell) if cell is not None else None, "purpose": purpose}
        shown = {"passed": passed, "since_revision": since_revision, "limit": limit, "newest_first": descending}
        return self.find(Query.model_validate(chosen | shown), role).samples

    def find(self, query: Query, role: Role = Role.OPERATOR, place: Place | None = None) -> Found:
        """The first page of what a query is after as `role` may see it, or the page behind a place.

        Kinds that the role may not see are never looked for: whether there are any doesn't show.
        Raises RefusedError OUT_OF_RANGE for a time before the log's oldest, NOT_FOUND for an unknown `learned_by`.
        """
        kinds = [kind for kind in KINDS if kind in visible_kinds(role) & possible(query)]
        with self._store.read() as connection:
            first, last, snapshot = span(connection, query, place)
            if not kinds or first > last:
                return Found([], False, snapshot)
            wanted = connection.scalars(found(query, kinds, taught_by(connection, query), first, last)).all()
            rows = rows_at(connection, wanted[: query.limit])
        stored = [sample_from(row, self._store.bodies) for row in rows]
        return Found(redact_all(stored, role), len(wanted) > query.limit, snapshot)

    def lineage(self, sample_id: str, role: Role = Role.OPERATOR) -> list[Sample]:
        """The samples of its family. Raises RefusedError as that does."""
        return list(self.family(sample_id, role).samples)

    def family(self, sample_id: str, role: Role = Role.OPERATOR) -> Family:
        """The sample with all that it answers to and all that answers to it, in the order of their revisions: beyond
        its root, where that probe was made from another sample, and down to what was made from it. All of it, with the
        checkpoints that learned from its corrections, is as of one revision.

        Raises RefusedError NOT_FOUND where no such sample is stored.
        """
        with self._store.read() as connection:
            if not facts_by_id(connection, [sample_id]):
                raise RefusedError(Code.NOT_FOUND, f"no sample {sample_id!r} is stored", "Check its id")
            ids = [*_above(connection, sample_id), *_below(connection, sample_id)]
            kin = sorted(samples_by_id(connection, ids).values(), key=lambda sample: sample.revision)
            return Family(samples=tuple(redact_all(kin, role)), learnings=_learned(connection, kin, role))

    def learnings(self, among: Iterable[Sample], role: Role = Role.OPERATOR) -> list[Learning]:
        """Which checkpoints learned from corrections among these samples; none where `role` may see no corrections."""
        with self._store.read() as connection:
            return list(_learned(connection, among, role))

    def corrections(self, after_revision: int, limit: int = 100) -> list[tuple[Sample, ...]]:
        """The log of corrections after a revision: (correction, verdict, attempt, probe), in order, but none forgotten.

        The correction's `revision` is its place in this log: for one that was withheld, that of its release.
        """
        query = select(samples.c.id, samples.c.taught_at).where(TAUGHT, samples.c.taught_at > after_revision)
        query = query.where(samples.c.forgotten_at.is_(None))
        query = query.order_by(samples.c.taught_at).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
            found = chains(connection, [row.id for row in rows])
        return [
            (chain[0].model_copy(update={"revision": row.taught_at}), *chain[1:])
            for row, chain in zip(rows, found, strict=True)
        ]

    def verdicts(
        self, purpose: Purpose, checkpoint_id: str, since_revision: int = 0, rubric_version: int | None = None
    ) -> list[tuple[str, bool]]:
        """(probe id, passed) of each attempt by a checkpoint, in the order of the verdicts.

        Without `rubric_version`, an attempt that was judged again under a new rubric comes once for each.
        """
        query = select(samples.c.root_id, samples.c.passed).where(samples.c.kind == "verdict", samples.c.counted)
        query = query.where(samples.c.purpose == purpose, samples.c.checkpoint_id == checkpoint_id)
        query = query.where(samples.c.revision > since_revision)
        if rubric_version is not None:
            query = query.where(samples.c.rubric_version == rubric_version)
        with self._store.read() as connection:
            return [(probe_id, passed) for probe_id, passed in connection.execute(query.order_by(samples.c.revision))]

    def cell_counts(self, checkpoint_id: str | None = None) -> list[CellCount]:
        """Passes and failures by cell, checkpoint and rubric version."""
        with self._store.read() as connection:
            return cell_counts_of(connection, checkpoint_id)


def _learned(connection: Connection, among: Iterable[Sample], role: Role) -> tuple[Learning, ...]:
    if "correction" not in visible_kinds(role):
        return ()
    return tuple(learnings(connection, [sample.id for sample in among if sample.kind == "correction"]))


def _above(connection: Connection, sample_id: str) -> list[str]:
    """The sample and all that it answers to."""
    found: list[str] = []
    while sample_id:
        found.append(sample_id)
        sample_id = facts_by_id(connection, [sample_id])[sample_id].parent_id
    return found


def _below(connection: Connection, sample_id: str) -> list[str]:
    """All that answers to the sample."""
    found, level = list[str](), [sample_id]
    while level:
        query = select(samples.c.id)
        level = [i for group in chunks(level) for i in connection.scalars(query.where(samples.c.parent_id.in_(group)))]
        found += level
    return found


def cell_counts_of(connection: Connection, checkpoint_id: str | None) -> list[CellCount]:
    """Passes and failures of one checkpoint, or of all."""
    query = select(cell_counts)
    if checkpoint_id is not None:
        query = query.where(cell_counts.c.checkpoint_id == checkpoint_id)
    key = cell_counts.c.checkpoint_id, cell_counts.c.rubric_version, cell_counts.c.cell_key
    return [
        CellCount(
            cell=Cell.parse(row.cell_key),
            checkpoint_id=row.checkpoint_id,
            rubric_version=row.rubric_version,
            passed=row.passed,
            failed=row.failed,
        )
        for row in connection.execute(query.order_by(*key))
    ]
