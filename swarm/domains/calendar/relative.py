"""Subdomain `relative`: days, weeks, months and quarters counted from now."""

from datetime import date, timedelta

from swarm.domains.calendar.draw import Draw, Phrase, phrase
from swarm.domains.calendar.moments import NUMBERS, month_days, ordinal
from swarm.domains.calendar.steps import (
    chain,
    coming,
    length,
    month_from,
    next_month,
    shift_day,
    shift_month,
    to_weekday,
)

NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2, "the day before yesterday": -2,
        "tmrw": 1}  # fmt: skip


def _said(word: str, value: int) -> str:
    return f"{word}={value}" if not word.isdigit() else ""


def near(draw: Draw) -> Phrase:
    """`tomorrow`, `the day before yesterday`."""
    word = draw.of(("today", "tomorrow", "tomorrow", "tomorrow", "yesterday", "the day after tomorrow",
                    "day after tomorrow", "the day before yesterday", "tmrw"))  # fmt: skip
    gap = NEAR.get(word, 2)
    day, steps = shift_day(draw.today, gap)
    return Phrase(word, day.isoformat(), steps if gap else "today", word, day=day)


def in_days(draw: Draw) -> Phrase:
    """`in 10 days`, `3 days ago`."""
    count, said = draw.number(2, 30) if draw.chance(0.85) else draw.number(31, 100)
    if draw.chance(0.25):
        count = count % 20 + 2
        said = str(count)
        wording = draw.word(("{n} days ago",), ("{n} days back",))
        day, steps = shift_day(draw.today, -count)
    else:
        wording = draw.word(("in {n} days", "in {n} days", "{n} days from now", "{n} days from today"),
                            ("{n} days hence", "in {n} days' time"))  # fmt: skip
        day, steps = shift_day(draw.today, count)
    return phrase(wording, day.isoformat(), chain(_said(said, count), steps), {"n": said}, day=day)


def in_weeks(draw: Draw) -> Phrase:
    """`in 3 weeks`, `a week ago`, `a week from tomorrow`."""
    roll = draw.rng.random()
    if roll < 0.25:
        sign = draw.of((1, 1, -1))
        wording = draw.word(("in a week", "a week from now", "a week from today", "one week from today") if sign > 0
                            else ("a week ago", "one week ago"),
                                ("in a week's time",) if sign > 0 else ("a week back",))  # fmt: skip
        day, steps = shift_day(draw.today, 7 * sign)
        return phrase(wording, day.isoformat(), steps, {}, day=day)
    if roll < 0.4:
        wording = draw.word(("a week from tomorrow", "a week after tomorrow"), ("tomorrow plus a week",))
        day, steps = shift_day(draw.today, 8)
        return phrase(wording, day.isoformat(), chain("1+7=8", steps), {}, day=day)
    count, said = draw.number(2, 8)
    sign = draw.of((1, 1, 1, -1))
    if sign > 0:
        wording = draw.word(("in {n} weeks", "{n} weeks from now", "{n} weeks from today"), ("in {n} weeks' time",))
    else:
        wording = draw.word(("{n} weeks ago",), ("{n} weeks back",))
    day, steps = shift_day(draw.today, 7 * count * sign)
    return phrase(
        wording, day.isoformat(), chain(_said(said, count), f"{count}*7={7 * count}", steps), {"n": said}, day=day
    )


def in_months(draw: Draw) -> Phrase:
    """`in 5 months`, `a month ago`, `in 2 years`."""
    if draw.chance(0.2):
        count, said = draw.number(2, 9)
        sign = draw.of((1, -1))
        wording = draw.word(("in {n} years", "{n} years from now") if sign > 0 else ("{n} years ago",),
                            ("in {n} years' time",) if sign > 0 else ("{n} years back",))  # fmt: skip
        start = draw.today
        year = start.year + sign * count
        clamp = start.day > month_days(year, start.month)
        day = date(year, start.month, min(start.day, month_days(year, start.month)))
        steps = chain(
            _said(said, count), f"{start.year}{sign * count:+d}={year}", length(year, start.month) if clamp else ""
        )
        return phrase(wording, day.isoformat(), steps, {"n": said}, day=day)
    count, said = draw.number(1, 11)
    sign = draw.of((1, 1, -1))
    if count == 1:
        said = draw.of(("a", "one"))
    unit = "month" if count == 1 else "months"
    wording = draw.word(("in {n} {u}", "{n} {u} from now", "{n} {u} from today") if sign > 0 else ("{n} {u} ago",),
                        ("{n} {u} out",) if sign > 0 else ("{n} {u} back",))  # fmt: skip
    day, steps = shift_month(draw.today, sign * count)
    return phrase(wording, day.isoformat(), chain(_said(said, count), steps), {"n": said, "u": unit}, day=day)


def weekday(draw: Draw) -> Phrase:
    """`friday`, `this friday`, `next friday`, `last friday`."""
    target = draw.rng.randint(0, 6)
    name = draw.weekday(target)
    kind = draw.of(("bare", "bare", "bare", "this", "next", "next", "last"))
    if kind == "next":
        day, steps = to_weekday(draw.today, target, 1)
        wording = draw.word(("next {wd}", "next {wd}", "{wd} next week", "next week {wd}"), ("{wd} of next week",))
    elif kind == "last":
        day, steps = to_weekday(draw.today, target, 0 if target < draw.today.weekday() else -1)
        wording = draw.word(("last {wd}",), ("the past {wd}", "this past {wd}"))
    else:
        day, steps = coming(draw.today, target)
        wording = draw.word(("{wd}",) if kind == "bare" else ("this {wd}", "this coming {wd}"), ("the coming {wd}",))
    lead = "on" if kind == "bare" and not wording.held else ""
    return phrase(wording, day.isoformat(), steps, {"wd": name}, lead, day)


