"""Forgetting: erase what a sample or a producer's samples say."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunOption, find_run
from swarm.errors import ConfigError
from swarm.fields import SAMPLE_ID
from swarm.forgetting import ForgetReport
from swarm.report.reading import operator


def forget(
    subject: Annotated[
        str, typer.Argument(metavar="SAMPLE|PRODUCER", help="Id of a sample, or name of an agent that sent some.")
    ],
    producer: Annotated[bool, typer.Option("--producer", help="It is a producer, though it looks like an id.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would come to.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Erase the text of a sample, or of all that a producer sent, and of everything that may quote it, for good."""
    folder = find_run(run)
    of_sample = not producer and re.fullmatch(SAMPLE_ID, subject) is not None
    names = {"sample_id": subject} if of_sample else {"producer": subject}
    report = asyncio.run(_forget(folder, names, dry_run=True))
    if not dry_run:
        if not yes:
            if as_json:
                raise ConfigError("--json asks nobody", "Add --yes, or --dry-run to see what it would come to")
            _show(report, "would be erased")
            typer.confirm("Erase them for good?", abort=True)
        report = asyncio.run(_forget(folder, names, dry_run=False))
    if as_json:
        dump(report)
    else:
        _show(report, "would be erased" if dry_run else "are erased")
        if not dry_run and not report.scrubbed:
            say("the store's files still hold the bytes: a reader was in the way. Give the command again")


async def _forget(run: Path, names: dict[str, str], dry_run: bool) -> ForgetReport:
    async with operator(run) as client:
        return await client.forget(**names, dry_run=dry_run)


def _show(report: ForgetReport, become: str) -> None:
    held = report.samples - report.erased
    say(
        f"{report.subject}: {report.erased} samples {become}{f', {held} were before' if held else ''}; "
        f"{report.corrections} corrections among them, {report.discarded} taken out of the queues"
    )
    say(f"checkpoints that may have learned from them: {', '.join(report.checkpoints) or 'none'}")
    say(f"exams that put their questions: {', '.join(report.exams) or 'none'}")
