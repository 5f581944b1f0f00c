"""Subdomain `span`: intervals between two days or times, and durations."""

from datetime import date, datetime, time, timedelta

from swarm.domains.calendar.absolute import near_day
from swarm.domains.calendar.clock import half_day, usual
from swarm.domains.calendar.draw import Draw, Phrase, phrase
from swarm.domains.calendar.moments import NUMBERS, month_days
from swarm.domains.calendar.relative import coming_day
from swarm.domains.calendar.steps import chain, coming, length, month_fact, shift_day, shift_time, upcoming


def hours_on(draw: Draw) -> Phrase:
    """`from 3 to 5pm on friday`, `friday 9-11am`, `between 13:00 and 15:30 tomorrow`."""
    named = coming_day(draw)
    led = f"{named.lead} {named.text}".strip()
    begin = draw.rng.randint(8, 18)
    end = begin + draw.rng.randint(1, 3)
    if draw.chance(0.3):
        low, high = f"{begin:02d}:{draw.of(('00', '00', '30'))}", f"{end:02d}:{draw.of(('00', '30'))}"
        wording = draw.word(
            ("from {a} to {b} {led}", "{day} {a}-{b}", "between {a} and {b} {led}"), ("{led} {a} until {b}",)
        )
        first, second, steps = low, high, ""
    else:
        suffix = "pm" if end >= 12 else "am"
        one, two = begin % 12 or 12, end % 12 or 12
        full = chain(half_day(one, 0, "pm" if begin >= 12 else "am")[1], half_day(two, 0, suffix)[1])
        same_half = (begin >= 12) == (end >= 12)
        low = f"{one}" if same_half else f"{one}am"
        high, steps = f"{two}{suffix}", full
        first, second = f"{begin:02d}:00", f"{end:02d}:00"
        wording = draw.word(("from {a} to {b} {led}", "{day} {a}-{b}", "{day} from {a} to {b}",
            "between {a} and {b} {led}",
                             "{a} to {b} {led}"), ("{a} till {b} {led}",))  # fmt: skip
    text = wording.fill(a=low, b=high, led=led, day=named.text)
    template = wording.template.replace("{led}", named.template).replace("{day}", named.template)
    return Phrase(text, f"{named.answer}T{first}/{named.answer}T{second}", chain(named.steps, steps), template,
                  wording.held or named.held)  # fmt: skip


