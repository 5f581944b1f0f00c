"""A prober: asks what the student may get wrong.

SWARM_CREDENTIAL=TOKEN python FILE --target HOST:PORT --ca ca.pem
"""

from datetime import date, timedelta

from swarm.agent import run
from swarm.records import Cell, Origin, Probe, Purpose, Reference
from swarm.roles import Role
from swarm.state import SwarmState

CELL = Cell.parse("relative/rain/date")
TODAY = date(2026, 3, 10)


class NewProber:
    """Asks for dates some days ahead, and ends after a hundred."""

    role = Role.PROBER

    def __init__(self) -> None:
        self._days = iter(range(2, 102))

    def act(self, _state: SwarmState) -> list[Probe] | None:
        days = next(self._days, None)
        return None if days is None else [self.probe(days)]

    def probe(self, days: int) -> Probe:
        """Where your tickets, documents or model come in: a question, with what is right."""
        question = f"Now: {TODAY:%a %Y-%m-%d} 14:30\nText: {days} days from now"
        right = Reference(answer=str(TODAY + timedelta(days=days)))
        return Probe(cell=CELL, purpose=Purpose.LEARN, origin=Origin.PRODUCTION, question=question, reference=right)


if __name__ == "__main__":
    run(NewProber)
