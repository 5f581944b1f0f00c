"""Answers: read them strictly, write them in canonical form, and compare them by what they mean."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from swarm.domains.calendar.rules import LONGEST, Rule, parse_rule, same_rule

MISSING = ("date", "time", "duration", "frequency", "zone", "calendar")
"""What an `ask` answer can ask for."""

DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
MOMENT = DAY + r"T([0-9]{2}):([0-9]{2})(?::00)?"
DURATION = re.compile(
    r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?"
)

ANSWER_REGEX = (
    r"NONE|ASK:(date|time|duration|frequency|zone|calendar)"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?(/[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?"
    r"|P([0-9]{1,4}[YMWD]){1,4}|P([0-9]{1,4}D)?T([0-9]{1,4}[HMS]){1,3}"
    r"|(DTSTART=[0-9]{8};)?FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)(;INTERVAL=[0-9]{1,3})?"
    r"(;BYMONTH=[0-9]{1,2}(,[0-9]{1,2}){0,11})?(;BYMONTHDAY=-?[0-9]{1,2}(,-?[0-9]{1,2}){0,9})?"
    r"(;BYDAY=-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,6})?(;BYSETPOS=-?[0-9]{1,2})?"
    r"(;BYHOUR=[0-9]{1,2}(,[0-9]{1,2}){0,9})?(;BYMINUTE=[0-9]{1,2})?(;COUNT=[0-9]{1,4})?(;UNTIL=[0-9]{8})?"
    r"(;EXDATE=[0-9]{8}(,[0-9]{8}){0,9})?"
)


@dataclass(frozen=True)
class Span:
    """A stretch between two dates (the last one included) or two moments."""

    begin: date
    end: date


@dataclass(frozen=True)
class Length:
    """A duration: calendar months and exact seconds; `text` is as written."""

    months: int
    seconds: int


@dataclass(frozen=True)
class Ask:
    """The question must be asked back: what is missing."""

    missing: str


@dataclass(frozen=True)
class NoTime:
    """Nothing in the text is about time."""


Value = date | Span | Length | Rule | Ask | NoTime
"""A read answer; a `datetime` is a date with a time of day."""


def parse(text: str) -> Value | None:
    """Read an answer; None where it is not well formed. Never raises."""
    if len(text) > LONGEST:
        return None
    plain = re.sub(r"\s+", " ", text).strip().upper()
    if plain == "NONE":
        return NoTime()
    if plain.startswith("ASK"):
        missing = plain[3:].lstrip(" :").lower() if plain[3:4] in (":", " ") else ""
        return Ask(missing) if missing in MISSING else None
    if "FREQ" in plain:
        return parse_rule(plain)
    if plain.startswith("P"):
        return _length(plain)
    if "/" in plain:
        first, _, second = plain.partition("/")
        begin, end = _moment(first.strip()), _moment(second.strip())
        if begin is None or end is None or isinstance(begin, datetime) != isinstance(end, datetime) or end < begin:
            return None
        return Span(begin, end)
    return _moment(plain)


def _moment(text: str) -> date | None:
    whole = re.fullmatch(DAY, text, re.ASCII)
    timed = re.fullmatch(MOMENT, text.replace(" ", "T", 1), re.ASCII)
    try:
        if whole:
            return date(int(whole[1]), int(whole[2]), int(whole[3]))
        if timed:
            year, month, day, hour, minute = (int(part) for part in timed.groups())
            return datetime(year, month, day, hour, minute)
    except ValueError:
        return None
    return None


def _length(text: str) -> Length | None:
    found = DURATION.fullmatch(text.replace(" ", ""))
    if found is None or not any(found.groups()) or text.endswith("T"):
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return Length(12 * years + months, ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds)


def form_of(value: Value) -> str:
    """The answer form of a value: date, datetime, interval, duration, recurrence, ask or none."""
    if isinstance(value, datetime):
        return "datetime"
    names = ((date, "date"), (Span, "interval"), (Length, "duration"), (Rule, "recurrence"), (Ask, "ask"))
    return next((name for kind, name in names if isinstance(value, kind)), "none")


def moment_text(value: date) -> str:
    """`2026-03-13`, or `2026-03-13T12:00` for a datetime."""
    return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value.isoformat()


def canonical(value: Value) -> str:
    """The answer in normal form."""
    if isinstance(value, date):
        return moment_text(value)
    if isinstance(value, Span):
        return f"{moment_text(value.begin)}/{moment_text(value.end)}"
    if isinstance(value, Length):
        return _length_text(value)
    if isinstance(value, Rule):
        return value.text()
    return f"ASK:{value.missing}" if isinstance(value, Ask) else "NONE"


def _length_text(value: Length) -> str:
    days, rest = divmod(value.seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    years, months = divmod(value.months, 12)
    big = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (days, "D")) if n)
    small = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"P{big}" + (f"T{small}" if small or not big else "") + ("0S" if not big and not small else "")


def same(one: Value, other: Value, now: datetime) -> bool:
    """Whether two answers mean the same, asked at `now`."""
    if isinstance(one, Rule) and isinstance(other, Rule):
        return same_rule(one, other, now)
    return type(one) is type(other) and one == other


def rivals(value: Value) -> list[str]:
    """Well-formed answers that are near and wrong: off by a day, a week, an hour; another weekday; another form."""
    if isinstance(value, datetime):
        steps = (timedelta(days=1), timedelta(days=7), timedelta(days=-1), timedelta(hours=12), timedelta(hours=1))
        return [moment_text(value + step) for step in steps] + [value.date().isoformat(), "ASK:time", "NONE"]
    if isinstance(value, date):
        near = [moment_text(value + timedelta(days=days)) for days in (1, -1, 7, -7)]
        return [*near, f"{value}T00:00", "ASK:date", "NONE"]
    if isinstance(value, Span):
        day = timedelta(days=1)
        pairs = (Span(value.begin + day, value.end + day), Span(value.begin, value.end + day))
        return [*(canonical(pair) for pair in pairs), moment_text(value.begin), "ASK:date", "NONE"]
    if isinstance(value, Length):
        return [canonical(Length(value.months, value.seconds + 60)), canonical(Length(value.months + 1, 0)), "NONE"]
    if isinstance(value, Rule):
        return _rule_rivals(value)
    asks = [f"ASK:{missing}" for missing in MISSING if not (isinstance(value, Ask) and value.missing == missing)]
    return [*asks, "2026-03-10", "FREQ=DAILY", "ASK:date" if isinstance(value, NoTime) else "NONE"]


def _rule_rivals(rule: Rule) -> list[str]:
    line = rule.text()
    near = ["NONE", "ASK:frequency", f"{line};BYHOUR=3" if not rule.hours else re.sub(r";BYHOUR=[0-9,]+", "", line)]
    if rule.count is None and rule.until is None:
        near.append(f"{line};COUNT=3")
    if rule.interval == 1:
        near.append(line.replace(f"FREQ={rule.freq}", f"FREQ={rule.freq};INTERVAL=3"))
    return near
