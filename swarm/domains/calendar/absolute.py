"""Subdomain `absolute`: dates named by the calendar, in any written form."""

from datetime import date, timedelta

from swarm.domains.calendar.draw import Draw, Phrase, phrase
from swarm.domains.calendar.moments import DAY_NAMES, ORDINALS, month_days, ordinal
from swarm.domains.calendar.steps import (
    anchor,
    chain,
    label,
    length,
    month_fact,
    month_from,
    next_month,
    nth_weekday,
    upcoming,
)

FIXED = {
    "christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "new year's eve": (12, 31),
    "new year's day": (1, 1), "halloween": (10, 31), "valentine's day": (2, 14), "april fools' day": (4, 1),
    "st. patrick's day": (3, 17), "independence day": (7, 4), "veterans day": (11, 11), "boxing day": (12, 26),
}  # fmt: skip
MOVING = {
    "thanksgiving": (11, 3, 4), "labor day": (9, 0, 1), "memorial day": (5, 0, -1), "mlk day": (1, 0, 3),
    "mother's day": (5, 6, 2), "father's day": (6, 6, 3), "columbus day": (10, 0, 2), "presidents' day": (2, 0, 3),
}  # fmt: skip
"""Holiday to (month, weekday with Monday 0, which one of the month); the customs are those of the United States."""


def random_day(draw: Draw, low: int = 1, high: int = 364) -> date:
    """A date that many days after today."""
    return draw.today + timedelta(days=draw.rng.randint(low, high))


def slots_of(draw: Draw, day: date) -> dict[str, object]:
    """The ways in which a date's parts are written."""
    return {"month": draw.month(day.month), "d": day.day, "dth": ordinal(day.day), "y": day.year, "m": day.month,
            "yy": f"{day.year % 100:02d}", "mm": f"{day.month:02d}", "dd": f"{day.day:02d}"}  # fmt: skip


def month_day(draw: Draw, day: date | None = None) -> Phrase:
    """`march 13`, `the 13th of march`: the next such date."""
    day = day or random_day(draw)
    wording = draw.word(("{month} {d}", "{month} {dth}", "{dth} of {month}", "the {dth} of {month}", "{d} {month}"),
                        ("{month} the {dth}", "{dth} {month}"))  # fmt: skip
    _, why = upcoming(draw.today, day.month, day.day)
    return phrase(wording, day.isoformat(), chain(month_fact(day.month), why), slots_of(draw, day), "on", day)


def with_year(draw: Draw) -> Phrase:
    """`march 13, 2027`, `13 mar '27`."""
    day = draw.today + timedelta(days=draw.rng.randint(-700, 1500))
    short = draw.chance(0.2)
    if short:
        wording = draw.word(("{month} {d} '{yy}", "{d} {month} '{yy}"), ("{dth} {month} '{yy}",))
    else:
        wording = draw.word(("{month} {d}, {y}", "{d} {month} {y}", "{month} {dth} {y}", "{month} {dth}, {y}"),
                            ("the {dth} of {month} {y}", "{d} {month}, {y}"))  # fmt: skip
    steps = chain(month_fact(day.month), f"'{day.year % 100:02d}: {day.year}" if short else f"{day.year}")
    return phrase(wording, day.isoformat(), steps, slots_of(draw, day), "on", day)


def numeric(draw: Draw) -> Phrase:
    """`3/13/2027`, `13.3.2027`, `2027-03-13`: slashes month first unless that can't be, dots day first."""
    day = draw.today + timedelta(days=draw.rng.randint(-700, 1500))
    roll = draw.rng.random()
    if roll < 0.45:
        wording = draw.word(("{m}/{d}/{y}", "{m}/{d}/{yy}", "{mm}/{dd}/{y}"), ("{mm}/{dd}/{yy}",))
        steps = f"month first: {day.month:02d}, {day.day}"
    elif roll < 0.6 and day.day > 12:
        wording = draw.word(("{d}/{m}/{y}", "{d}/{m}/{yy}"), ("{dd}/{mm}/{y}",))
        steps = f"{day.day}>12: day first: {day.day}, {day.month:02d}"
    elif roll < 0.85:
        wording = draw.word(("{d}.{m}.{y}", "{dd}.{mm}.{y}"), ("{d}.{m}.{yy}",))
        steps = f"day first: {day.day}, {day.month:02d}"
    else:
        wording = draw.word(("{y}-{mm}-{dd}", "{y}/{mm}/{dd}"), ("{y}.{mm}.{dd}",))
        steps = "year first"
    return phrase(wording, day.isoformat(), steps, slots_of(draw, day), "on", day)


