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
        if frame := _frame(unit):
            framed[frame].append(unit)
    for members in framed.values():
        first = members[0]
        for other in members[1:]:
            if other.source != first.source and _NUMBER.findall(other.text) != _NUMBER.findall(first.text):
                yield first, other


def disputed(units: Sequence[Unit]) -> frozenset[str]:
    """The ids of all facts that another source contradicts."""
    return frozenset(unit.id for pair in contradictions(units) for unit in pair)


def revised(units: Sequence[Unit], former: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """What a document said and says now with other numbers: the latest former fact and the current one."""
    now = {(unit.source, frame): unit for unit in units if (frame := _frame(unit))}
    pairs: dict[str, tuple[Unit, Unit]] = {}
    for old in sorted(former, key=lambda unit: unit.version):
        current = now.get((old.source, _frame(old)))
        if current is not None and _NUMBER.findall(old.text) != _NUMBER.findall(current.text):
            pairs[current.id] = (old, current)
    return list(pairs.values())


def _frame(unit: Unit) -> str:
    return frame_of(unit.text) if unit.layer is Layer.FACT and not unit.fact("name") else ""
