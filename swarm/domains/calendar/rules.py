"""Recurrence rules: RFC 5545 parts in a compact one-line form, expanded with bounded work."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal

from dateutil import rrule

from swarm.domains.calendar.moments import BYDAYS, month_days

LONGEST = 400
LISTED = 800
"""Occurrences that are compared."""
SPAN = timedelta(days=366 * 12)

FREQUENCIES: dict[str, Literal[0, 1, 2, 3, 4]] = {
    "YEARLY": rrule.YEARLY,
    "MONTHLY": rrule.MONTHLY,
    "WEEKLY": rrule.WEEKLY,
    "DAILY": rrule.DAILY,
    "HOURLY": rrule.HOURLY,
}
DAY_CODE = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
ORDER = ("DTSTART", "FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "BYHOUR", "BYMINUTE", "COUNT",
         "UNTIL", "EXDATE")  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A parsed rule. Without `start` it begins at its first match from Now on; `until` includes that whole day."""

    freq: str
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    """Pairs of (nth or 0, weekday with Monday 0)."""
    positions: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None
    start: date | None = None
    excluded: tuple[date, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether occurrences have a time of day."""
        return bool(self.hours) or self.freq == "HOURLY"

    @property
    def finite(self) -> bool:
        """Whether the rule ends by itself."""
        return self.count is not None or self.until is not None

    def text(self) -> str:
        """The canonical line."""
        values = {
            "DTSTART": f"{self.start:%Y%m%d}" if self.start else "",
            "FREQ": self.freq,
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "BYMONTH": _listed(self.months),
            "BYMONTHDAY": _listed(self.month_days),
            "BYDAY": ",".join(f"{nth or ''}{BYDAYS[day]}" for nth, day in self.days),
            "BYSETPOS": _listed(self.positions),
            "BYHOUR": _listed(self.hours),
            "BYMINUTE": "" if self.minutes in ((), (0,)) else _listed(self.minutes),
            "COUNT": str(self.count) if self.count else "",
            "UNTIL": f"{self.until:%Y%m%d}" if self.until else "",
            "EXDATE": ",".join(f"{day:%Y%m%d}" for day in self.excluded),
        }
        return ";".join(f"{key}={values[key]}" for key in ORDER if values[key])


def _listed(values: tuple[int, ...]) -> str:
    return ",".join(str(value) for value in values)


def parse_rule(text: str) -> Rule | None:
    """Read a rule; None where it is not one, is hostile, or can't be expanded with little work."""
    if len(text) > LONGEST:
        return None
    line = re.sub(r"\s+", "", text).upper().strip(";")
    line = re.sub(r"RRULE:", "", line, count=1)
    parts: dict[str, str] = {}
    for part in line.split(";"):
        found = re.fullmatch(r"(DTSTART|EXDATE|[A-Z]+)[=:](.+)", part)
        if found is None or found[1] not in ORDER or found[1] in parts:
            return None
        parts[found[1]] = found[2]
    try:
        return _built(parts)
    except ValueError:
        return None


def _built(parts: dict[str, str]) -> Rule:
    freq = parts.get("FREQ", "")
    if freq not in FREQUENCIES:
        raise ValueError(f"FREQ {freq!r} is not one of {sorted(FREQUENCIES)}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other")
    days = _days(parts.get("BYDAY", ""))
    if any(nth for nth, _ in days) and freq not in ("MONTHLY", "YEARLY"):
        raise ValueError(f"an nth weekday needs FREQ=MONTHLY or YEARLY, not {freq}")
    minutes = _numbers(parts.get("BYMINUTE", ""), 0, 59)
    hours = _numbers(parts.get("BYHOUR", ""), 0, 23)
    if minutes and not hours and freq != "HOURLY":
        raise ValueError("BYMINUTE needs BYHOUR")
    if freq == "HOURLY" and (hours or "BYMONTH" in parts or "BYMONTHDAY" in parts):
        raise ValueError("FREQ=HOURLY goes with INTERVAL, BYDAY and BYMINUTE only")
    _refuse_idle(parts, freq)
    return Rule(
        freq=freq,
        interval=_single(parts.get("INTERVAL", "1"), 999),
        months=_numbers(parts.get("BYMONTH", ""), 1, 12),
        month_days=_numbers(parts.get("BYMONTHDAY", ""), -31, 31),
        days=days,
        positions=_numbers(parts.get("BYSETPOS", ""), -4, 4),
        hours=hours,
        minutes=minutes,
        count=_single(parts["COUNT"], 9999) if "COUNT" in parts else None,
        until=_date(parts["UNTIL"]) if "UNTIL" in parts else None,
        start=_date(parts["DTSTART"]) if "DTSTART" in parts else None,
        excluded=tuple(sorted({_date(day) for day in parts["EXDATE"].split(",")})) if "EXDATE" in parts else (),
    )


def _refuse_idle(parts: dict[str, str], freq: str) -> None:
    """Refuse combinations that may never happen: dateutil would search for them up to the year 9999."""
    days = _days(parts.get("BYDAY", ""))
    numbered = any(nth for nth, _ in days)
    if "BYSETPOS" in parts and (freq not in ("MONTHLY", "YEARLY") or not days or numbered or "BYMONTHDAY" in parts):
        raise ValueError("BYSETPOS goes with FREQ=MONTHLY or YEARLY and plain BYDAY only")
    if "BYMONTHDAY" in parts and (freq == "WEEKLY" or numbered):
        raise ValueError("BYMONTHDAY goes neither with FREQ=WEEKLY nor with an nth weekday")
    months, numbers = _numbers(parts.get("BYMONTH", ""), 1, 12), _numbers(parts.get("BYMONTHDAY", ""), -31, 31)
    longest = max((month_days(2024, month) for month in months), default=31)
    if any(abs(number) > longest for number in numbers):
        raise ValueError(f"none of the months {months} has a day {numbers}")


def _days(text: str) -> tuple[tuple[int, int], ...]:
    pairs = set()
    for code in text.split(",") if text else ():
        found = DAY_CODE.fullmatch(code)
        if found is None:
            raise ValueError(f"BYDAY {code!r} is not a weekday such as TU or 2TU or -1FR")
        pairs.add((int(found[1] or 0), BYDAYS.index(found[2])))
    return tuple(sorted(pairs))


def _numbers(text: str, low: int, high: int) -> tuple[int, ...]:
    numbers = set()
    for part in text.split(",") if text else ():
        if not re.fullmatch(r"-?[0-9]{1,2}", part) or not low <= int(part) <= high or (low < 0 and int(part) == 0):
            raise ValueError(f"{part!r} is not a number between {low} and {high}")
        numbers.add(int(part))
    return tuple(sorted(numbers))


def _single(text: str, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= high:
        raise ValueError(f"{text!r} is not a number between 1 and {high}")
    return int(text)


def _date(text: str) -> date:
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:T(?:000000|00:00(?::00)?|235959)Z?)?", text)
    if found is None:
        raise ValueError(f"{text!r} is not a date such as 20260310")
    if not 1950 <= int(found[1]) <= 2150:
        raise ValueError(f"{text!r} is not between 1950 and 2150")
    return date(int(found[1]), int(found[2]), int(found[3]))


def _expanded(rule: Rule, start: datetime, interval: int, end: datetime) -> rrule.rrule:
    weekdays = tuple(rrule.weekday(day, nth or None) for nth, day in rule.days)
    return rrule.rrule(
        FREQUENCIES[rule.freq],
        dtstart=start,
        until=end,
        interval=interval,
        wkst=0,
        bymonth=rule.months or None,
        bymonthday=rule.month_days or None,
        byweekday=weekdays or None,
        bysetpos=rule.positions or None,
        byhour=rule.hours or None,
        byminute=(rule.minutes or (0,)) if rule.hours or rule.freq == "HOURLY" else None,
        bysecond=(0,),
    )


def occurrences(rule: Rule, now: datetime) -> tuple[tuple[datetime, ...], bool]:
    """The occurrences from Now (or the rule's start) on, at most 800 and within 12 years, and whether these are all.

    The rule is anchored at its first match, so INTERVAL and COUNT run from there; excluded days still count.
    """
    today = datetime.combine(now.date(), time())
    begin = datetime.combine(rule.start, time()) if rule.start else now if rule.timed else today
    if rule.freq == "HOURLY":
        begin = begin.replace(minute=0)
    end = max(today, begin - SPAN / 2) + SPAN
    morning = begin if rule.freq == "HOURLY" else begin.replace(hour=0, minute=0)
    first = next((hit for hit in _expanded(rule, morning, 1, end) if hit >= begin), None)
    if first is None:
        return (), True
    base = first if rule.freq == "HOURLY" else first.replace(hour=0, minute=0)
    last = min(datetime.combine(rule.until, time(23, 59)), end) if rule.until else end
    hits = (hit for hit in _expanded(rule, base, rule.interval, last) if hit >= first)
    listed = tuple(islice(hits, min(rule.count or LISTED, LISTED)))
    complete = len(listed) == rule.count or (rule.until is not None and last < end and len(listed) < LISTED)
    return tuple(hit for hit in listed if hit.date() not in rule.excluded), complete


def same_rule(one: Rule, other: Rule, now: datetime) -> bool:
    """Whether two rules give the same occurrences, and end (or go on) alike."""
    if one == other:
        return True
    if one.timed != other.timed or one.finite != other.finite:
        return False
    (hits, complete), (others, other_complete) = occurrences(one, now), occurrences(other, now)
    if complete != other_complete or not hits or not others:
        return False
    if complete:
        return hits == others
    # Exceptions shorten a list that was cut at LISTED, so only what both lists cover can be compared.
    shared = min(len(hits), len(others)) if max(len(hits), len(others)) > LISTED - LONGEST // 8 else LISTED
    return hits[:shared] == others[:shared] and (one.count, one.until) == (other.count, other.until)
