"""What the calendar says to the operators of swarm.weather: its own traps are made where the answers are, so only words
that can't touch any time may stand beside its texts."""

import re
from collections.abc import Sequence

from swarm.domains.calendar.moments import DAY_NAMES, DAY_SHORTS, MONTH_NAMES, NUMBERS, ORDINALS
from swarm.domains.calendar.perturb import TYPOS
from swarm.records import Probe
from swarm.weather.base import Fact, OwnTraps, text_at

_OTHERS = """
day year years weekday today tonight yesterday now then soon later before after ago last this first second seconds
minute hour night midday midnight since until till by end start whole half once twice daily weekly monthly yearly annual
always never again except due past early late no not nope wait actually instead rather sorry correction scratch
"""
TIMELY = frozenset((*DAY_NAMES, *DAY_SHORTS, *MONTH_NAMES, *NUMBERS, *ORDINALS, *TYPOS, *_OTHERS.split()))
"""Words that tell a time, or take one back."""


class CalendarWeather(OwnTraps):
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
