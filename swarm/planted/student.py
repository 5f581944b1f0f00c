"""A planted student: right wherever its source is, and deterministically wrong in its holes."""

from collections.abc import Callable, Sequence

from swarm.domains.base import Domain
from swarm.planted.holes import Hole, slipped
from swarm.records import Probe


class PlantedStudent:
    """Wraps an answer source, by default the domain's own worked solutions, so that its every failure is known.

    It sees the reference, as no student does: it stands for one that has learned everything but what its holes hold.
    """

    def __init__(self, domain: Domain, holes: Sequence[Hole], source: Callable[[Probe], str] | None = None) -> None:
        self.holes = tuple(holes)
        self._domain = domain
        self._source = source or (lambda probe: domain.completion(domain.solve(probe)))

    def hole(self, probe: Probe) -> Hole | None:
        """The first hole that a probe falls into."""
        return next((hole for hole in self.holes if hole.rule.holds(probe)), None)

    def answer(self, probe: Probe) -> str:
        """The text of its attempt. Raises ValueError where the probe carries no reference."""
        hole = self.hole(probe)
        return self._source(probe) if hole is None else slipped(self._domain, probe, hole.slip)
