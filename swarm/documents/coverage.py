"""How far each layer of extraction reaches: units by layer and subdomain, and the passages without any."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from swarm.documents.records import Layer, Unit
from swarm.records import Record


class Coverage(Record):
    """One subdomain: its passages, its units of each layer, the share of passages that a unit above them stands on."""

    subdomain: str
    passages: int
    units: tuple[tuple[str, int], ...]
    covered: float


def coverage(units: Sequence[Unit]) -> list[Coverage]:
    """The coverage of each subdomain, in alphabetical order; a layer that found nothing is shown with 0."""
    by_subdomain: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_subdomain[unit.subdomain].append(unit)
    return [_coverage(name, members) for name, members in sorted(by_subdomain.items())]


def total(rows: Sequence[Coverage]) -> Coverage:
    """All subdomains together."""
    counts = Counter[str]()
    for row in rows:
        counts.update(dict(row.units))
    passages = sum(row.passages for row in rows)
    covered = sum(row.covered * row.passages for row in rows) / passages if passages else 0.0
    units = tuple((layer.name.lower(), counts[layer.name.lower()]) for layer in Layer)
    return Coverage(subdomain="all", passages=passages, units=units, covered=covered)


def _coverage(name: str, members: Sequence[Unit]) -> Coverage:
    counts = Counter(unit.layer for unit in members)
    passages = [unit for unit in members if unit.layer is Layer.SECTION]
    above = [unit for unit in members if unit.layer > Layer.SECTION]
    touched = sum(any(_within(unit, passage) for unit in above) for passage in passages)
    return Coverage(
        subdomain=name,
        passages=len(passages),
        units=tuple((layer.name.lower(), counts[layer]) for layer in Layer),
        covered=touched / len(passages) if passages else 0.0,
    )


def _within(unit: Unit, passage: Unit) -> bool:
    return unit.source == passage.source and passage.begin <= unit.begin and unit.end <= passage.end
