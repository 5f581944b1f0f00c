"""Which passages answer a question: by its words (BM25), by its vector beside them, or those that are named."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from swarm.documents.records import Layer, Unit
from swarm.documents.store import Library

Vector = npt.NDArray[np.float32]
"""Of one text, of length 1; `agents.engines.embedder` makes it."""
TOP = 3
"""Passages that are shown with a question unless told otherwise."""
DEPTH = 50
"""Passages of each ranking that are fused."""
_SMOOTH = 60
_WORD = re.compile(r"\w+")
_STOP = """a an and are as at be by can do does for from has have how i if in is it its may of on or that the there this
to was what when where which who why will with you your"""


def query_of(question: str) -> str:
    """The full-text query of a question: any of its words counts, but for those that every text has."""
    return " OR ".join(f'"{word}"' for word in words_of(question))


def words_of(text: str) -> list[str]:
    """The words of a text in their order, each once, without those that every text has."""
    return [word for word in dict.fromkeys(_WORD.findall(text.casefold())) if word not in _STOP.split()]


def retrieved(library: Library, question: str, limit: int = TOP, vector: Vector | None = None) -> Sequence[Unit]:
    """The best passages, the best first; none where no word of the question occurs and no `vector` is given.

    With the question's vector the two rankings are fused. Raises ValueError where the library isn't embedded.
    """
    if vector is None:
        return library.search(query_of(question), limit)
    ids, matrix = library.vectors()
    if not ids:
        raise ValueError(f"the library {str(library.path)!r} is not embedded: swarm documents embed")
    near = [ids[row] for row in np.argsort(-(matrix @ vector), kind="stable")[:DEPTH]]
    by_words = [unit.id for unit in library.search(query_of(question), DEPTH)]
    return library.passages(fused([by_words, near])[:limit])


def fused(rankings: Sequence[Sequence[str]]) -> list[str]:
    """One ranking of several, by reciprocal ranks (Cormack, Clarke and Büttcher 2009): the sum of 1/(60 + rank)."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + 1 / (_SMOOTH + rank)
    return sorted(scores, key=lambda key: -scores[key])


def named(library: Library, question: str, names: Sequence[str]) -> Sequence[Unit]:
    """For each name the passages of that entry or heading; of a document, by its source, the one that answers best.

    Raises ValueError for a name that nothing has.
    """
    sections = library.units(Layer.SECTION)
    found: dict[str, Unit] = {}
    for name in names:
        entries = [unit for unit in sections if name in (unit.name, unit.name.rpartition(" > ")[2])]
        if not entries:
            within = [unit for unit in sections if unit.source == name]
            ranked = [unit for unit in library.search(query_of(question), len(sections)) if unit.source == name]
            entries = (ranked or within)[:1]
        if not entries:
            raise ValueError(f"{name!r} is no entry, heading or source of the library: swarm documents search WORDS")
        found.update((unit.id, unit) for unit in entries[:TOP])
    return list(found.values())
