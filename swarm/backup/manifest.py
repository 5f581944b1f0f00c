"""What a backup says about itself: whose it is, as of which revision, and the SHA-256 of every file in it."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from swarm.checkpoints import manifest as files_below
from swarm.errors import StoreError
from swarm.records import Record
from swarm.students import CheckpointStatus, TensorFile

MANIFEST_FILE = "manifest.json"
CHECKPOINTS = "checkpoints"
_FIX = "Take another backup; this one must not be restored"


class KeptCheckpoint(Record):
    """A checkpoint of the store: its folder is in the backup, or must be there at its URL."""

    id: str
    status: CheckpointStatus
    url: str
    included: bool


class Manifest(Record):
    """The first and last word on a backup; it is written when all else is there."""

    format: Literal[1] = 1
    swarm: str
    domain: str
    schema_version: int
    revision: int
    """Everything that was acknowledged with this revision or a lower one is in it, and nothing later."""
    epoch: int
    samples: int
    taken_at: datetime
    program: str
    sound: bool
    """Whether the copy passed every check of `swarm check`."""
    files: tuple[TensorFile, ...]
    checkpoints: tuple[KeptCheckpoint, ...]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises StoreError where the folder isn't one."""
    file = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except OSError as error:
        said = f"{str(folder)!r} is no backup: {MANIFEST_FILE} can't be read ({error.strerror})"
        raise StoreError(said, "Name a folder that `swarm backup` made") from error
    except ValidationError as error:
        raise StoreError(f"{str(file)!r} isn't a manifest that this program reads: {error}", _FIX) from error


def verify(folder: Path, manifest: Manifest) -> None:
    """Compare a backup with its manifest. Raises StoreError naming what is missing, changed or not listed."""
    found = {file.path: file for file in files_below(folder) if file.path != MANIFEST_FILE}
    for file in manifest.files:
        there = found.pop(file.path, None)
        if there is None:
            raise StoreError(f"the backup {str(folder)!r} lacks {file.path}", _FIX)
        if there != file:
            said = f"{file.path} has SHA-256 {there.sha256}, the manifest says {file.sha256}"
            raise StoreError(f"the backup {str(folder)!r} is damaged: {said}", _FIX)
    if found:
        raise StoreError(f"the backup {str(folder)!r} holds {min(found)}, which is not in its manifest", _FIX)
