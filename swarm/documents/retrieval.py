"""Which passages answer a question: its words against the library's index, by BM25, or those that it is told."""

import re
from collections.abc import Sequence

from swarm.documents.records import Layer, Unit
from swarm.documents.store import Library

TOP = 3
"""Passages that are shown with a question unless told otherwise."""

_WORD = re.compile(r"\w+")
_STOP = """a an and are as at be by can do does for from has have how i if in is it its may of on or that the there this
to was what when where which who why will with you your"""


def query_of(question: str) -> str:
    """The full-text query of a question: any of its words counts, but for those that every text has."""
    return " OR ".join(f'"{word}"' for word in words_of(question))


def words_of(text: str) -> list[str]:
    """The words of a text in their order, each once, without those that every text has."""
    return [word for word in dict.fromkeys(_WORD.findall(text.casefold())) if word not in _STOP.split()]


def retrieved(library: Library, question: str, limit: int = TOP) -> Sequence[Unit]:
    """The best passages, the best first; none where no word of the question occurs."""
    return library.search(query_of(question), limit)


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
