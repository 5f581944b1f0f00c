"""A reader without a model: of the documents shown, or of the whole library, the one that BM25 ranks first, and a span
of it that fits the form of the answer. What a student must beat to be worth its weights.

It knows the forms of answers, and nothing of how questions are worded.
"""

import re

from swarm.documents.retrieval import query_of, words_of
from swarm.documents.store import Library
from swarm.domains.documents.answers import ABSTAIN
from swarm.domains.documents.citations import IDENTIFIER
from swarm.domains.documents.passages import passage_of, shown_in
from swarm.domains.documents.prose import GAP

DEEPEST = 300
"""Passages of the library that are ranked to tell those that are shown apart."""
_MANY = 5000
_HEAD = re.compile(r"[\w.]+")
_ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning)\b")
_LAST, _FIRST = re.compile(r"\S*\s*$"), re.compile(r"^\s*\S*")


class Extractor:
    """Answers from a library's passages; the library must stay open."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._spread: dict[str, int] = {}

    def answer(self, form: str, question: str) -> str:
        """A span of the best passage; NONE where that names something else, or lacks the question's rarest word."""
        shown, asked = shown_in(question)
        best = self._best(list(shown.values()), asked)
        if best is None:
            return ABSTAIN
        named = [name.rstrip(".") for name in IDENTIFIER.findall(asked)]
        if named and _name(best) not in named:
            return ABSTAIN
        if form == "word":
            return _left_out(best, asked)
        if not named and self._rarest(asked) not in words_of(best):
            return ABSTAIN
        return _span(form, best, asked, bool(named))

    def _best(self, shown: list[str], asked: str) -> str | None:
        ranked = (passage_of(unit, around=asked).text for unit in self._library.search(query_of(asked), DEEPEST))
        if not shown:
            return next(ranked, None)
        return next((text for text in ranked if text in shown), shown[0])

    def _rarest(self, asked: str) -> str:
        """The word of a question that the fewest passages have, of those that some have; "" where there is none."""
        for word in words_of(asked):
            if word not in self._spread:
                self._spread[word] = len(self._library.search(f'"{word}"', _MANY))
        known = [word for word in words_of(asked) if self._spread[word]]
        return min(known, key=lambda word: self._spread[word], default="")


def _name(passage: str) -> str:
    found = _HEAD.match(passage)
    return found[0] if found else ""


def _span(form: str, passage: str, asked: str, named: bool) -> str:
    words = set(words_of(asked)) - set(words_of(_name(passage)))
    taken = passage.partition("(")[2].partition("):")[0]
    match form:
        case "yesno":
            return "yes" if words & set(words_of(taken)) else "no"
        case "value":
            bound = (each.strip() for each in taken.rstrip(")").split(", "))
            return next((each for each in bound if "=" in each and each.partition("=")[0].casefold() in words), ABSTAIN)
        case _ if named:
            raised = _ERROR.search(passage)
            return raised[0] if raised else ABSTAIN
        case _:
            return _name(passage) or ABSTAIN


def _left_out(passage: str, asked: str) -> str:
    """What stands in the gap of a question, where the words beside it stand in the passage; else its first mark."""
    before, gap, after = asked.partition(GAP)
    if gap:
        left, right = _LAST.search(before), _FIRST.search(after)
        sides = [re.escape(found[0]) if found else "" for found in (left, right)]
        found = re.search(rf"{sides[0]}(\S+?){sides[1]}", passage)
        return found[1] if found else ABSTAIN
    marked = re.search(r"\*\*([^*]+)\*\*|`([^`]+)`", passage)
    return (marked[1] or marked[2]) if marked else ABSTAIN
