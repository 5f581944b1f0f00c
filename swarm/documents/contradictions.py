"""What documents say differently: the same sentence with other numbers, in two places or in two versions of one."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from swarm.documents.records import Layer, Unit

_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_FEWEST_WORDS = 5


def frame_of(text: str) -> str:
    """A sentence without its numbers; the same for two that differ in nothing else. Empty where it is too short."""
    frame = " ".join(_NUMBER.sub("#", text.casefold()).split())
    return frame if "#" in frame and len(frame.split()) >= _FEWEST_WORDS else ""


def contradictions(units: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
    """Pairs of facts of different sources that say the same with different numbers."""
    framed: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.layer is Layer.FACT and not unit.fact("name") and (frame := frame_of(unit.text)):
            framed[frame].append(unit)
    for members in framed.values():
        first = members[0]
        for other in members[1:]:
            if other.source != first.source and _NUMBER.findall(other.text) != _NUMBER.findall(first.text):
                yield first, other


def disputed(units: Sequence[Unit]) -> frozenset[str]:
    """The ids of all facts that another source contradicts."""
    return frozenset(unit.id for pair in contradictions(units) for unit in pair)
