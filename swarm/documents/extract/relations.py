"""Layer 6: how what one document says touches another: links, terms defined elsewhere, and namesakes to tell apart."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from swarm.documents.extract.prose import sentences
from swarm.documents.records import Layer, Unit, unit_id

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_CONTRAST = re.compile(r"\b(?:unlike|whereas|in contrast|rather than|instead of|as opposed to)\b", re.I)
_MOST_NAMESAKES = 4


def relations(units: Sequence[Unit]) -> list[Unit]:
    """The relations among the units of a whole library, each standing on words of one of its documents."""
    return [*_namesakes(units), *_spoken(units)]


def _namesakes(units: Sequence[Unit]) -> Iterator[Unit]:
    """Signatures of one last name in several modules: what is easily confused."""
    named: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.layer is Layer.PROCEDURE and unit.fact("name"):
            named[unit.name.rpartition(".")[2]].append(unit)
    for last, members in sorted(named.items()):
        if len({unit.subdomain for unit in members}) >= 2 and len(members) <= _MOST_NAMESAKES:
            for unit in members:
                others = " ".join(sorted(other.name for other in members if other.name != unit.name))
                yield _related(unit, f"{unit.name} beside its namesakes", "namesakes", others, unit.begin, unit.text)
        del last


def _spoken(units: Sequence[Unit]) -> Iterator[Unit]:
    """Sentences that link to another document, or that contrast one thing with another."""
    for unit in units:
        if unit.layer is not Layer.SECTION or unit.fact("name"):
            continue
        for begin, end in sentences(unit.text, 0, len(unit.text)):
            said = unit.text[begin:end]
            link = _LINK.search(said)
            if link and PurePosixPath(link[1]).stem != unit.subdomain:
                yield _related(unit, unit.name, "refers-to", link[1], unit.begin + begin, said)
            elif found := _CONTRAST.search(said):
                yield _related(unit, unit.name, "contrasts", found[0].casefold(), unit.begin + begin, said)


def _related(unit: Unit, name: str, key: str, value: str, begin: int, text: str) -> Unit:
    return unit.model_copy(
        update={
            "id": unit_id(Layer.RELATION, unit.source, name, text),
            "layer": Layer.RELATION,
            "name": name[:200],
            "text": text,
            "begin": begin,
            "end": begin + len(text),
            "facts": ((key, value),),
        }
    )
