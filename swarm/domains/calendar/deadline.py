"""Subdomain `deadline`: the last moment for something, with business days and ends of periods."""

from datetime import date, timedelta

from swarm.domains.calendar.absolute import month_day
from swarm.domains.calendar.clock import noon, suffixed, written
from swarm.domains.calendar.draw import Draw, Phrase, phrase
from swarm.domains.calendar.moments import month_days
from swarm.domains.calendar.relative import coming_day
from swarm.domains.calendar.steps import chain, label, length, shift_day, shift_month, shift_time, to_weekday


def business_days(start: date, count: int) -> tuple[date, str]:
    """The date that many working days (Monday to Friday, no holidays) after `start`."""
    weekday = start.weekday()
    back = max(0, weekday - 4)
    parts = [label(weekday)] if not back else [f"{label(weekday)}-{back}=Fri5"]
    weeks, rest = divmod(count, 5)
    days = 7 * weeks
    if weeks:
        parts.append(f"{count}/5={weeks}, {weeks}*7={days}")
    if rest:
        total = min(weekday, 4) + 1 + rest
        parts.append(f"{count}-{5 * weeks}={rest}" if weeks else "")
        parts.append(f"{min(weekday, 4) + 1}+{rest}={total}" + (">5: weekend" if total > 5 else ""))
        extra = rest + (2 if total > 5 else 0)
        parts.append(f"{days}+{rest}{'+2' if total > 5 else ''}={days + extra}" if weeks or total > 5 else "")
        days += extra
    if back:
        parts.append(f"{days}-{back}={days - back}")
        days -= back
    day, steps = shift_day(start, days)
    return day, chain(*parts, steps)


def within_business(draw: Draw) -> Phrase:
    """`within 5 business days`."""
    count, said = draw.number(1, 10)
    unit = draw.of(("business", "working", "business"))
    days = "day" if count == 1 else "days"
    wording = draw.word(("within {n} {u} {d}", "in {n} {u} {d}", "{n} {u} {d} from now", "in the next {n} {u} {d}"),
                        ("no later than {n} {u} {d} from now",))  # fmt: skip
    day, steps = business_days(draw.today, count)
    fact = "" if said.isdigit() else f"{said}={count}"
    return phrase(wording, day.isoformat(), chain(fact, steps), {"n": said, "u": unit, "d": days})


def within_days(draw: Draw) -> Phrase:
    """`within 3 days`, `within two weeks`: the last day counts."""
    count, said = draw.number(2, 12)
    unit = draw.of(("days", "days", "weeks"))
    gap = count * (7 if unit == "weeks" else 1)
    wording = draw.word(("within {n} {u}", "within the next {n} {u}"), ("no later than {n} {u} from now",))
    day, steps = shift_day(draw.today, gap)
    times = f"{count}*7={gap}" if unit == "weeks" else ""
    return phrase(wording, day.isoformat(), chain("" if said.isdigit() else f"{said}={count}", times, steps),
                  {"n": said, "u": unit})  # fmt: skip


def period_end(draw: Draw) -> Phrase:
    """`by the end of next month`, `by the end of the week` (its Friday), `by year end`."""
    unit, shift = draw.of(
        (("month", 0), ("month", 1), ("month", 1), ("week", 0), ("week", 1), ("year", 0), ("quarter", 0))
    )
    words = f"next {unit}" if shift else draw.of((f"the {unit}", f"this {unit}"))
    by = draw.word(("by the end of {w}", "by end of {w}", "before the end of {w}"), ("before {w} is over",))
    today = draw.today
    if unit == "week":
        day, steps = to_weekday(today, 4, shift)
        if day < today:
            return period_end(draw)
        steps = chain("end=Fri", steps)
    elif unit == "month":
        begin, steps = shift_month(today.replace(day=1), shift) if shift else (today, f"{today:%Y-%m}")
        day = begin.replace(day=month_days(begin.year, begin.month))
        steps = chain(steps, length(begin.year, begin.month))
    elif unit == "quarter":
        quarter = (today.month - 1) // 3 + 1
        day = date(today.year, 3 * quarter, month_days(today.year, 3 * quarter))
        steps = chain(f"{today.month:02d}: Q{quarter}", f"{quarter}*3={3 * quarter}", length(day.year, day.month))
    else:
        day, steps = date(today.year, 12, 31), "year end=12-31"
    return phrase(by, day.isoformat(), steps, {"w": words})


