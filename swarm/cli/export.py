"""Exports: a run's samples for what reads tables."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from swarm.cli.edge import Json, dump, say
from swarm.cli.look import KINDS, VERDICTS, cell_of, one_of
from swarm.cli.places import RunArgument, find_run
from swarm.records import Purpose
from swarm.report.reading import Query, reading


def export_samples(
    run: RunArgument = None,
    *,
    to: Annotated[Path, typer.Option(help="A new .parquet file, or a new folder for files of 200,000 rows each.")],
    joined: Annotated[
        bool, typer.Option("--joined", help="One row for each verdict, with its probe, attempt and correction.")
    ] = False,
    kind: Annotated[str | None, typer.Option(help="probe, attempt, verdict, correction or annotation.")] = None,
    cell: Annotated[str | None, typer.Option(help="Only of this cell, subdomain/weather/form.")] = None,
    purpose: Annotated[Purpose | None, typer.Option(help="Only of probes with this purpose.")] = None,
    verdict: Annotated[str | None, typer.Option(help="Only verdicts that `pass` or `fail`.")] = None,
    since: Annotated[int, typer.Option(min=0, help="Only after this revision.")] = 0,
    as_json: Json = False,
) -> None:
    """Write a run's samples to Parquet, whether its gateway runs or only its store is left."""
    query = Query(
        kind=one_of("--kind", kind, KINDS),
        cell=cell_of(cell),
        purpose=purpose,
        passed=None if verdict is None else one_of("--verdict", verdict, VERDICTS) == "pass",
        since_revision=since,
    )
    # Loads pyarrow, which no other command should wait for.
    from swarm.exporting.streaming import Exported, export

    async def exported(folder: Path) -> Exported:
        async with reading(folder) as reader:
            with _bar(shown=not as_json) as watching:
                return await export(reader, query, to, joined, watching)

    done = asyncio.run(exported(find_run(run)))
    if as_json:
        dump(done)
    else:
        say(f"{done.rows} rows as of revision {done.revision} in {len(done.files)} file(s): {to}")


@contextmanager
def _bar(shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal."""
    hidden = not (shown and sys.stderr.isatty())
    with Progress(console=Console(stderr=True), disable=hidden, transient=True) as progress:
        task = progress.add_task("revisions", total=None)
        yield lambda reached, last: progress.update(task, completed=reached, total=last)
