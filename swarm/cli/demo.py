"""The demo: a run from its start to its report, and what to do next."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from swarm.cli.edge import dump, say
from swarm.cli.launch import (
    ConfigArgument,
    Plain,
    Seed,
    Settings,
    checked,
    how_to_show,
    launch,
    overrides,
    prepare,
)
from swarm.cli.places import run_domain
from swarm.cli.questions import example


def demo(
    config: ConfigArgument,
    *,
    seed: Seed = None,
    settings: Settings = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Move an unfinished run that is in the folder aside.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the unfinished run that is in the folder.")
    ] = False,
    plain: Plain = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the report, as JSON.")] = False,
) -> None:
    """Run a config to its end, write the report, and show what the student has learned.

    The run folder is the config's with `-seedN` behind it; a finished run that is there is moved aside.
    """
    # Loads scipy and matplotlib, which no other command should wait for.
    from swarm.report.words import audit_table, ending, exam_table
    from swarm.report.writing import write_report

    found = checked(config, overrides(settings) | ({} if seed is None else {"swarm.seed": seed}))
    run = Path(f"{found.swarm.run}-seed{found.swarm.seed}")
    resume = prepare(run, fresh, resume, clear_finished=True)
    launch(found, run, resume=resume, show=how_to_show(plain, as_json))
    report = write_report(run)
    if as_json:
        dump(report)
        return
    say(exam_table(report))
    if made_up := audit_table(report):
        say(made_up)
    say(ending(report))
    asked = shlex.quote(example(run_domain(run)))
    say(f"\nreport:  {run / 'report.html'}\nask it:  swarm ask {asked} --run {run}")
