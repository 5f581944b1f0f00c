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
from swarm.cli.filters import CellOption, KindOption, PurposeOption, RevisionOption, VerdictOption, query
from swarm.cli.places import RunArgument, find_run
from swarm.report.reading import reading


def export_samples(
    run: RunArgument = None,
    *,
    to: Annotated[Path, typer.Option(help="A new .parquet file, or a new folder for files of 200,000 rows each.")],
    joined: Annotated[
        bool, typer.Option("--joined", help="One row for each verdict, with its probe, attempt and correction.")
    ] = False,
    kind: KindOption = None,
    cell: CellOption = None,
    purpose: PurposeOption = None,
    verdict: VerdictOption = None,
    since: RevisionOption = 0,
    as_json: Json = False,
) -> None:
    """Write a run's samples to Parquet, whether its gateway runs or only its store is left."""
    chosen = query(kind, cell, purpose, verdict, since)
    # Loads pyarrow, which no other command should wait for.
    from swarm.exporting.streaming import Exported, export

    async def exported(folder: Path) -> Exported:
        async with reading(folder) as reader:
            with _bar(shown=not as_json) as watching:
                return await export(reader, chosen, to, joined, watching)

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
