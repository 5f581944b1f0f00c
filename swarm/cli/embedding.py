"""The embedder beside the command line: torch is slow to load and lives in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import typer

from swarm.documents.retrieval import Vector


def vector_of(text: str) -> Vector:
    """The vector of a question. Ends with the child's exit code where it fails; its words are on stderr."""
    said = _child(".", "--query", text)
    return np.asarray(json.loads(said), np.float32)


def embed_library(folder: Path) -> int:
    """Give every passage of a library its vector, and return how many had none."""
    return int(json.loads(_child(str(folder)))["embedded"])


def _child(*arguments: str) -> str:
    command = [sys.executable, "-m", "agents.embedding", *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise typer.Exit(done.returncode)
    return done.stdout.strip().splitlines()[-1]
