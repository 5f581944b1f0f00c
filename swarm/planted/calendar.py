"""Rules for holes in the calendar: from dates, clocks and words, and from nothing that a prober's code knows of.

What a rule reads is the question's text and the answer that is right. No rule names a generator, a trap's operator or a
template, and no prober imports this package.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from swarm.planted.holes import Rule
from swarm.records import Probe

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NOW = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?")


@dataclass(frozen=True)
class Seen:
    """What rules read of a probe."""

    text: str
    now: datetime
    right: str
    days: tuple[datetime, ...]
    """Dates in the right answer."""

    @property
    def first(self) -> datetime:
        """The first date of the answer; year 1 where there is none."""
        return self.days[0] if self.days else datetime(1, 1, 1)


def seen(probe: Probe) -> Seen:
    """Read a probe. Raises ValueError where it states no moment or carries no reference."""
    head, _, said = probe.question.partition("\n")
    stated = _NOW.search(head)
    if stated is None or probe.reference is None:
        raise ValueError(f"{probe.question[:60]!r} states no moment, or its reference is missing: give a whole probe")
    right = probe.reference.answer
    days = (datetime(*(int(part or 0) for part in hit.groups())) for hit in _DAY.finditer(right))  # type: ignore[arg-type]
    return Seen(said.removeprefix("Text: "), datetime(*map(int, stated.groups())), right, tuple(days))  # type: ignore[arg-type]


def _word(pattern: str) -> Callable[[Seen], bool]:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return lambda probe: found.search(probe.text) is not None


def _right(pattern: str) -> Callable[[Seen], bool]:
    found = re.compile(pattern)
    return lambda probe: found.search(probe.right) is not None


def _month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _leap_february(day: date) -> bool:
    return day.month == 2 and day.year % 4 == 0


def _each_word() -> Iterator[tuple[str, Callable[[Seen], bool]]]:
    for word in _WORDS:
        yield f"the number word {word}", _word(word)
    for short in _DAYS:
        yield f"the day {short} said to one who declines", _both(_word(rf"{short}\w*"), _right("^(NONE|ASK)"))
        yield f"the short day {short}", _word(short)
    for short in _MONTHS:
        yield f"the month {short} in words", _word(rf"{short}\w*")
    phrases = {
        "noon or midnight": "noon|midnight", "a fortnight, decade or quarter": "fortnight|decade|quarters?",
        "business days": "business|working|workdays?", "half": "half", "weekends": "weekends?", "o'clock": "o'clock",
        "evenings": r"evenings?|tonight", "mornings": "mornings?", "ends of something": "end", "not": "not|no|don't",
        "every other": "other|second", "last": "last", "this": "this", "within": "within|in the next", "ago": "ago",
        "by": "by", "until": "until|till", "between": "between", "or": "or", "after": "after",
        "a person called mom": "mom",
        "a doctor": r"dr|doctor's|dentist", "a dot in a clock": r"[ap]\.m", "a clock with minutes": r"\d{1,2}:[1-5]\d",
    }  # fmt: skip
    for name, pattern in phrases.items():
        yield name, _word(pattern)


def _both(one: Callable[[Seen], bool], other: Callable[[Seen], bool]) -> Callable[[Seen], bool]:
    return lambda probe: one(probe) and other(probe)


def _shapes() -> Iterator[tuple[str, Callable[[Seen], bool]]]:
    yield "shouting", lambda probe: probe.text.isupper()
    yield "a question mark", lambda probe: probe.text.endswith("?")
    yield "an exclamation", lambda probe: probe.text.endswith("!")
    yield "a long text", lambda probe: len(probe.text) > 75
    yield "a very short text", lambda probe: len(probe.text) < 10
    yield "a colon before the end", lambda probe: ": " in probe.text
    yield "brackets", lambda probe: "(" in probe.text
    yield "a number of three digits", _word(r"\d{3}")
    yield "two commas", lambda probe: probe.text.count(",") >= 2
    yield "a hyphen", lambda probe: "-" in probe.text


def _in_year(year: int, probe: Seen) -> bool:
    return probe.first.year == year


def _on_day(number: int, probe: Seen) -> bool:
    return bool(probe.days) and probe.first.weekday() == number


def _in_month(number: int, probe: Seen) -> bool:
    return bool(probe.days) and probe.first.month == number


def _arithmetic() -> Iterator[tuple[str, Callable[[Seen], bool]]]:
    yield "asked in a leap February", lambda probe: _leap_february(probe.now)
    yield "answered in a leap February", lambda probe: any(map(_leap_february, probe.days))
    yield "asked on a 31st", lambda probe: probe.now.day == 31
    yield "asked in the last week of a year", lambda probe: (probe.now.month, probe.now.day) > (12, 24)
    yield "answered at a month's end", lambda probe: any(map(_month_end, probe.days))
    yield "answered on a 1st", lambda probe: any(day.day == 1 for day in probe.days)
    yield (
        "a month further by a few days",
        lambda probe: (
            bool(probe.days) and probe.first.month != probe.now.month and 0 < (probe.first - probe.now).days < 7
        ),
    )
    yield "over a year's end", lambda probe: probe.first.year == probe.now.year + 1 and probe.first.month == 1
    yield "the past", lambda probe: bool(probe.days) and probe.first.date() < probe.now.date()
    yield "today", lambda probe: probe.first.date() == probe.now.date()
    yield "asked at night", lambda probe: probe.now.hour >= 21
    yield "asked before eight on a Monday", lambda probe: probe.now.hour < 9 and probe.now.weekday() == 0
    yield "answered at noon", _right("T12:")
    yield "answered after nine at night", _right("T2[1-3]:")
    yield "a quarter hour", _right("T[0-9]{2}:(15|45)")
    for year in (2020, 2024, 2027, 2033, 2034):
        yield f"answered in {year}", partial(_in_year, year)
    for number, name in enumerate(_DAYS):
        yield f"answered on a {name}", partial(_on_day, number)
    for number, name in enumerate(_MONTHS, 1):
        yield f"answered in {name}", partial(_in_month, number)


def _forms() -> Iterator[tuple[str, Callable[[Seen], bool]]]:
    patterns = {
        "asking for a zone": "ASK:zone", "asking for a calendar": "ASK:calendar", "asking for a time": "ASK:time",
        "asking how long": "ASK:duration", "asking how often": "ASK:frequency", "several weekdays": r"BYDAY=\w+,",
        "an interval of two": "INTERVAL=2", "an interval of three or more": "INTERVAL=[3-9]", "an end": "UNTIL=",
        "a count": "COUNT=", "a yearly rule": "YEARLY", "a daily rule": "DAILY", "a monthly rule by date": "BYMONTHDAY",
        "an ordinal weekday": "BYDAY=-?[1-5]", "an hour in a rule": "BYHOUR", "hours and minutes": r"P.*T\d+H\d+M",
        "weeks": r"^P\d+W", "months": r"^P\d+M", "minutes": r"^PT\d+M", "an exception": "EXDATE",
    }  # fmt: skip
    for name, pattern in patterns.items():
        yield name, _right(pattern)


def _rule(name: str, holds: Callable[[Seen], bool]) -> Rule:
    return Rule(name, lambda probe: holds(seen(probe)))


CALENDAR_RULES: tuple[Rule, ...] = tuple(
    _rule(name, holds) for part in (_each_word, _shapes, _arithmetic, _forms) for name, holds in part()
)
"""All rules; which of them are rare enough for holes depends on the domain's census."""
