"""Gives every passage of a library its vector: `python -m agents.embedding LIBRARY`; `--query TEXT` prints a text's."""

import argparse
import json
import sys
from pathlib import Path

from agents.engines.embedder import Embedder
from swarm.documents.embedder import embedder_folder, fetch_embedder
from swarm.documents.records import Layer
from swarm.documents.store import Library
from swarm.errors import SwarmError

_PIECE = 512
"""Passages that are kept at once: what was done stays where it is cut off."""


def embed(library: Library, embedder: Embedder) -> int:
    """Embed the passages that have no vector yet, and forget those of passages that are gone; returns how many."""
    passages = {unit.id: f"{unit.name}: {unit.text}" for unit in library.units(Layer.SECTION)}
    held = set(library.vectors()[0])
    # Those of like length together: a batch is as wide as its longest.
    missing = sorted((key for key in passages if key not in held), key=lambda key: len(passages[key]))
    with library.writing() as writing:
        writing.drop_vectors(sorted(held - passages.keys()))
    for start in range(0, len(missing), _PIECE):
        keys = missing[start : start + _PIECE]
        found = embedder.vectors([passages[key] for key in keys])
        with library.writing() as writing:
            writing.put_vectors(list(zip(keys, found, strict=True)))
        print(f"{min(start + _PIECE, len(missing))} of {len(missing)} passages", file=sys.stderr, flush=True)
    return len(missing)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="agents.embedding", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--query", help="print the vector of this text instead")
    given = parser.parse_args()
    try:
        if given.query is not None:
            (vector,) = Embedder(embedder_folder()).vectors([given.query])
            print(json.dumps(vector.tolist()))
            return
        with Library(given.library) as library:
            print(json.dumps({"embedded": embed(library, Embedder(fetch_embedder()))}))
    except SwarmError as error:
        print(f"error: {error.message}\nfix:   {error.fix}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
