"""Worked steps: calendar arithmetic that returns its result together with the text that derives it."""

from datetime import date, datetime, timedelta

from swarm.domains.calendar.moments import DAYS, MONTHS, NUMBERS, month_days

DOOMSDAY = (3, 28, 7, 4, 9, 6, 11, 8, 5, 10, 7, 12)
"""Days, one per month of a common year, that share one weekday (Conway's doomsday rule)."""


def chain(*parts: str) -> str:
    """Join steps, leaving out the empty ones."""
    return ", ".join(part for part in parts if part)


def label(weekday: int) -> str:
    """A weekday with its number: `Tue2` (Mon1 to Sun7)."""
    return f"{DAYS[weekday]}{weekday + 1}"


def length(year: int, month: int) -> str:
    """`03 has 31`; February with its year, since it depends on it."""
    prefix = f"{year}-" if month == 2 else ""
    return f"{prefix}{month:02d} has {month_days(year, month)}"


def month_from(start: date, year: int, month: int) -> str:
    """`2020-06`, and where the year isn't that of `start`, how it comes about: `2019+1=2020, 2020-06`."""
    turn = f"{start.year}{year - start.year:+d}={year}" if year != start.year else ""
    return chain(turn, f"{year}-{month:02d}")


def shift_day(start: date, days: int) -> tuple[date, str]:
    """Add days (or take them away), carrying over month by month."""
    sign = "+" if days >= 0 else "-"
    total, year, month = start.day + days, start.year, start.month
    parts = [f"{start.day}{sign}{abs(days)}={total}"]
    while total > month_days(year, month):
        size = month_days(year, month)
        parts.append(f"{length(year, month)}: {total}-{size}={total - size}")
        total -= size
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while total < 1:
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        size = month_days(year, month)
        parts.append(f"{length(year, month)}: {total}+{size}={total + size}")
        total += size
    if (year, month) != (start.year, start.month):
        parts.append(month_from(start, year, month))
    return date(year, month, total), ", ".join(parts)


def weekday_gap(start: int, target: int, weeks: int = 0) -> tuple[int, str]:
    """The days from one weekday to another of the same Monday-based week, `weeks` later."""
    gap = target - start + 7 * weeks
    tail = f"{7 * weeks:+d}" if weeks else ""
    return gap, f"{label(target)}-{label(start)}{tail}={gap}"


def to_weekday(start: date, target: int, weeks: int = 0) -> tuple[date, str]:
    """The given weekday of the week of `start`, `weeks` later."""
    gap, step = weekday_gap(start.weekday(), target, weeks)
    if gap == 0:
        return start, step
    day, steps = shift_day(start, gap)
    return day, f"{step}, {steps}"


def coming(start: date, target: int) -> tuple[date, str]:
    """The next such weekday after `start`, never `start` itself."""
    return to_weekday(start, target, 0 if target > start.weekday() else 1)


def shift_month(start: date, months: int) -> tuple[date, str]:
    """Add months (or take them away), clamped to the end of the month."""
    total, year = start.month + months, start.year
    sign = "+" if months >= 0 else "-"
    parts = [f"{start.month}{sign}{abs(months)}={total}"]
    while total > 12:
        parts.append(f"{total}-12={total - 12}")
        total, year = total - 12, year + 1
    while total < 1:
        parts.append(f"{total}+12={total + 12}")
        total, year = total + 12, year - 1
    size = month_days(year, total)
    parts.append(month_from(start, year, total))
    if start.day > size:
        parts.append(length(year, total))
    return date(year, total, min(start.day, size)), ", ".join(parts)


def next_month(year: int, month: int) -> tuple[int, int]:
    """The month after."""
    return (year + 1, 1) if month == 12 else (year, month + 1)


def upcoming(now: date, month: int, day: int) -> tuple[int, str]:
    """The year of the next such month and day, today counted as past only where it is earlier in the year."""
    if month != now.month:
        mark = ">" if month > now.month else "<"
        year = now.year + (month < now.month)
        return year, f"{month:02d}{mark}{now.month:02d}: {year}"
    mark = "=" if day == now.day else ">" if day > now.day else "<"
    year = now.year + (day < now.day)
    return year, f"{day}{mark}{now.day}: {year}"


def anchor(year: int, month: int) -> tuple[date, str]:
    """A day of the month whose weekday is worked out by Conway's doomsday rule (years 2000-2099)."""
    short = year - 2000
    total = short + short // 4 + 2
    sevens = total // 7 * 7
    rest = total - sevens
    leap = month_days(year, 2) == 29
    day = DOOMSDAY[month - 1] + (1 if leap and month <= 2 else 0)
    known = date(year, month, day)
    number = f"{rest}" if rest else "0+7=7"
    tail = "" if rest else f", {number}"
    steps = f"{short}/4={short // 4}, {short}+{short // 4}+2={total}, {total}-{sevens}={rest}{tail}"
    return known, f"{steps}: {month:02d}-{day:02d} {label(known.weekday())}"


def nth_weekday(known: date, target: int, nth: int, year: int, month: int) -> tuple[date, str]:
    """The nth (or, with -1, the last) such weekday of a month, walked in weeks from a day of known weekday.

    `known` lies in the month, or in the month before.
    """
    gap, step = weekday_gap(known.weekday(), target)
    parts = [step]
    day, size = known.day + gap, month_days(year, month)
    parts.append(f"{known.day}{gap:+d}={day}")
    if (known.year, known.month) != (year, month):
        before = month_days(known.year, known.month)
        while day <= before:
            parts.append(f"{day}+7={day + 7}")
            day += 7
        parts.append(f"{length(known.year, known.month)}: {day}-{before}={day - before}")
        day -= before
    lowest = 7 * (nth - 1) if nth > 0 else size - 7
    if nth < 0:
        parts.append(length(year, month))
    while day > lowest + 7:
        parts.append(f"{day}-7={day - 7}")
        day -= 7
    while day <= lowest:
        parts.append(f"{day}+7={day + 7}")
        day += 7
    return date(year, month, day), ", ".join(parts)


def month_fact(month: int) -> str:
    """`Mar=03`."""
    return f"{MONTHS[month - 1]}={month:02d}"


def number_fact(word: str, value: int) -> str:
    """`three=3`, or nothing where the number is written in digits."""
    return f"{word}={value}" if word in NUMBERS or not word.isdigit() else ""


def shift_time(start: datetime, hours: int, minutes: int) -> tuple[datetime, str]:
    """Add hours and minutes to a moment, carrying over the hour and the day."""
    parts = []
    total, hour = start.minute + minutes, start.hour + hours
    if minutes:
        parts.append(f"{start.minute}+{minutes}={total}")
    carried = total // 60
    for _ in range(carried):
        parts.append(f"{total}-60={total - 60}")
        total -= 60
    if hours:
        parts.append(f"{start.hour}+{hours}={hour}")
    if carried:
        parts.append(f"{hour}+{carried}={hour + carried}")
        hour += carried
    days, day = 0, start.date()
    while hour >= 24:
        parts.append(f"{hour}-24={hour - 24}")
        hour, days = hour - 24, days + 1
    if days:
        day, step = shift_day(day, days)
        parts.append(step)
    moment = datetime(day.year, day.month, day.day, hour, total)
    assert moment == start + timedelta(hours=hours, minutes=minutes)
    return moment, ", ".join(parts)