def by_day(draw: Draw) -> Phrase:
    """`by friday`, `no later than march 13`, `before monday` (the day before it)."""
    named = (coming_day if draw.chance(0.7) else month_day)(draw)
    while named.text.startswith(("in ", "at ")) or named.text[0].isdigit() or named.day is None:
        named = coming_day(draw)
    assert named.day is not None
    if draw.chance(0.2) and named.day > draw.today + timedelta(days=1):
        wording = draw.word(("the day before {day}",), ("one day ahead of {day}",))
        day, more = shift_day(named.day, -1)
        answer, steps = day.isoformat(), chain(named.steps, more)
    else:
        wording = draw.word(("by {day}", "by {day}", "by {day} at the latest", "no later than {day}", "due {day}"),
                            ("not later than {day}", "{day} at the latest"))  # fmt: skip
        answer, steps = named.answer, named.steps
    template = wording.template.replace("{day}", named.template)
    return Phrase(wording.fill(day=named.text), answer, steps, template, wording.held or named.held)


def due_date(draw: Draw) -> Phrase:
    """Any deadline that is a date."""
    return draw.of((within_business, within_business, within_days, period_end, period_end, by_day, by_day))(draw)


def end_of_day(draw: Draw) -> Phrase:
    """`EOD friday`, `by close of business tomorrow`: 17:00."""
    named = coming_day(draw)
    while named.text.startswith(("in ", "at ")) or named.text[0].isdigit():
        named = coming_day(draw)
    wording = draw.word(("by EOD {day}", "EOD {day}", "by end of day {day}", "by close of business {day}",
        "by COB {day}"),
                        ("before the working day ends {day}", "{day} EOD"))  # fmt: skip
    template = wording.template.replace("{day}", named.template)
    return Phrase(wording.fill(day=named.text), f"{named.answer}T17:00", chain(named.steps, "end of day=17:00"),
                  template,
                  wording.held or named.held)  # fmt: skip


def by_time(draw: Draw) -> Phrase:
    """`by 5pm tomorrow`, `before noon on friday`."""
    named, said = coming_day(draw), draw.of((suffixed, suffixed, written, noon))(draw)
    led = f"{named.lead} {named.text}".strip()
    wording = draw.word(("by {t} {day}", "before {t} {day}", "no later than {t} {day}", "by {day} at {t}"),
                        ("not after {t} {day}",))  # fmt: skip
    day = named.text if wording.template.startswith("by {day}") else led
    template = wording.template.replace("{day}", named.template).replace("{t}", said.template)
    return Phrase(wording.fill(day=day, t=said.text), f"{named.answer}T{said.time}", chain(named.steps, said.steps),
                  template, wording.held or named.held or said.held)  # fmt: skip


def within_hours(draw: Draw) -> Phrase:
    """`within 48 hours`."""
    count = draw.of((2, 3, 4, 6, 8, 12, 24, 36, 48))
    wording = draw.word(
        ("within {n} hours", "within the next {n} hours", "in the next {n} hours"), ("inside {n} hours",)
    )
    moment, steps = shift_time(draw.now, count, 0)
    return phrase(wording, f"{moment:%Y-%m-%dT%H:%M}", steps, {"n": count})


def due_moment(draw: Draw) -> Phrase:
    """Any deadline with a time of day."""
    return draw.of((end_of_day, end_of_day, by_time, by_time, within_hours))(draw)