def day_only(draw: Draw) -> Phrase:
    """`the 15th`: in this month if still ahead, else in the next."""
    today, number = draw.today, draw.rng.randint(1, 28)
    number = number if number != today.day else number % 28 + 1
    year, month = (today.year, today.month) if number > today.day else next_month(today.year, today.month)
    mark = ">" if number > today.day else "<"
    day = date(year, month, number)
    wording = draw.word(("the {dth}",), ("the {dth} of the month",))
    steps = f"{number}{mark}{today.day}: {month_from(today, year, month)}"
    return phrase(wording, day.isoformat(), steps, slots_of(draw, day), "on", day)


def weekday_check(today: date, day: date, said: int) -> str:
    """Work out the weekday of a date in this or the next month, and compare it with the one that was said."""
    gap = (day - today).days
    parts = [f"{day.day}-{today.day}={gap}"]
    if day.month != today.month:
        size = month_days(today.year, today.month)
        parts = [f"{length(today.year, today.month)}: {size}-{today.day}+{day.day}={gap}"]
    sevens = gap // 7 * 7
    rest = gap - sevens
    if sevens:
        parts.append(f"{gap}-{sevens}={rest}")
    total = today.weekday() + 1 + rest
    parts.append(f"{label(today.weekday())}+{rest}={total}")
    if total > 7:
        parts.append(f"{total}-7={total - 7}")
    actual = label(day.weekday())
    return ", ".join(parts) + (f": {actual} ok" if day.weekday() == said else f": {actual}, not {label(said)}")


def near_day(draw: Draw) -> date:
    """A later date in this or the next month."""
    year, month = next_month(draw.today.year, draw.today.month)
    last = date(year, month, month_days(year, month))
    return random_day(draw, 2, (last - draw.today).days)


def dated_weekday(draw: Draw, day: date | None = None, said: int | None = None) -> Phrase:
    """`tuesday the 17th`, `friday, april 3`; `said` is the weekday that is claimed, the right one if None."""
    day = day or near_day(draw)
    said = day.weekday() if said is None else said
    steps = weekday_check(draw.today, day, said)
    if day.day > draw.today.day and day.month == draw.today.month and draw.chance(0.6):
        wording = draw.word(("{wd} the {dth}", "{wd}, the {dth}"), ("the {dth}, a {wd},",))
    else:
        wording = draw.word(
            ("{wd}, {month} {d}", "{wd} {month} {dth}", "{wd} {d} {month}"), ("{wd} the {dth} of {month}",)
        )
        steps = chain(month_fact(day.month), steps)
    answer = day.isoformat() if said == day.weekday() else "ASK:date"
    return phrase(wording, answer, steps, slots_of(draw, day) | {"wd": draw.weekday(said)}, "on", day)


def month_edge(draw: Draw) -> Phrase:
    """`the last day of february`, `the first of june`."""
    month = draw.rng.randint(1, 12)
    last = draw.chance(0.75)
    year = draw.today.year + (month <= draw.today.month)
    day = date(year, month, month_days(year, month) if last else 1)
    mark = "<" if month < draw.today.month else "=" if month == draw.today.month else ">"
    why = f"{month:02d}{mark}{draw.today.month:02d}: {year}"
    if month == draw.today.month:
        return month_edge(draw)
    named = draw.chance(0.4)
    slots = slots_of(draw, day)
    if last:
        wording = draw.word(("the last day of {month}", "last day of {month}", "the last day in {month}"),
                            ("the final day of {month}",))  # fmt: skip
    else:
        wording = draw.word(("the first day of {month}", "the first of {month}"), ("day one of {month}",))
    if named:
        wording = type(wording)(wording.template + " {y}", wording.held)
    steps = chain(month_fact(month), f"{year}" if named else why, length(year, month) if last else "")
    return phrase(wording, day.isoformat(), steps, slots, "on", day)


