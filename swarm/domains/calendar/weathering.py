"""What the calendar says to the operators of swarm.weather: its own traps are made where the answers are, so only words
that can't touch any time may stand beside its texts."""

import re
from collections.abc import Sequence

from swarm.domains.calendar.moments import DAY_NAMES, DAY_SHORTS, MONTH_NAMES, NUMBERS, ORDINALS
from swarm.domains.calendar.perturb import TYPOS
from swarm.records import Cell, Probe, Purpose, Reference, Weather
from swarm.weather.base import Fact, Lack, text_at

_OTHERS = """
day year years weekday today tonight yesterday now then soon later before after ago last this first second seconds
minute hour night midday midnight since until till by end start whole half once twice daily weekly monthly yearly annual
always never again except due past early late no not nope wait actually instead rather sorry correction scratch
"""
TIMELY = frozenset((*DAY_NAMES, *DAY_SHORTS, *MONTH_NAMES, *NUMBERS, *ORDINALS, *TYPOS, *_OTHERS.split()))
"""Words that tell a time, or take one back."""


class CalendarWeather:
    """The part of the domain that weather asks; every text of the calendar is one fact, since any word may count."""

    def around(self, question: str) -> tuple[int, int | None]:
        """The text alone; the line above it says when it is read."""
        return text_at(question), len(question)

    def facts(self, probe: Probe) -> Sequence[Fact]:
        """The whole text, of which no other value is known."""
        return [Fact(start=text_at(probe.question), end=len(probe.question), kind="time")]

    def inert(self, words: str) -> bool:
        """Whether they hold neither a digit nor a word about time."""
        said = re.findall(r"[a-z]+", words.lower())
        return bool(said) and not re.search(r"\d", words) and not TIMELY.intersection(said)

    def worked(self, probe: Probe, question: str) -> Reference | None:  # noqa: ARG002 - the interface's
        """Nothing: answers are made before questions here, and no solver reads a text."""
        return None

    def declined(self, probe: Probe, lack: Lack, fact: Fact | None) -> Reference | None:  # noqa: ARG002 - as above
        """Nothing: the domain's own traps decide what is asked back."""
        return None

    def filed(self, probe: Probe, weather: Weather, answer: str) -> Cell | None:  # noqa: ARG002 - as above
        """The cell of the same subdomain and form; a border stays one."""
        kept = probe.cell.weather is Weather.BORDER
        return probe.cell if kept else probe.cell.model_copy(update={"weather": weather})

    def lures(self, purpose: Purpose) -> Sequence[str]:  # noqa: ARG002 - as above
        """None: the domain has its own, each with its twin."""
        return ()
