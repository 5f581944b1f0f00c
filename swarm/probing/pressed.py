"""The weather family: what the student answered rightly, pressed by an operator that knows what is right then."""

import random

from swarm.probing.draws import Drawn, alone
from swarm.probing.workshop import Round, Workshop
from swarm.records import Origin, Probe, Purpose
from swarm.weather import OPERATORS, Made, Weathered, pressed

PURPOSES = (Purpose.LEARN, Purpose.SIEGE)
"""What may be pressed; wording of exams and of the census stays there."""


class Pressed:
    """CheckList's invariances and directional expectations (Ribeiro et al., 2020), by the operators of swarm.weather.

    Only what was answered rightly is pressed: a failure is the press's doing then, and no old one again. Its twin is
    the probe that was answered. A domain that says nothing of itself to the operators gets nothing.
    """

    origin = Origin.WEATHER

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop
        self._number = 0

    def propose(self, wanted: int, asked: Round) -> list[Drawn]:
        """Presses of probes drawn from the latest, the most promising first."""
        known = [probe for probe in self._shop.passed if _may(probe, asked.purpose)]
        made = [drawn for _ in range(wanted if known else 0) if (drawn := self._pressed(known, asked.purpose))]
        return self._shop.best(made, wanted, self._shop.promise)

    def _pressed(self, known: list[Probe], purpose: Purpose) -> Drawn | None:
        """A probe under the first operator, in an order that is drawn, that knows what is right."""
        domain = self._shop.domain
        if not isinstance(domain, Weathered):
            return None
        self._number += 1
        rng = random.Random(f"{self._shop.seed}/{purpose}/pressed/{self._number}")
        probe = rng.choice(known).model_copy(update={"purpose": purpose, "origin": self.origin})
        found = next((each for each in pressed(domain, probe, rng) if isinstance(each, Made)), None)
        return Drawn(None, (alone(found.trap),)) if found else None


def _may(probe: Probe, purpose: Purpose) -> bool:
    """Whether a probe may be pressed for that purpose: once only, and what besieges teaches nothing."""
    allowed = PURPOSES if purpose is Purpose.SIEGE else (purpose,)
    return probe.purpose in allowed and probe.operator not in OPERATORS
