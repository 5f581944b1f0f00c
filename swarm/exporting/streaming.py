"""Exports a run's samples, page by page, from whatever reads the run."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

from swarm.asking import Query
from swarm.exporting.joining import Joining
from swarm.exporting.parquet import Table
from swarm.exporting.rows import JOINED, SAMPLES, row_of
from swarm.records import Record, Sample
from swarm.report.reading import Reader

_PAGE = 1000

Watching = Callable[[int, int], None]
"""Told how far the export has come: the revision reached, and the last one."""


class Exported(Record):
    """What was written: rows as of a revision of the run."""

    files: tuple[str, ...]
    rows: int
    revision: int
    joined: bool


async def export(reader: Reader, query: Query, target: Path, joined: bool, watching: Watching) -> Exported:
    """Write the samples that a query lets pass, or with `joined` its verdicts with all that belongs to them.

    What is stored while it runs is left out. The query's limit and order play no part. Raises ConfigError where the
    target is there already.
    """
    state = await reader.state()
    about = {"swarm": state.name, "domain": state.domain, "revision": str(state.revision)}
    with Table(target, JOINED if joined else SAMPLES, about) as table:
        if joined:
            await _write_joined(reader, query, table, state.revision, watching)
        else:
            async for page in _pages(reader, query, state.revision, watching):
                table.write(map(row_of, page))
    files = tuple(str(file) for file in table.files())
    return Exported(files=files, rows=table.rows, revision=state.revision, joined=joined)


async def _write_joined(reader: Reader, query: Query, table: Table, last: int, watching: Watching) -> None:
    """A verdict's family begins before it, so all is read, and filtered by what the whole family has in common."""
    families = query.model_copy(update={"kind": None, "passed": None, "since_revision": 0})
    with Joining() as joining:
        async for page in _pages(reader, families, last, watching):
            joining.take(page)
        table.write(joining.rows(query.passed, query.since_revision))


async def _pages(reader: Reader, query: Query, last: int, watching: Watching) -> AsyncIterator[list[Sample]]:
    """Pages in the order of revisions, up to the last one that was there at the start."""
    reached = query.since_revision
    while reached < last:
        asked = query.model_copy(update={"since_revision": reached, "limit": _PAGE, "newest_first": False})
        page = [sample for sample in await reader.samples(asked) if sample.revision <= last]
        if not page:
            break
        yield page
        reached = page[-1].revision
        watching(reached, last)
    watching(last, last)