def fixed_holiday(draw: Draw) -> Phrase:
    """`christmas eve`, `halloween 2027`."""
    name = draw.of(tuple(FIXED))
    month, number = FIXED[name]
    year, why = upcoming(draw.today, month, number)
    if (month, number) == (draw.today.month, draw.today.day):
        return fixed_holiday(draw)
    fact = f"{name}={month:02d}-{number:02d}"
    if draw.chance(0.4):
        year = draw.today.year + draw.rng.randint(0, 4)
        wording = draw.word(("{name} {y}",), ("{name} of {y}", "{name} in {y}"))
        why = f"{year}"
    else:
        wording = draw.word(("{name}", "{name}", "next {name}"), ("the coming {name}",))
    day = date(year, month, number)
    return phrase(wording, day.isoformat(), chain(fact, why), {"name": name, "y": year}, "on", day)


def moving_holiday(draw: Draw) -> Phrase:
    """`thanksgiving 2027`: the nth weekday of a month."""
    name = draw.of(tuple(MOVING))
    month, weekday, nth = MOVING[name]
    year = draw.today.year + draw.rng.randint(0, 3)
    known, found = anchor(year, month)
    day, walk = nth_weekday(known, weekday, nth, year, month)
    which = "last" if nth < 0 else ordinal(nth)
    wording = draw.word(("{name} {y}", "{name} {y}"), ("{name} of {y}", "{name} in {y}"))
    steps = chain(f"{which} {label(weekday)} of {month:02d}", found, walk)
    return phrase(wording, day.isoformat(), steps, {"name": name, "y": year}, "on", day)


def nth_of_month(draw: Draw) -> Phrase:
    """`the second monday of april`: of the next month of that name, or of a year given."""
    weekday, nth = draw.rng.randint(0, 6), draw.of((1, 2, 3, 4, -1))
    year, month = next_month(draw.today.year, draw.today.month)
    steps = ""
    if draw.chance(0.4):
        month, year = draw.rng.randint(1, 12), draw.today.year + draw.rng.randint(1, 3)
        known, steps = anchor(year, month)
    else:
        known = draw.today
    day, walk = nth_weekday(known, weekday, nth, year, month)
    wording = draw.word(("the {nth} {wd} of {month}", "the {nth} {wd} in {month}", "{nth} {wd} of {month}"),
                        ("{month}'s {nth} {wd}",))  # fmt: skip
    if known != draw.today:
        wording = type(wording)(wording.template + " {y}", wording.held)
    which = "last" if nth < 0 else draw.of((ORDINALS[nth - 1], ordinal(nth)))
    slots = slots_of(draw, day) | {"nth": which, "wd": DAY_NAMES[weekday]}
    why = f"{year}" if steps else f"{year}-{month:02d}"
    return phrase(wording, day.isoformat(), chain(month_fact(month), why, steps, walk), slots, "on", day)


def day_of_year(draw: Draw) -> Phrase:
    """`day 100 of 2027`."""
    number, year = draw.rng.randint(32, 180), draw.today.year + draw.rng.randint(0, 2)
    day = date(year, 1, 1) + timedelta(days=number - 1)
    total, month, parts = number, 1, []
    while total > month_days(year, month):
        size = month_days(year, month)
        parts.append(f"{length(year, month)}: {total}-{size}={total - size}")
        total, month = total - size, month + 1
    wording = draw.word(("day {n} of {y}", "the {nth} day of {y}"), ("day number {n} of {y}",))
    slots: dict[str, object] = {"n": number, "nth": ordinal(number), "y": year}
    return phrase(wording, day.isoformat(), chain(*parts, f"{month:02d}"), slots, "on", day)


PLAIN = (month_day, month_day, month_day, with_year, with_year, numeric, numeric, day_only, month_edge, fixed_holiday,
         dated_weekday)  # fmt: skip
DEEP = (moving_holiday, nth_of_month, day_of_year)


def absolute_day(draw: Draw) -> Phrase:
    """Any absolute date."""
    return draw.of(PLAIN if draw.chance(0.8) else DEEP)(draw)


def simple_day(draw: Draw) -> Phrase:
    """An absolute date with few steps, to be combined with a time."""
    return draw.of((month_day, month_day, with_year, numeric, day_only, fixed_holiday))(draw)
