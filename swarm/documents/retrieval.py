"""Which passages answer a question: its words against the library's index, by BM25."""

import re
from collections.abc import Sequence

from swarm.documents.records import Unit
from swarm.documents.store import Library

TOP = 3
"""Passages that are shown with a question unless told otherwise."""

_WORD = re.compile(r"\w+")
_STOP = """a an and are as at be by can do does for from has have how i if in is it its may of on or that the there this
to was what when where which who why will with you your"""


def query_of(question: str) -> str:
    """The full-text query of a question: any of its words counts, but for those that every text has."""
    words = [word for word in dict.fromkeys(_WORD.findall(question.casefold())) if word not in _STOP.split()]
    return " OR ".join(f'"{word}"' for word in words)


def retrieved(library: Library, question: str, limit: int = TOP) -> Sequence[Unit]:
    """The best passages, the best first; none where no word of the question occurs."""
    return library.search(query_of(question), limit)
