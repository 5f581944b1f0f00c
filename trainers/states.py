"""The group's own saved states: whole folders under a sequence number, each with a manifest that a resume verifies."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from swarm.checkpoints import manifest
from swarm.errors import WeightsError
from swarm.students import TensorFile

FOLDER = "group"
"""Below the run folder: the group's states, its workers' scratch, and what watchdogs left."""
MANIFEST = "manifest.json"
KEPT = 2
"""States that are kept: the newest, and the one before it in case that is damaged."""


class States:
    """A folder of states. One process saves; a state that is seen under its number is whole, or was spoilt later.

    Ray Train's own checkpoints are registered by its controller some time after they were reported, so that a crash in
    between could find a candidate published whose state is lost. Here a state stands once `save` has returned.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def save(self, write: Callable[[Path], None]) -> Path:
        """Let `write` fill a folder, and keep it as the newest state; older ones go but for the last before it."""
        known = self._folders()
        number = int(known[-1].name) + 1 if known else 1
        part = self._root / f"{number:08d}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        write(part)
        listed = [file.model_dump() for file in manifest(part)]
        (part / MANIFEST).write_text(json.dumps(listed))
        kept = part.rename(self._root / f"{number:08d}")
        for old in known[: len(known) + 1 - KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return kept

    def newest(self) -> tuple[Path | None, list[str]]:
        """The newest state that is what its manifest says (None where there is none), and what is wrong with those
        that are newer."""
        problems = list[str]()
        for folder in reversed(self._folders()):
            try:
                verify(folder)
            except WeightsError as error:
                problems.append(str(error))
            else:
                return folder, problems
        return None, problems

    def _folders(self) -> list[Path]:
        if not self._root.is_dir():
            return []
        return sorted(folder for folder in self._root.iterdir() if folder.is_dir() and folder.name.isdigit())


def verify(folder: Path) -> None:
    """Compare a state with its manifest. Raises WeightsError naming the file that is missing, changed or not listed."""
    said, fix = f"the trainer group's state {folder.name}", "it is passed over; delete it"
    try:
        rows = json.loads((folder / MANIFEST).read_text())
        listed = {file.path: file for file in map(TensorFile.model_validate, rows)}
    except (OSError, ValueError) as error:
        raise WeightsError(f"{said} has no readable {MANIFEST}: {type(error).__name__}", fix) from error
    found = {file.path: file for file in manifest(folder) if file.path != MANIFEST}
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            raise WeightsError(f"{said}: {name} is missing", fix)
        if name not in listed:
            raise WeightsError(f"{said}: {name} is not in the manifest", fix)
        if found[name] != listed[name]:
            raise WeightsError(
                f"{said}: {name} has SHA-256 {found[name].sha256}, the manifest says {listed[name].sha256}", fix
            )
