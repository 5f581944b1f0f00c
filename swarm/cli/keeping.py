"""Keeping a run: whether its store is sound."""

import tempfile
from pathlib import Path

import typer

from swarm.cli.edge import Json, dump, say
from swarm.cli.places import RunArgument, find_run
from swarm.exchange.stores import copy_store
from swarm.gateway.run_folder import STORE_FILE, store_url


def check(run: RunArgument = None, as_json: Json = False) -> None:
    """Look through a run's store for damage, from a private copy; exit code 1 where something is wrong."""
    # Loads alembic, which no other command should wait for.
    from swarm.exchange.checkup import examine

    folder = find_run(run)
    with tempfile.TemporaryDirectory(prefix="swarm-check-") as place:
        copy = Path(place) / STORE_FILE
        copy_store(store_url(folder), copy)
        findings = examine(copy)
    sound = all(finding.ok for finding in findings)
    if as_json:
        dump({"sound": sound, "findings": [finding.model_dump(mode="json") for finding in findings]})
    else:
        for finding in findings:
            say(f"{'ok' if finding.ok else 'DAMAGED':<8} {finding.check:<14} {finding.found}")
            for name in finding.ids:
                say(f"{'':<8} {'':<14} {name}")
    if not sound:
        raise typer.Exit(1)
