"""Names for the ways in which an answer is wrong."""

from datetime import date, datetime, timedelta

from swarm.domains.calendar.answers import Ask, Length, NoTime, Span, Value, form_of
from swarm.domains.calendar.rules import Rule


def species(subdomain: str, right: Value, answer: Value | None, raw: str) -> str:
    """A readable name of the failure; `answer` is None where the raw text is no well-formed answer."""
    if not raw.strip():
        return "empty"
    if answer is None:
        return "unreadable"
    if isinstance(right, Ask):
        return "should-ask/" + ("other-gap" if isinstance(answer, Ask) else f"gave-{form_of(answer)}")
    if isinstance(answer, Ask):
        return "over-asks" if not isinstance(right, NoTime) else "over-asks/no-time"
    if isinstance(right, NoTime):
        return f"invents-time/{form_of(answer)}"
    if isinstance(answer, NoTime):
        return f"{subdomain}/misses-time"
    if form_of(answer) != form_of(right):
        return f"wrong-form/{form_of(answer)}-for-{form_of(right)}"
    return f"{subdomain}/{_difference(right, answer)}"


def _difference(right: Value, answer: Value) -> str:
    if isinstance(right, Rule) and isinstance(answer, Rule):
        return _rule_difference(right, answer)
    if isinstance(right, Span) and isinstance(answer, Span):
        if isinstance(right.begin, datetime) != isinstance(answer.begin, datetime):
            return "times-missing" if isinstance(right.begin, datetime) else "times-added"
        if right.begin == answer.begin:
            return "wrong-end"
        return "wrong-begin" if right.end == answer.end else f"both-ends-{_day_difference(right.begin, answer.begin)}"
    if isinstance(right, Length) and isinstance(answer, Length):
        return "wrong-length"
    if isinstance(right, date) and isinstance(answer, date):
        return _day_difference(right, answer)
    return "wrong"


def _day_difference(right: date, answer: date) -> str:
    if isinstance(right, datetime) and isinstance(answer, datetime):
        if right.date() == answer.date():
            return "off-by-12-hours" if abs(right - answer) == timedelta(hours=12) else "wrong-time"
        if right.time() != answer.time():
            return "wrong-day-and-time"
        right, answer = right.date(), answer.date()
    gap = abs((answer - right).days)
    if gap in (1, 2, 7, 14):
        return f"off-by-{gap}-day{'s' if gap > 1 else ''}"
    if (right.month, right.day) == (answer.month, answer.day):
        return "wrong-year"
    if right.day == answer.day:
        return "wrong-month"
    return "off-within-a-week" if gap < 7 else "off-by-more"


def _rule_difference(right: Rule, answer: Rule) -> str:
    parts = (
        ("freq", right.freq, answer.freq), ("interval", right.interval, answer.interval),
        ("byday", right.days, answer.days),
        ("bymonthday", right.month_days, answer.month_days), ("bymonth", right.months, answer.months),
        ("time", (right.hours, right.minutes), (answer.hours, answer.minutes)), ("count", right.count, answer.count),
        ("until", right.until, answer.until), ("exdate", right.excluded, answer.excluded),
        ("start", right.start, answer.start),
    )  # fmt: skip
    return next((f"wrong-{name}" for name, one, other in parts if one != other), "wrong-rule")
