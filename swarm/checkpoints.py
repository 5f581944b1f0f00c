"""Checkpoint folders behind a filesystem URL: written with a manifest, brought here and verified before use."""

import shutil
from pathlib import Path

import fsspec

from swarm.errors import WeightsError
from swarm.state import Checkpoint, TensorFile
from swarm.weights import file_sha256

CANARY = ("The swarm keeps one sentence to recognise its students by:\n", "what breaks the student is what it learns next.")
"""A prompt and completion whose log-probability tells one set of weights from another."""

CANARY_TOLERANCE = 0.15
"""Nats per token by which trainer (fp32 weights, bf16 autocast) and engine (bf16 weights) may differ.

Measured on sound checkpoints of the 135M student: up to 0.11 between trainer and engine. SHA-256 is what tells single
bits; the canary tells that the weights that were verified are the weights that answer.
"""


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

    A file URL is read in place. Raises WeightsError naming the file that is missing, unlisted, not safetensors or changed.
    """
    filesystem, root = fsspec.core.url_to_fs(checkpoint.url)
    local = Path(root) if "file" in filesystem.protocol else cache / checkpoint.id
    if local != Path(root):
        shutil.rmtree(local, ignore_errors=True)
        for file in checkpoint.files:
            (local / file.path).parent.mkdir(parents=True, exist_ok=True)
            filesystem.get_file(f"{root}/{file.path}", str(local / file.path))
    verify(checkpoint, local)
    return local


def verify(checkpoint: Checkpoint, local: Path) -> None:
    """Compare a local folder with the manifest. Raises WeightsError on the first difference."""
    fix = "roll back to another checkpoint with `swarm rollback`; this one must not serve"
    for file in checkpoint.files:
        path = local / file.path
        if path.suffix in {".bin", ".pt", ".pth", ".pkl"}:
            raise WeightsError(f"checkpoint {checkpoint.id}: {file.path} may hold pickled code, only safetensors is read", fix)
        if not path.is_file():
            raise WeightsError(f"checkpoint {checkpoint.id}: {file.path} is missing in {checkpoint.url}", fix)
        found = file_sha256(path)
        if found != file.sha256:
            raise WeightsError(f"checkpoint {checkpoint.id}: {file.path} has SHA-256 {found}, manifest says {file.sha256}", fix)


def verify_canary(checkpoint: Checkpoint, measured: float) -> None:
    """Compare an engine's canary log-probability with the trainer's. Raises WeightsError beyond the tolerance."""
    if not abs(measured - checkpoint.canary_logprob) <= CANARY_TOLERANCE:
        raise WeightsError(
            f"checkpoint {checkpoint.id}: canary log-probability is {measured:.4f} here and {checkpoint.canary_logprob:.4f} "
            f"in the trainer, more than {CANARY_TOLERANCE} apart",
            "the engine holds other weights than the trainer wrote; restart it, and if it stays, roll back",
        )
