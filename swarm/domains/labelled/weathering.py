"""What a labelled domain says to the operators of swarm.weather: its fields are facts, and words may stand above them.

Its label is about what its fields say, so that words outside them leave it as it is. Whatever changes a field, or takes
one away, is left to the domain's own operators, which know what their data means.
"""

import re
from collections.abc import Sequence

from swarm.domains.labelled.generic import WORDING
from swarm.domains.labelled.mapping import FORM
from swarm.domains.labelled.wording import Template
from swarm.records import Cell, Probe, Weather
from swarm.weather.base import Fact, OwnTraps


class LabelledWeather(OwnTraps):
    """The part of the domain that weather asks."""

    template: Template
    choices: tuple[str, ...]

    def around(self, question: str) -> tuple[int, int | None]:  # noqa: ARG002 - the interface's
        """The whole question; behind it comes the answer."""
        return 0, None

    def facts(self, probe: Probe) -> Sequence[Fact]:
        """The whole question, of which no other value is known."""
        return [Fact(start=0, end=len(probe.question), kind="text")]

    def inert(self, words: str) -> bool:
        """Whether they can't be taken for a part of the first field, nor for a number that the answer is made of."""
        labelled = re.search(r"\w", self.template.lead) is not None
        return labelled and (bool(self.choices) or not re.search(r"\d", words))

    def filed(self, probe: Probe, weather: Weather, answer: str) -> Cell | None:  # noqa: ARG002 - as above
        """The cell of what is only worded otherwise, where the domain has it."""
        return Cell(subdomain=WORDING, weather=weather, form=FORM)
