"""How a search went: what each family brought, and how evenly cells and species were covered as it went on."""

from collections import Counter
from collections.abc import Sequence

from swarm.probing.evidence import Tried
from swarm.rates import FamilyYield
from swarm.records import Origin, Record
from swarm.statistics import shannon_evenness, simpson_evenness


class SearchPoint(Record):
    """How the search stood after so many probes; evenness is 1 where all have the same share. METHODS.md, Prober."""

    probes: int
    failures: int
    covered: float
    """Share of the cells in which anything was asked."""
    cells_shannon: float
    """Evenness of the probes over all cells."""
    cells_simpson: float
    species: int
    species_shannon: float
    """Evenness of the failures over the species found."""
    species_simpson: float
    singletons: int
    doubletons: int


def course(asked: Sequence[Tried], cells: int, every: int) -> tuple[SearchPoint, ...]:
    """A point after each so many probes, and one at the end. Raises ValueError where `every` is less than 1."""
    if every < 1:
        raise ValueError(f"a point every {every} probes: give 1 at least")
    ends = [*range(every, len(asked), every), *([len(asked)] if asked else [])]
    return tuple(_point(asked[:end], cells) for end in ends)


def _point(asked: Sequence[Tried], cells: int) -> SearchPoint:
    places = Counter(one.probe.cell.key for one in asked)
    found = Counter(one.species for one in asked if not one.passed)
    spread = [*places.values(), *[0] * (cells - len(places))]
    return SearchPoint(
        probes=len(asked),
        failures=found.total(),
        covered=len(places) / cells,
        cells_shannon=shannon_evenness(spread),
        cells_simpson=simpson_evenness(spread),
        species=len(found),
        species_shannon=shannon_evenness(list(found.values())),
        species_simpson=simpson_evenness(list(found.values())),
        singletons=sum(count == 1 for count in found.values()),
        doubletons=sum(count == 2 for count in found.values()),
    )


def yields(asked: Sequence[Tried]) -> tuple[FamilyYield, ...]:
    """What each family brought, the one with most failures first; a species is credited to who showed it first."""
    judged: Counter[Origin] = Counter(one.family for one in asked)
    failed = Counter(one.family for one in asked if not one.passed)
    showed: dict[str, Origin] = {}
    for one in asked:
        if not one.passed:
            showed.setdefault(one.species, one.family)
    first = Counter(showed.values())
    found = [FamilyYield(origin=who, judged=judged[who], failed=failed[who], first=first[who]) for who in judged]
    return tuple(sorted(found, key=lambda one: (-one.failed, one.origin)))
