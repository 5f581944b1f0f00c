"""Checkpoint folders behind a filesystem URL: written with a manifest, brought here and verified before use."""

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath

import fsspec

from swarm.errors import WeightsError
from swarm.students import Checkpoint, TensorFile
from swarm.weights import file_sha256

CANARY = (
    "The swarm keeps one sentence to recognise its students by:\n",
    "what breaks the student is what it learns next.",
)
"""A prompt and completion whose log-probability tells one set of weights from another."""

BASE_FILE = "base.json"
"""In an adapter's folder: the fingerprint of the base that it belongs to."""

CANARY_TOLERANCE = 0.15
"""Nats per token by which the trainer and an engine may differ: kernels differ, and one may compute in float32.

Measured on sound checkpoints of the 135M student, then trained under autocast: up to 0.11 between trainer and engine.
SHA-256 is what tells single bits; the canary tells that the weights that were verified are the weights that answer.
"""

_PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
_FIX = "roll back to another checkpoint with `swarm rollback`; this one must not serve"


def manifest(folder: Path) -> tuple[TensorFile, ...]:
    """Every file below a folder with its SHA-256 and size, sorted by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(
        TensorFile(path=str(path.relative_to(folder)), sha256=file_sha256(path), size_bytes=path.stat().st_size)
        for path in files
    )


def publish(folder: Path, url: str) -> tuple[TensorFile, ...]:
    """Copy a local folder to a URL and return its manifest."""
    files = manifest(folder)
    filesystem, root = fsspec.core.url_to_fs(url)
    for file in files:
        target = f"{root}/{file.path}"
        filesystem.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        filesystem.put_file(str(folder / file.path), target)
    return files


def bring(checkpoint: Checkpoint, cache: Path) -> Path:
    """A local folder that holds exactly the files of the manifest, each verified.

    A file URL is read in place. Raises WeightsError naming the file that is missing, changed or pickled.
    """
    filesystem, root = fsspec.core.url_to_fs(checkpoint.url)
    if "file" in filesystem.protocol:
        local = Path(root)
    else:
        local = cache / checkpoint.id
        shutil.rmtree(local, ignore_errors=True)
        for file in checkpoint.files:
            _check_name(checkpoint, file.path)
            (local / file.path).parent.mkdir(parents=True, exist_ok=True)
            # What isn't there is told by `verify`.
            with suppress(FileNotFoundError):
                filesystem.get_file(f"{root}/{file.path}", str(local / file.path))
    verify(checkpoint, local)
    return local


def missing(checkpoint: Checkpoint) -> str:
    """The first file of the manifest that is no longer at the checkpoint's URL; "" where all are there."""
    filesystem, root = fsspec.core.url_to_fs(checkpoint.url)
    return next((file.path for file in checkpoint.files if not filesystem.exists(f"{root}/{file.path}")), "")


def verify(checkpoint: Checkpoint, local: Path) -> None:
    """Compare a local folder with the manifest. Raises WeightsError on the first difference."""
    for file in checkpoint.files:
        _check_name(checkpoint, file.path)
        path = local / file.path
        if not path.is_file():
            raise WeightsError(f"checkpoint {checkpoint.id}: {file.path} is missing in {checkpoint.url}", _FIX)
        found = file_sha256(path)
        if found != file.sha256:
            raise WeightsError(
                f"checkpoint {checkpoint.id}: {file.path} has SHA-256 {found}, manifest says {file.sha256}", _FIX
            )
    listed = {file.path for file in checkpoint.files}
    for path in sorted(local.rglob("*")):
        name = str(path.relative_to(local))
        if path.is_file() and name not in listed:
            raise WeightsError(f"checkpoint {checkpoint.id}: {name} is not in the manifest", _FIX)


def _check_name(checkpoint: Checkpoint, name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise WeightsError(f"checkpoint {checkpoint.id}: {name} leads out of its folder", _FIX)
    if path.suffix.lower() in _PICKLED:
        raise WeightsError(f"checkpoint {checkpoint.id}: {name} may hold pickled code, only safetensors is read", _FIX)


def fingerprint(folder: Path) -> str:
    """One SHA-256 for all tensor files of a folder, whatever its place."""
    listed = [(path.name, file_sha256(path)) for path in sorted(folder.glob("*.safetensors"))]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def name_base(folder: Path, base: Path) -> None:
    """Write down in an adapter's folder which base it was trained on."""
    (folder / BASE_FILE).write_text(json.dumps({"sha256": fingerprint(base)}))


def verify_base(checkpoint: Checkpoint, folder: Path, base: Path) -> None:
    """Compare the base that an adapter names with the one at hand. Raises WeightsError where they are not the same.

    An adapter that names none passes: the canary alone tells then.
    """
    if not (folder / BASE_FILE).is_file():
        return
    named, found = json.loads((folder / BASE_FILE).read_text())["sha256"], fingerprint(base)
    if named != found:
        raise WeightsError(
            f"checkpoint {checkpoint.id} is an adapter of a base with fingerprint {named}, this engine's is {found}",
            "set student.weights to the base that it was trained on",
        )


def verify_canary(checkpoint: Checkpoint, measured: float) -> None:
    """Compare an engine's canary log-probability with the trainer's. Raises WeightsError beyond the tolerance."""
    if not abs(measured - checkpoint.canary_logprob) <= CANARY_TOLERANCE:
        raise WeightsError(
            f"checkpoint {checkpoint.id}: canary log-probability {measured:.4f} here, {checkpoint.canary_logprob:.4f} "
            f"in the trainer, more than {CANARY_TOLERANCE} apart",
            "the engine holds other weights than the trainer wrote; restart it, and if it stays, roll back",
        )
