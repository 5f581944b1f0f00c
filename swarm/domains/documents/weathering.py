"""What a domain of documents says to the operators of swarm.weather: which words of a question its wording brought.

Its own makers know what no document says and what one says beside another, so traps are theirs; here are the words that
can change without any document saying something else.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from swarm.domains.documents.passages import without_passages
from swarm.domains.documents.shelf import Shelf
from swarm.domains.documents.wording import ASKED
from swarm.records import Probe
from swarm.weather.base import Fact, OwnTraps

NAMES = {"f": "name", "p": "name", "v": "value", "s": "text"}
"""What fills the gaps of a wording."""
TELLING = 4
"""Letters from which a word that the library has as a name could be taken for it."""


class DocumentsWeather(OwnTraps):
    """The part of the domain that weather asks."""

    shelf: Shelf

    def around(self, question: str) -> tuple[int, int | None]:
        """What is asked; the documents above it stay as they are."""
        return len(question) - len(without_passages(question)), len(question)

    def facts(self, probe: Probe) -> Sequence[Fact]:
        """What fills the gaps of its wording; all of it where the wording is nobody's here."""
        at, end = len(probe.question) - len(without_passages(probe.question)), len(probe.question)
        found = [hit for wording in _WORDINGS if (hit := wording.fullmatch(probe.question, at))]
        if not found:
            return [Fact(start=at, end=end, kind="text")]
        # Several wordings may fit: the one that leaves the least to its own words is safe under all of them.
        hit = max(found, key=lambda one: sum(one.end(name) - one.start(name) for name in one.groupdict()))
        spans = sorted((hit.span(name), NAMES[name]) for name in hit.groupdict())
        return [Fact(start=start, end=stop, kind=kind) for (start, stop), kind in spans]

    def inert(self, words: str) -> bool:
        """Whether they hold no number and no name that the library has."""
        said = re.findall(r"[a-z_]+", words.lower())
        return bool(said) and not re.search(r"\d", words) and not self._names.intersection(said)

    @cached_property
    def _names(self) -> frozenset[str]:
        known = [name for unit in self.shelf.units for name in (unit.name, *unit.fact("parameters").split())]
        terms = [unit.fact("term") for unit in self.shelf.units]
        words = re.findall(r"[a-z_]+", " ".join((*known, *terms)).lower())
        return frozenset(word for word in words if len(word) >= TELLING)


def _pattern(wording: str) -> re.Pattern[str]:
    """A wording whose gaps hold anything: names hold no space."""
    gaps = {"f": r"(?P<f>\S+?)", "p": r"(?P<p>\S+?)", "v": "(?P<v>.+?)", "s": "(?P<s>.+)"}
    parts = re.split(r"\{(\w)\}", wording)
    seen: set[str] = set()
    pattern = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in seen else gaps[part]
            seen.add(part)
    return re.compile(pattern, re.DOTALL)


_WORDINGS = tuple(_pattern(wording) for sides in ASKED.values() for side in sides for wording in side)