def hours_long(draw: Draw) -> Phrase:
    """`tomorrow at 2pm for 90 minutes`, `friday at 9 for two hours`."""
    named, hour = coming_day(draw), draw.rng.randint(1, 11)
    full, step = half_day(hour, 0, usual(hour))
    minutes, words = draw.of(((30, "half an hour"), (60, "an hour"), (90, "90 minutes"), (120, "2 hours"),
                              (45, "45 minutes"),
                              (180, "three hours"), (120, "two hours"), (90, "an hour and a half")))  # fmt: skip
    assert named.day is not None
    base = datetime.combine(named.day, time(full))
    end, more = shift_time(base, minutes // 60, minutes % 60)
    said = f"{hour}{usual(hour)}" if draw.chance(0.6) else f"{hour}"
    wording = draw.word(("{day} at {t} for {n}", "for {n} {led} at {t}"), ("{n} starting {day} at {t}",))
    text = wording.fill(day=named.text, led=f"{named.lead} {named.text}".strip(), t=said, n=words)
    template = wording.template.replace("{led}", named.template).replace("{day}", named.template)
    return Phrase(text, f"{base:%Y-%m-%dT%H:%M}/{end:%Y-%m-%dT%H:%M}", chain(named.steps, step, more), template,
                  wording.held or named.held)  # fmt: skip


def weekdays_between(draw: Draw) -> Phrase:
    """`from monday to wednesday`: the coming ones, the last day included."""
    first = draw.rng.randint(0, 6)
    gap = draw.rng.randint(1, 5)
    second = (first + gap) % 7
    begin, steps = coming(draw.today, first)
    end, more = coming(begin, second)
    wording = draw.word(
        ("from {a} to {b}", "{a} to {b}", "{a} through {b}", "{a}-{b}", "from {a} until {b}"), ("{a} thru {b}",)
    )
    return phrase(wording, f"{begin}/{end}", chain(steps, more), {"a": draw.weekday(first), "b": draw.weekday(second)})


def dates_between(draw: Draw) -> Phrase:
    """`march 10 to 14`, `from june 3 to june 9`."""
    begin = near_day(draw) if draw.chance(0.4) else draw.today + timedelta(days=draw.rng.randint(20, 330))
    size = month_days(begin.year, begin.month)
    end = begin + timedelta(days=draw.rng.randint(2, 12))
    slots = {"m": draw.month(begin.month), "a": begin.day, "b": end.day, "m2": draw.month(end.month)}
    if begin.day + 2 < size and end.month == begin.month:
        wording = draw.word(("{m} {a} to {b}", "{m} {a}-{b}", "from {m} {a} to {b}", "{a}-{b} {m}",
            "from {a} to {b} {m}"),
                            ("between {m} {a} and {b}", "{m} {a} till {b}"))  # fmt: skip
        steps = month_fact(begin.month)
    else:
        wording = draw.word(
            ("from {m} {a} to {m2} {b}", "{m} {a} - {m2} {b}", "{a} {m} to {b} {m2}"), ("{m} {a} till {m2} {b}",)
        )
        steps = chain(month_fact(begin.month), month_fact(end.month))
    _, why = upcoming(draw.today, begin.month, begin.day)
    turn = f"{end.year}" if end.year != begin.year else ""
    return phrase(wording, f"{begin}/{end}", chain(steps, why, turn), slots)


def days_long(draw: Draw) -> Phrase:
    """`for 3 days starting friday`: the first day counts."""
    named = coming_day(draw)
    count, said = draw.number(2, 7)
    assert named.day is not None
    end, more = shift_day(named.day, count - 1)
    wording = draw.word(
        ("{n} days starting {day}", "for {n} days from {day}", "{n} days from {day} on"), ("{n} days as of {day}",)
    )
    if named.text.startswith(("in ", "at ")) or "from" in named.text:
        return days_long(draw)
    template = wording.template.replace("{day}", named.template)
    fact = "" if said.isdigit() else f"{said}={count}"
    steps = chain(named.steps, fact, f"{count}-1={count - 1}", more)
    return Phrase(
        wording.fill(n=said, day=named.text), f"{named.answer}/{end}", steps, template, wording.held or named.held
    )


def month_parts(draw: Draw) -> Phrase:
    """`the first week of may` (its days 1 to 7), `the second half of june`, `all of april`."""
    month = draw.rng.randint(1, 12)
    if month == draw.today.month:
        return month_parts(draw)
    year, why = upcoming(draw.today, month, 1)
    size = month_days(year, month)
    words, low, high, fact = draw.of((
        ("the first week of {m}", 1, 7, "1-7"), ("the second week of {m}", 8, 14, "8-14"),
        ("the last week of {m}", size - 6, size, f"{size}-6={size - 6}"), ("the first half of {m}", 1, 15, "1-15"),
        ("the second half of {m}", 16, size, f"16-{size}"), ("{m}", 1, size, ""), ("all of {m}", 1, size, ""),
        ("the month of {m}", 1, size, ""),
    ))  # fmt: skip
    wording = draw.word((words,), (words.replace("the ", "during the ", 1).replace("all of", "throughout"),))
    if wording.template == "{m}":
        wording = draw.word(("in {m}",), ("throughout {m}",))
    measured = length(year, month) if high == size else ""
    steps = chain(month_fact(month), why, measured, fact)
    return phrase(wording, f"{date(year, month, low)}/{date(year, month, high)}", steps, {"m": draw.month(month)})


def interval(draw: Draw) -> Phrase:
    """Any interval."""
    return draw.of((hours_on, hours_on, hours_on, hours_long, weekdays_between, dates_between, dates_between, days_long,
                    month_parts, month_parts))(draw)  # fmt: skip


IDIOMS = (
    ("a fortnight", "P14D", "2*7=14"), ("half an hour", "PT30M", "half hour=30M"), ("an hour", "PT1H", "1 hour"),
    ("an hour and a half", "PT1H30M", "1H, half=30M"), ("three quarters of an hour", "PT45M", "3*15=45"),
    ("a quarter of an hour", "PT15M", "quarter=15M"), ("a day", "P1D", "1 day"), ("a week", "P7D", "1*7=7"),
    ("a year and a half", "P1Y6M", "1Y, half=6M"), ("half a year", "P6M", "half=6M"), ("a decade", "P10Y",
    "decade=10Y"),
    ("a day and a half", "P1DT12H", "1D, half=12H"), ("a week and a half", "P10DT12H", "7D, half=3D 12H, 7+3=10"),
    ("a month", "P1M", "1 month"), ("a couple of hours", "PT2H", "couple=2"), ("a couple of days", "P2D", "couple=2"),
    ("half a minute", "PT30S", "half=30S"), ("a minute and a half", "PT1M30S", "1M, half=30S"), ("a year", "P1Y",
    "1 year"),
)  # fmt: skip
UNITS = {"minutes": "PT{}M", "hours": "PT{}H", "days": "P{}D", "months": "P{}M", "years": "P{}Y", "seconds": "PT{}S",
         "mins": "PT{}M", "hrs": "PT{}H", "min": "PT{}M", "nights": "P{}D"}  # fmt: skip


def duration(draw: Draw) -> Phrase:
    """Any duration: `90 minutes`, `an hour and a half`, `2h 15m`, `three weeks`."""
    roll = draw.rng.random()
    if roll < 0.3:
        words, answer, steps = draw.of(IDIOMS)
        return Phrase(words, answer, steps, words)
    if roll < 0.42:
        count, said = draw.number(2, 9)
        wording = draw.word(("{n} weeks", "{n} full weeks"), ("{n} whole weeks",))
        fact = "" if said.isdigit() else f"{said}={count}"
        return phrase(wording, f"P{7 * count}D", chain(fact, f"{count}*7={7 * count}"), {"n": said})
    if roll < 0.6:
        hours, minutes = draw.rng.randint(1, 9), draw.of((5, 10, 15, 20, 30, 40, 45, 50))
        plural = "s" if hours > 1 else ""
        wording = draw.word(("{h}h {m}m", "{h}h{m}", "{h} hour{s} and {m} minutes", "{h} hr {m} min",
            "{h} hour{s} {m} minutes"),
                            ("{h}h {m}min", "{h} hour{s}, {m} minutes"))  # fmt: skip
        return phrase(wording, f"PT{hours}H{minutes}M", f"{hours}H {minutes}M", {"h": hours, "m": minutes, "s": plural})
    if roll < 0.7:
        count, said = draw.number(2, 6)
        wording = draw.word(("{n} and a half hours", "{w} and a half hours"), ("{d}.5 hours",))
        fact = "" if said.isdigit() else f"{said}={count}"
        slots: dict[str, object] = {"n": said, "w": NUMBERS[count], "d": count}
        return phrase(wording, f"PT{count}H30M", chain(fact, f"{count}H, half=30M"), slots)
    unit = draw.of(tuple(UNITS))
    count, said = draw.number(2, 90 if unit in ("minutes", "min", "mins", "seconds") else 24)
    wording = draw.word(("{n} {u}",), ("{n} {u} in total",))
    fact = f"{said}={count}" if not said.isdigit() else f"{count} {unit}"
    return phrase(wording, UNITS[unit].format(count), fact, {"n": said, "u": unit})
