"""Restores a backup as a new run, into a new folder and, where wanted, into another kind of store."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from swarm.backup.folder import new_folder
from swarm.backup.manifest import CHECKPOINTS, KeptCheckpoint, Manifest, read_manifest, verify
from swarm.backup.taking import RUN_FILES
from swarm.config import load
from swarm.config_text import located, write_config
from swarm.errors import StoreError
from swarm.exchange import Exchange
from swarm.exchange.incarnation import Begun
from swarm.exchange.schema import SCHEMA_VERSION
from swarm.exchange.stores import fill_store
from swarm.gateway.run_folder import CONFIG_FILE, STORE_FILE
from swarm.records import Record
from swarm.students import CheckpointStatus

_NEEDED = (CheckpointStatus.BASE, CheckpointStatus.CHAMPION, CheckpointStatus.GRADUATE)


class Restored(Record):
    """What became of a backup."""

    run: str
    swarm: str
    revision: int
    """As of which the store was taken; what was done to make it a new incarnation has later ones."""
    epoch: int
    samples: int
    released: int
    revoked: int
    elsewhere: tuple[KeptCheckpoint, ...]
    """Base, champion and graduate whose weights were not in the backup: they must be at their URLs."""


def restore(
    folder: Path, run: Path, store: str = "", clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Restored:
    """Verify a backup and make it a run, all or nothing; `store` is a PostgreSQL URL, else it is the run's SQLite file.

    Raises StoreError for a backup that is damaged or a newer program's and for a database that isn't empty, ConfigError
    where the run folder isn't.
    """
    manifest = read_manifest(folder)
    if manifest.schema_version > SCHEMA_VERSION:
        said = f"has schema version {manifest.schema_version}, this program needs {SCHEMA_VERSION} or less"
        raise StoreError(f"the backup {str(folder)!r} {said}", "Restore it by the program version that took it")
    with new_folder(run) as part:
        verify(folder, manifest)
        _lay_out(folder, part, run, manifest, store)
        begun = _begin_again(folder, part, run, manifest, store, clock)
    return Restored(
        run=str(run),
        swarm=manifest.swarm,
        revision=manifest.revision,
        epoch=begun.epoch,
        samples=manifest.samples,
        released=begun.released,
        revoked=begun.revoked,
        elsewhere=tuple(c for c in manifest.checkpoints if not c.included and c.status in _NEEDED),
    )


def _lay_out(folder: Path, part: Path, run: Path, manifest: Manifest, store: str) -> None:
    for name in RUN_FILES:
        if (folder / name).is_file():
            shutil.copy2(folder / name, part / name)
    if (part / CONFIG_FILE).is_file():
        # Large bodies came along in the rows. At the former run's URL, two gateways would sweep each other's.
        changed = {"swarm.store": store, "swarm.bodies": ""}
        write_config(located(load(part / CONFIG_FILE, changed), run, part), part)
    for kept in manifest.checkpoints:
        if kept.included:
            shutil.copytree(folder / CHECKPOINTS / kept.id, part / CHECKPOINTS / kept.id)


def _begin_again(
    folder: Path, part: Path, run: Path, manifest: Manifest, store: str, clock: Callable[[], datetime]
) -> Begun:
    """Make the store another incarnation before it is where a gateway could find it."""
    urls = {c.id: f"file://{run.absolute()}/{CHECKPOINTS}/{c.id}" for c in manifest.checkpoints if c.included}
    no_leases = b"what restores a store signs no lease"
    with tempfile.TemporaryDirectory(prefix=f".{run.name}.", dir=run.parent) as place:
        staged = Path(place) / STORE_FILE
        shutil.copy2(folder / STORE_FILE, staged)
        with Exchange(f"sqlite:///{staged}", manifest.swarm, manifest.domain, clock, no_leases) as exchange:
            begun = exchange.begin_again(urls)
        fill_store(staged, store or f"sqlite:///{part / STORE_FILE}")
    return begun
