"""Takes a backup of a run, while it serves or not: its store as of one revision, its config and exams, its weights."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import fsspec
from sqlalchemy import func, select

from swarm import checkpoints as weights
from swarm.backup.folder import new_folder
from swarm.backup.manifest import CHECKPOINTS, MANIFEST_FILE, KeptCheckpoint, Manifest
from swarm.domains.settled import DOMAIN_FILE
from swarm.errors import StoreError, WeightsError
from swarm.exchange.checkup import Finding, examine
from swarm.exchange.copying import file_engine
from swarm.exchange.log import current_revision
from swarm.exchange.schema import samples
from swarm.exchange.store import read_meta
from swarm.exchange.stores import copy_store
from swarm.exchange.students import all_checkpoints
from swarm.gateway.run_folder import CONFIG_FILE, STORE_FILE, store_url
from swarm.general import GENERAL_FILE
from swarm.report.reading import answering
from swarm.run_clock import CLOCK_FILE
from swarm.students import Checkpoint

RUN_FILES = (
    CONFIG_FILE,
    DOMAIN_FILE,
    GENERAL_FILE,
    CLOCK_FILE,
    "exam-before.json",
    "exam-during.json",
    "exam-after.json",
)
"""What a run needs beside its store to go on and to be reported; each where it is there.

Not taken: `credentials/`, `tls/` and the lease key, which are secrets and made anew; logs; and Ray Train's state, which
may be ahead of the store's revision.
"""


async def take(run: Path, folder: Path, with_weights: bool = True) -> tuple[Manifest, list[Finding]]:
    """Back a run up into a new folder, which appears when all of it is there and synced; with what a check of it found.

    Raises ConfigError where the folder isn't new or empty, StoreError where the store's file is damaged.
    """
    with new_folder(folder) as part:
        store = part / STORE_FILE
        await _copy(run, store)
        findings = examine(store)
        if not findings[0].ok:
            raise StoreError(f"the store of {str(run)!r} is damaged: {findings[0].found}", "Restore an earlier backup")
        for name in RUN_FILES:
            if (run / name).is_file():
                shutil.copy2(run / name, part / name)
        manifest = _described(store, all(finding.ok for finding in findings))
        kept = [_keep(checkpoint, run, part, with_weights) for checkpoint in _checkpoints(store)]
        manifest = manifest.model_copy(update={"checkpoints": tuple(kept), "files": weights.manifest(part)})
        (part / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n")
    return manifest, findings


async def _copy(run: Path, target: Path) -> None:
    """Let the gateway copy the store, or do it where none answers."""
    if (client := await answering(run)) is not None:
        async with client:
            await client.copy_store(target)
    else:
        copy_store(store_url(run), target)


def _described(store: Path, sound: bool) -> Manifest:
    with file_engine(store) as connection:
        return Manifest(
            swarm=read_meta(connection, "swarm"),
            domain=read_meta(connection, "domain"),
            schema_version=int(read_meta(connection, "schema_version")),
            revision=current_revision(connection),
            epoch=int(read_meta(connection, "epoch") or 0),
            samples=connection.scalar(select(func.count()).select_from(samples)) or 0,
            taken_at=datetime.now(UTC),
            program=version("nucleus-swarm"),
            sound=sound,
            files=(),
            checkpoints=(),
        )


def _checkpoints(store: Path) -> Sequence[Checkpoint]:
    with file_engine(store) as connection:
        return all_checkpoints(connection)


def _keep(checkpoint: Checkpoint, run: Path, part: Path, with_weights: bool) -> KeptCheckpoint:
    """Take a checkpoint's folder along where it lies in the run folder and is what its manifest says."""
    filesystem, root = fsspec.core.url_to_fs(checkpoint.url)
    here = "file" in filesystem.protocol and Path(root).is_relative_to((run / CHECKPOINTS).absolute())
    named = KeptCheckpoint(id=checkpoint.id, status=checkpoint.status, url=checkpoint.url, included=False)
    if not (here and with_weights):
        return named
    copy = part / CHECKPOINTS / checkpoint.id
    try:
        shutil.copytree(root, copy)
        weights.verify(checkpoint, copy)
    except (OSError, WeightsError):
        # Deleted as an old one, perhaps just now, or damaged: the record alone stays, as it does in the run.
        shutil.rmtree(copy, ignore_errors=True)
        return named
    return named.model_copy(update={"included": True})