def week_from(draw: Draw) -> Phrase:
    """`a week from tuesday`, `two weeks from friday`."""
    target, weeks = draw.rng.randint(0, 6), draw.of((1, 1, 2, 3))
    said = "a week" if weeks == 1 else f"{draw.of((NUMBERS[weeks], str(weeks)))} weeks"
    first, steps = coming(draw.today, target)
    day, more = shift_day(first, 7 * weeks)
    wording = draw.word(("{n} from {wd}", "{n} after {wd}", "{n} from this {wd}"), ("{wd} plus {n}",))
    extra = f"{weeks}*7={7 * weeks}" if weeks > 1 else ""
    return phrase(wording, day.isoformat(), chain(steps, extra, more), {"n": said, "wd": draw.weekday(target)}, day=day)


def of_month(draw: Draw) -> Phrase:
    """`the 5th of next month`, `the last day of this month`."""
    today = draw.today
    year, month = next_month(today.year, today.month)
    if draw.chance(0.5):
        number = draw.rng.randint(1, 28)
        wording = draw.word(("the {dth} of next month", "next month on the {dth}", "the {dth} next month"),
                            ("on day {d} of next month",))  # fmt: skip
        day = date(year, month, number)
        slots = {"dth": ordinal(number), "d": number}
        return phrase(wording, day.isoformat(), month_from(today, year, month), slots, day=day)
    if draw.chance(0.5):
        year, month = today.year, today.month
        wording = draw.word(("the last day of this month", "the last day of the month"), ("this month's last day",))
    else:
        wording = draw.word(("the last day of next month",), ("next month's last day",))
    day = date(year, month, month_days(year, month))
    return phrase(wording, day.isoformat(), chain(month_from(today, year, month), length(year, month)), {}, "on", day)


def relative_day(draw: Draw) -> Phrase:
    """Any date counted from today."""
    return draw.of((near, in_days, in_days, in_weeks, in_months, weekday, weekday, weekday, week_from, of_month))(draw)


def coming_day(draw: Draw) -> Phrase:
    """A later day that needs few steps, to be combined with a time."""
    made = draw.of((near, weekday, weekday, weekday, in_days))(draw)
    return made if made.day and made.day > draw.today else coming_day(draw)


def weekend(draw: Draw) -> Phrase:
    """`this weekend`, `next weekend`: Saturday and Sunday of this or the next Monday-based week."""
    weeks, words = draw.of(((0, "this"), (0, "this"), (1, "next"), (-1, "last")))
    wording = draw.word((f"{words} weekend",) if weeks else ("this weekend", "the weekend"), (f"{words} sat and sun",))
    begin, steps = to_weekday(draw.today, 5, weeks)
    end, more = shift_day(begin, 1)
    return phrase(wording, f"{begin}/{end}", chain(steps, more), {}, "")


def week(draw: Draw) -> Phrase:
    """`next week`, `this week`, `the week after next`: Monday to Sunday."""
    weeks, words = draw.of(
        ((1, "next week"), (1, "next week"), (0, "this week"), (-1, "last week"), (2, "the week after next"))
    )
    wording = draw.word((words, words, f"the whole of {words}" if "the" not in words else words), (f"all of {words}",))
    begin, steps = to_weekday(draw.today, 0, weeks)
    end, more = shift_day(begin, 6)
    return phrase(wording, f"{begin}/{end}", chain(steps, more), {})


def month_span(draw: Draw) -> Phrase:
    """`next month`, `this quarter`, `next year`: the whole of it."""
    shift, words = draw.of(((1, "next"), (1, "next"), (0, "this"), (-1, "last")))
    unit = draw.of(("month", "month", "quarter", "year"))
    wording = draw.word(
        (f"{words} {unit}", f"{words} {unit}", f"all of {words} {unit}"), (f"the whole of {words} {unit}",)
    )
    today = draw.today
    if unit == "year":
        year = today.year + shift
        return phrase(
            wording, f"{year}-01-01/{year}-12-31", f"{today.year}{shift:+d}={year}" if shift else f"{year}", {}
        )
    if unit == "month":
        begin, steps = shift_month(today.replace(day=1), shift) if shift else (today.replace(day=1), f"{today:%Y-%m}")
        end = begin.replace(day=month_days(begin.year, begin.month))
        return phrase(wording, f"{begin}/{end}", chain(steps, length(begin.year, begin.month)), {})
    now = (today.month - 1) // 3 + 1
    total = now + shift
    number, year = (total - 1) % 4 + 1, today.year + (total - 1) // 4
    first = 3 * number - 2
    worked = chain(
        f"{today.month:02d}: Q{now}", f"{year} Q{number}: {first:02d} to {first + 2:02d}", length(year, first + 2)
    )
    end = date(year, first + 2, month_days(year, first + 2))
    return phrase(wording, f"{date(year, first, 1)}/{end}", worked, {})


def next_days(draw: Draw) -> Phrase:
    """`the next 3 days`: from tomorrow on."""
    count, said = draw.number(2, 10)
    wording = draw.word(("the next {n} days", "over the next {n} days"), ("the coming {n} days",))
    begin, end = draw.today + timedelta(days=1), draw.today + timedelta(days=count)
    return phrase(wording, f"{begin}/{end}", chain(_said(said, count), shift_day(draw.today, 1)[1],
                                                   shift_day(draw.today, count)[1]), {"n": said})  # fmt: skip


def relative_span(draw: Draw) -> Phrase:
    """Any stretch of days named from today."""
    return draw.of((weekend, weekend, week, week, month_span, month_span, next_days))(draw)
