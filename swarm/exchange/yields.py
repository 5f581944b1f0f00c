"""What each prober family brought: probes judged, failures among them, and the species that it showed first."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from swarm.exchange.finding import SPECIES
from swarm.exchange.schema import marks
from swarm.rates import FamilyYield
from swarm.records import Origin, Verdict

TOPICS = JUDGED, FAILED, FIRST = "judged", "failed", "first"
"""Topics of tallies by origin, and the fields of a yield."""


class Yields:
    """Says what a verdict adds to the tallies; it must be asked before the verdict's own marks are stored."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._shown: set[str] = set()

    def of(self, verdict: Verdict, origin: str) -> Iterator[tuple[str, str]]:
        """The tallies, each by topic and origin, that go up by one."""
        yield JUDGED, origin
        if not verdict.passed:
            yield FAILED, origin
        if verdict.species and not verdict.passed and self._new(verdict.species):
            yield FIRST, origin

    def _new(self, species: str) -> bool:
        if species in self._shown:
            return False
        self._shown.add(species)
        known = select(marks.c.revision).where(marks.c.topic == SPECIES, marks.c.key == species).limit(1)
        return self._connection.scalar(known) is None


def yields_of(counts: Mapping[tuple[str, str], int]) -> tuple[FamilyYield, ...]:
    """The yields of all families of whose probes any was judged, the one with most failures first."""
    origins = [key for topic, key in counts if topic == JUDGED]
    found = [
        FamilyYield(origin=Origin(key), **{name: counts.get((name, key), 0) for name in TOPICS}) for key in origins
    ]
    return tuple(sorted(found, key=lambda one: (-one.failed, one.origin)))
