"""What a student sees of documents: numbered passages above the question, each on one line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from swarm.documents.records import Unit

LONGEST = 280
"""Characters of a passage that are shown."""
_LINE = re.compile(r"\[(\d{1,2})\] (.*)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it is shown, and where it stands."""

    name: str
    text: str
    place: str


def passage_of(unit: Unit, around: str = "") -> Passage:
    """A unit's words on one line; of a long one the part that holds `around`, else its beginning.

    Prose is shown below its last heading; the entry of a signature begins with its own name.
    """
    text = " ".join(unit.text.split())
    if len(text) > LONGEST:
        middle = max(0, text.find(" ".join(around.split()))) if around else 0
        begin = max(0, min(middle - LONGEST // 4, len(text) - LONGEST))
        text = text[begin : begin + LONGEST]
    head = "" if unit.fact("name") else f"{unit.name.rpartition(' > ')[2]}: "
    return Passage(name=unit.name, text=head + text, place=unit.place)


def with_passages(question: str, passages: Sequence[Passage]) -> str:
    """The question below its documents; alone where there are none."""
    lines = [f"[{number}] {passage.text}" for number, passage in enumerate(passages, 1)]
    return "\n".join((*lines, question))


def shown_in(question: str) -> tuple[dict[int, str], str]:
    """The passages that a question shows, by number, and what it asks."""
    shown: dict[int, str] = {}
    lines = question.split("\n")
    for place, line in enumerate(lines):
        found = _LINE.fullmatch(line)
        if found is None or int(found[1]) != place + 1:
            return shown, "\n".join(lines[place:])
        shown[place + 1] = found[2]
    return shown, ""


def without_passages(question: str) -> str:
    """What a question asks, its documents left out: the closed-book form."""
    return shown_in(question)[1]
