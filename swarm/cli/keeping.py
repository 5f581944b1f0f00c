"""Keeping a run: backups, their restoring, and whether a store is sound."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from swarm.backup import restoring
from swarm.backup.manifest import MANIFEST_FILE, read_manifest, verify
from swarm.backup.taking import take
from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunArgument, find_run
from swarm.exchange.checkup import Finding, examine
from swarm.exchange.stores import copy_store
from swarm.gateway.run_folder import STORE_FILE, STORE_VARIABLE, store_url


def backup(
    run: RunArgument = None,
    *,
    to: Annotated[Path, typer.Option("--to", help="New folder for the backup.")],
    weights: Annotated[bool, typer.Option(help="Take the checkpoints' folders along, or name them by URL.")] = True,
    as_json: Json = False,
) -> None:
    """Back a run up while it serves: store, config, exams, checkpoints. Exit code 1 where the store has damage."""
    folder = find_run(run)
    manifest, findings = asyncio.run(take(folder, to, weights))
    if as_json:
        dump(manifest)
    else:
        _say_wrong(findings)
        size = sum(file.size_bytes for file in manifest.files) / 1e6
        kept = sum(item.included for item in manifest.checkpoints)
        say(f"{to}: swarm {manifest.swarm} at revision {manifest.revision}, epoch {manifest.epoch}")
        say(f"{manifest.samples} samples, {kept} of {len(manifest.checkpoints)} checkpoints' weights, {size:.1f} MB")
        say("not in it: credentials, keys and logs")
    if not manifest.sound:
        raise typer.Exit(1)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that `swarm backup` made.")],
    to: Annotated[Path, typer.Option("--to", help="New run folder.")],
    # A gateway goes by the variable, too: a restored file beside it would never be opened.
    store: Annotated[
        str, typer.Option(envvar=STORE_VARIABLE, help="URL of an empty PostgreSQL database, instead of a SQLite file.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Verify a backup and make it a run of its own; whatever the former run handed out holds there no more."""
    done = restoring.restore(folder, to, store)
    if as_json:
        dump(done)
        return
    say(
        f"{done.run}: swarm {done.swarm} as of revision {done.revision}, {done.samples} samples, now epoch {done.epoch}"
    )
    say(f"{done.released} leases are back in their queues; {done.revoked} issued credentials are revoked")
    for kept in done.elsewhere:
        say(f"not in the backup, must be at its URL: {kept.id} {kept.url}")
    say(f"go on with: swarm resume {done.run}")


def check(
    run: Annotated[
        Path | None, typer.Argument(help="Run folder, or a backup's; the newest run below runs/ where not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look through a run's store, or a backup, for damage; exit code 1 where something is wrong."""
    findings = _examined(run)
    sound = all(finding.ok for finding in findings)
    if as_json:
        dump({"sound": sound, "findings": [finding.model_dump(mode="json") for finding in findings]})
    else:
        for finding in findings:
            if finding.ok:
                say(f"{'ok':<8} {finding.check:<14} {finding.found}")
            else:
                _say_wrong([finding])
    if not sound:
        raise typer.Exit(1)


def _examined(place: Path | None) -> Sequence[Finding]:
    is_backup = place is not None and (place / MANIFEST_FILE).is_file()
    folder = place if place is not None and is_backup else find_run(place)
    with tempfile.TemporaryDirectory(prefix="swarm-check-") as private:
        copy = Path(private) / STORE_FILE
        if is_backup:
            verify(folder, read_manifest(folder))
            copy_store(f"sqlite:///{folder / STORE_FILE}", copy)
        else:
            copy_store(store_url(folder), copy)
        return examine(copy)


def _say_wrong(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if not finding.ok:
            say(f"{'DAMAGED':<8} {finding.check:<14} {finding.found}")
            for name in finding.ids:
                say(f"{'':<8} {'':<14} {name}")
