"""The words and facts of the Gregorian calendar, and the moment a question is asked at."""

import calendar
import random
import re
from datetime import date, datetime, timedelta

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_SHORTS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BYDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth")

HEADER = re.compile(r"Now: (?:[A-Z][a-z]{2}) (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?:\n|$)")


def month_days(year: int, month: int) -> int:
    """The number of days of a month."""
    return calendar.monthrange(year, month)[1]


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `4th`, ..."""
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def header(now: datetime) -> str:
    """The first line of a question."""
    return f"Now: {DAYS[now.weekday()]} {now:%Y-%m-%d %H:%M}"


def now_of(question: str) -> datetime:
    """The moment that a question states. Raises ValueError where it states none."""
    found = HEADER.match(question)
    if found is None:
        raise ValueError(f"question {question[:60]!r} does not begin with 'Now: Tue 2026-03-10 14:30'")
    year, month, day, hour, minute = (int(part) for part in found.groups())
    return datetime(year, month, day, hour, minute)


def draw_now(rng: random.Random) -> datetime:
    """A random moment in 2020-2035; a third of them at a month end, a year end, in a leap February or on a Sunday."""
    edge = rng.random()
    year = rng.randint(2020, 2035)
    if edge < 0.10:
        month = rng.randint(1, 12)
        day = date(year, month, month_days(year, month) - rng.randint(0, 2))
    elif edge < 0.16:
        day = date(year, 12, rng.randint(20, 31))
    elif edge < 0.22:
        day = date(rng.choice((2020, 2024, 2028, 2032)), 2, rng.randint(18, 29))
    else:
        day = date(year, 1, 1) + timedelta(days=rng.randint(0, 364))
        if edge < 0.32:
            day += timedelta(days=6 - day.weekday())
            day = min(day, date(2035, 12, 31))
    return datetime(day.year, day.month, day.day, rng.randint(7, 21), rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)))
