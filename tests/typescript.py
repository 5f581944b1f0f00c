"""The agents in examples/typescript, and whether they can be built here."""

import hashlib
import shutil
from pathlib import Path

TYPESCRIPT = Path(__file__).parents[1] / "examples" / "typescript"


def missing() -> str:
    """Why they can't be built here; "" where they can."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node and npm aren't on this machine"
    lock = hashlib.sha256((TYPESCRIPT / "package-lock.json").read_bytes()).hexdigest()[:16]
    there = (TYPESCRIPT / "node_modules" / f"installed-{lock}").exists()
    return "" if there else "its packages aren't installed: `make typescript` says why"
