"""What stands around a run: the report, weights, configs and versions."""

import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from swarm import weights
from swarm.cli.doctor import PACKAGES, examine, version_of
from swarm.cli.edge import Edge, Json, dump, say
from swarm.cli.launch import Settings, checked, overrides
from swarm.cli.places import RunArgument, find_run
from swarm.errors import WeightsError
from swarm.general import LEAST, choices, sound

weights_app = typer.Typer(cls=Edge, no_args_is_help=True, help="Base weights, out of the package registry.")
config_app = typer.Typer(cls=Edge, no_args_is_help=True, help="Config files.")


def report(
    run: RunArgument = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    as_json: Json = False,
) -> None:
    """Write report.html and report.json into the run folder."""
    # Loads scipy and matplotlib, which no other command should wait for.
    from swarm.report.words import audit_table, ending, exam_table
    from swarm.report.writing import write_report

    folder = find_run(run)
    made = write_report(folder)
    page = folder / "report.html"
    if as_json:
        dump(made)
    else:
        say(exam_table(made))
        if made_up := audit_table(made):
            say(made_up)
        say(ending(made))
        say(f"report: {page}")
    if open_it:
        webbrowser.open(page.absolute().as_uri())


def doctor(
    run_root: Annotated[Path, typer.Option("--root", help="Folder whose disk is checked.")] = Path(),
    as_json: Json = False,
) -> None:
    """Check that this machine can run a swarm; exit code 1 where something needed is missing."""
    findings = examine(run_root)
    if as_json:
        dump(findings)
    else:
        for finding in findings:
            mark = "ok" if finding.ok else ("MISSING" if finding.needed else "no")
            say(f"{mark:<8} {finding.name:<18} {finding.found}")
            if not finding.ok and finding.fix:
                say(f"{'':<8} {'':<18} fix: {finding.fix}")
    if any(finding.needed and not finding.ok for finding in findings):
        raise typer.Exit(1)


def general(
    task: Annotated[str, typer.Argument(metavar="TASK", help="A multiple-choice task of lm-evaluation-harness.")],
    to: Annotated[Path, typer.Option(help="The JSONL file to write, for exam.general.")],
    include: Annotated[Path | None, typer.Option(help="Folder with tasks of your own.")] = None,
    limit: Annotated[int, typer.Option(min=LEAST, help="Items at most, drawn at random.")] = 300,
    as_json: Json = False,
) -> None:
    """Make a general exam of your own from a task of lm-evaluation-harness, which has to be installed."""
    # Loads the harness, and with it torch.
    from swarm.harness import items_of

    items = sound(items_of(task, include, limit), task)
    to.write_text("".join(f"{item.model_dump_json()}\n" for item in items))
    found = {"task": task, "items": len(items), "endings": choices(items), "file": str(to)}
    dump(found) if as_json else say(f"{to}: {len(items)} items of {task}, each with {choices(items)} endings")


def version(as_json: Json = False) -> None:
    """Versions of the swarm and of what it stands on."""
    found = {"python": sys.version.split()[0]} | {name: version_of(name) or "not installed" for name in PACKAGES}
    if as_json:
        dump(found)
        return
    for name, number in found.items():
        say(f"{name:<14} {number}")


@weights_app.command("fetch")
def fetch(
    name: Annotated[str, typer.Argument(help="A name that `swarm weights list` shows.")], as_json: Json = False
) -> None:
    """Download, verify and convert base weights, unless they are there."""
    if name not in weights.SOURCES:
        raise WeightsError(f"unknown weights {name!r}", f"known names are {', '.join(weights.SOURCES)}")
    if not _present(name):
        done = subprocess.run([sys.executable, "-m", "agents.engines.convert", name], stdout=sys.stderr, check=False)
        if done.returncode:
            raise WeightsError(f"{name} could not be fetched (code {done.returncode})", "See the words above")
    place = weights.folder(name)
    dump({"name": name, "folder": str(place)}) if as_json else say(f"{name}: {place}")


@weights_app.command("list")
def list_weights(as_json: Json = False) -> None:
    """All weights that can be fetched, and whether they are there."""
    table, known = Table("name", "family", "present", "folder", box=None), []
    for name, source in weights.SOURCES.items():
        place, present = str(weights.cache_folder() / name), _present(name)
        known.append({"name": name, "family": source.family, "present": present, "folder": place})
        table.add_row(name, source.family, "yes" if present else "no", place)
    if as_json:
        dump({"weights": known})
    else:
        say(table)


@config_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Config file, TOML.")],
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Read a config as `up` does, and say what is wrong with it."""
    config = checked(file, overrides(settings))
    if as_json:
        dump(config)
    else:
        say(
            f"{file} is fine: swarm {config.swarm.name}, domain {config.swarm.domain}, student {config.student.weights}"
        )


def _present(name: str) -> bool:
    folder = weights.cache_folder() / name
    return all((folder / file).is_file() for file in ("config.json", "general.jsonl"))
