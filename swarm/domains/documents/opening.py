"""Opening a domain of documents by its name: `pystdlib`, `pystdlib:MODULE,MODULE`, or `documents:LIBRARY`."""

import hashlib
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from swarm.documents.extract import EXTRACTION
from swarm.documents.ingest import Ingestion
from swarm.documents.sources import MODULES, STDLIB
from swarm.documents.store import FILE, Library
from swarm.domains.documents.domain import DocumentsDomain
from swarm.domains.documents.shelf import Shelf
from swarm.errors import SwarmError
from swarm.privacy import Screen

PYSTDLIB, DOCUMENTS = "pystdlib", "documents"


def library_of(name: str) -> Path:
    """The folder of a domain's library; that of `pystdlib` is made where it isn't there yet. Raises ValueError."""
    scheme, _, rest = name.partition(":")
    if scheme == PYSTDLIB:
        return _standard(rest)
    if not rest:
        raise ValueError(f"domain {name!r} names no library: write documents:FOLDER, a folder that `swarm ingest` made")
    if not (Path(rest) / FILE).is_file():
        raise ValueError(
            f"domain {name!r}: there is no library in {rest!r}; make one: swarm ingest DOCS --library {rest}"
        )
    return Path(rest)


@cache
def open_domain(name: str) -> DocumentsDomain:
    """The domain of a name, its units in memory. Raises ValueError where its library can't be had."""
    try:
        with Library(library_of(name)) as library:
            return DocumentsDomain(name, Shelf(library.units(), library.former_units()))
    except SwarmError as error:
        raise ValueError(f"domain {name!r}: {error}") from error


def _standard(modules: str) -> Path:
    """The library of the running interpreter's own documentation, kept by interpreter, modules and extraction."""
    key = hashlib.sha256(f"{sys.version}\n{modules}\n{EXTRACTION}".encode()).hexdigest()[:12]
    folder = _cache() / f"{PYSTDLIB}-{sys.version_info.major}.{sys.version_info.minor}-{key}"
    if not (folder / FILE).is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Several processes may start at once: each makes its own, and the last one's stays.
        with tempfile.TemporaryDirectory(dir=folder.parent) as made:
            with Library(Path(made), create=True) as library:
                Ingestion(library, Screen()).run([MODULES + modules if modules else STDLIB])
            folder.mkdir(exist_ok=True)
            (Path(made) / FILE).replace(folder / FILE)
    return folder


def _cache() -> Path:
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "nucleus-swarm" / "libraries"
    return Path(os.environ.get("SWARM_LIBRARIES", default))
