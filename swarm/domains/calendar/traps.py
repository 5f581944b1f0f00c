"""Traps that must be asked back: impossible dates and times, false premises, vague or foreign time."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from swarm.domains.calendar.absolute import dated_weekday, near_day, slots_of
from swarm.domains.calendar.clock import half_day
from swarm.domains.calendar.correction import corrected, corrected_day, either, taken_back
from swarm.domains.calendar.draw import Draw, Phrase, Wording, phrase
from swarm.domains.calendar.moments import BYDAYS, DAY_NAMES, MONTH_NAMES, month_days, ordinal
from swarm.domains.calendar.recurrence import weekly
from swarm.domains.calendar.relative import coming_day
from swarm.domains.calendar.steps import chain, label, length, month_fact, shift_day, upcoming

Pair = tuple[str, Phrase, Phrase, str]
"""Operator, trap, plain twin, answer form of the twin."""


def impossible_date(draw: Draw) -> Pair:
    """`feb 30`, `the 31st of april`, `february 29, 2027`."""
    month = draw.of((2, 2, 4, 6, 9, 11))
    year, why = upcoming(draw.today, month, 1) if month != draw.today.month else (draw.today.year + 1, "")
    named = month == draw.today.month or draw.chance(0.3)
    size = month_days(year, month)
    number = size + 1 if size > 28 or named else 30
    good = draw.rng.randint(size - 6, size)
    wording = draw.word(("{month} {d}", "{month} {dth}", "the {dth} of {month}", "{d} {month}"), ("{month} the {dth}",))
    wording = Wording(wording.template + " {y}", wording.held) if named else wording
    slots = slots_of(draw, date(year, month, 1))
    steps = chain(month_fact(month), f"{year}" if named else why)
    refused = chain(steps, length(year, month), f"{number}>{size}: no such day")
    bad = phrase(wording, "ASK:date", refused, slots | {"d": number, "dth": ordinal(number)}, "on")
    fine = phrase(wording, date(year, month, good).isoformat(), steps, slots | {"d": good, "dth": ordinal(good)}, "on")
    return "impossible-date", bad, fine, "date"


def wrong_weekday(draw: Draw) -> Pair:
    """`tuesday the 12th` where the 12th is a Wednesday."""
    day = near_day(draw)
    said = (day.weekday() + draw.of((1, 1, -1, 2, 3))) % 7
    seed = draw.rng.randrange(1 << 30)
    wrong, right = (dated_weekday(_again(draw, seed), day, wd) for wd in (said, day.weekday()))
    return "wrong-weekday", wrong, right, "date"


def _again(draw: Draw, seed: int) -> Draw:
    """The same moment with a source of its own, so that a trap and its twin are worded alike."""
    return Draw(random.Random(seed), draw.now, draw.exam)


def wrong_tomorrow(draw: Draw) -> Pair:
    """`tomorrow, thursday,` where tomorrow is a Wednesday."""
    gap, words = draw.of(
        ((1, "tomorrow"), (1, "tomorrow"), (2, "the day after tomorrow"), (3, "in 3 days"), (4, "in 4 days"))
    )
    day, shift = shift_day(draw.today, gap)
    off = (day.weekday() + draw.of((1, -1, 2))) % 7
    wording = draw.word(
        ("{a}, {wd},", "{a} ({wd})", "{wd}, {a},", "{a} which is {wd}"), ("{a}, a {wd},", "{a} aka {wd}")
    )
    total = draw.today.weekday() + 1 + gap
    found = f"{label(draw.today.weekday())}+{gap}={total}" + (f", {total}-7={total - 7}" if total > 7 else "")
    actual = label(day.weekday())
    bad = phrase(wording, "ASK:date", f"{found}: {actual}, not {label(off)}", {"a": words, "wd": DAY_NAMES[off]})
    fine = phrase(
        wording, day.isoformat(), f"{found}: {actual} ok, {shift}", {"a": words, "wd": DAY_NAMES[day.weekday()]}
    )
    return "wrong-weekday", bad, fine, "date"


def impossible_time(draw: Draw) -> Pair:
    """`tomorrow at 25:30`, `tonight at 9am`."""
    roll, named = draw.rng.random(), coming_day(draw)
    hour = draw.rng.randint(8, 11)
    if roll < 0.5:
        wording = draw.word(("{day} at {t}", "at {t} {day}", "{day} {t}"), ("{day} around {t} sharp",))
        clock_hour, minute = draw.of(((25, 30), (24, 45), (26, 0), (13, 75), (14, 60), (9, 80), (27, 15), (12, 65)))
        said = f"{clock_hour}:{minute:02d}"
        why = f"{clock_hour}>23: no such time" if clock_hour > 23 else f"{minute}>59: no such time"
        good = f"{draw.rng.randint(13, 21)}:{minute if minute < 60 else 30:02d}"
        template = wording.template.replace("{day}", named.template)
        bad = Phrase(wording.fill(day=named.text, t=said), "ASK:time", why, template, wording.held or named.held)
        fine = Phrase(wording.fill(day=named.text, t=good), f"{named.answer}T{good}", named.steps, template,
                      wording.held or named.held)  # fmt: skip
        return "impossible-time", bad, fine, "datetime"
    part, wrong, right = draw.of(
        (("tomorrow night", "am", "pm"), ("tomorrow morning", "pm", "am"), ("tomorrow evening", "am", "pm"))
    )
    full, step = half_day(hour if right == "am" or part == "tomorrow night" else 7, 0, right)
    shown = full % 12
    wording = draw.word(("{part} at {t}", "at {t} {part}"), ("{part}, {t},",))
    day, shift = shift_day(draw.today, 1)
    bad = phrase(wording, "ASK:time", f"{part.split()[1]} is not {wrong}", {"part": part, "t": f"{shown}{wrong}"})
    fine = phrase(wording, f"{day}T{full:02d}:00", chain(shift, step), {"part": part, "t": f"{shown}{right}"})
    return "contradicting-time", bad, fine, "datetime"


def reversed_span(draw: Draw) -> Pair:
    """`from 5pm to 3pm`, `from june 9 to june 3`."""
    if draw.chance(0.5):
        named = coming_day(draw)
        low = draw.rng.randint(1, 6)
        high = low + draw.rng.randint(1, 4)
        wording = draw.word(
            ("{day} from {a}pm to {b}pm", "{day} {a}pm to {b}pm", "{day} between {a}pm and {b}pm"),
            ("{day} {a}pm till {b}pm",),
        )
        template = wording.template.replace("{day}", named.template)
        held = wording.held or named.held
        bad = Phrase(
            wording.fill(day=named.text, a=high, b=low), "ASK:time", f"{low}<{high}: ends before start", template, held
        )
        steps = chain(named.steps, half_day(low, 0, "pm")[1], half_day(high, 0, "pm")[1])
        answer = f"{named.answer}T{low + 12}:00/{named.answer}T{high + 12}:00"
        return (
            "reversed-span",
            bad,
            Phrase(wording.fill(day=named.text, a=low, b=high), answer, steps, template, held),
            "interval",
        )
    month = draw.of([month for month in range(1, 13) if month != draw.today.month])
    first, second = sorted(draw.rng.sample(range(1, 29), 2))
    year, why = upcoming(draw.today, month, first)
    wording = draw.word(
        ("from {m} {a} to {m} {b}", "{m} {a} to {m} {b}", "{m} {a} until {m} {b}"), ("{m} {a} till {m} {b}",)
    )
    name = draw.month(month)
    bad = phrase(wording, "ASK:date", f"{first}<{second}: ends before start", {"m": name, "a": second, "b": first})
    answer = f"{date(year, month, first)}/{date(year, month, second)}"
    return (
        "reversed-span",
        bad,
        phrase(wording, answer, chain(month_fact(month), why), {"m": name, "a": first, "b": second}),
        "interval",
    )


def impossible_yearly(draw: Draw) -> Pair:
    """`every february 30`."""
    month, number, good = draw.of(((2, 30, 20), (2, 31, 21), (4, 31, 30), (6, 31, 13), (9, 31, 3), (11, 31, 1)))
    size = 29 if month == 2 else month_days(2024, month)
    wording = draw.word(("every {m} {d}", "every year on {m} {d}", "yearly on {m} {d}"), ("once a year on {m} {d}",))
    fact, name = month_fact(month), MONTH_NAMES[month - 1]
    bad = phrase(wording, "ASK:date", f"{fact}, {number}>{size}: no such day", {"m": name, "d": ordinal(number)})
    rule = f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={good}"
    fine = phrase(wording, rule, f"yearly, {fact}", {"m": name, "d": ordinal(good)})
    return "impossible-rule", bad, fine, "recurrence"


def impossible_monthly(draw: Draw) -> Pair:
    """`on the 32nd of every month`, `the sixth tuesday of every month`."""
    if draw.chance(0.5):
        number, good = draw.rng.randint(32, 39), draw.rng.randint(1, 28)
        shared = ("on the {d} of every month", "every month on the {d}", "the {d} of each month")
        wording = draw.word(shared, ("each month, the {d}",))
        bad = phrase(wording, "ASK:date", f"{number}>31: no such day", {"d": ordinal(number)})
        fine = phrase(wording, f"FREQ=MONTHLY;BYMONTHDAY={good}", f"monthly {good}", {"d": ordinal(good)})
        return "impossible-rule", bad, fine, "recurrence"
    shared = ("the {n} {wd} of every month", "every month on the {n} {wd}", "every {n} {wd} of the month")
    wording = draw.word(shared, ("each month's {n} {wd}",))
    day, nth, beyond = draw.rng.randint(0, 6), draw.rng.randint(1, 4), draw.of((6, 7, 8))
    refused = f"{beyond}>5: no such weekday"
    bad = phrase(wording, "ASK:date", refused, {"n": ordinal(beyond), "wd": DAY_NAMES[day]})
    steps = f"monthly, {ordinal(nth)}={nth}: {nth}{BYDAYS[day]}"
    slots: dict[str, object] = {"n": ordinal(nth), "wd": DAY_NAMES[day]}
    return "impossible-rule", bad, phrase(wording, f"FREQ=MONTHLY;BYDAY={nth}{BYDAYS[day]}", steps, slots), "recurrence"


def ended_rule(draw: Draw) -> Pair:
    """`every tuesday until june 1, 2024`, two years later."""
    made = weekly(draw).phrase()
    past, ahead = (draw.today + timedelta(days=sign * draw.rng.randint(370, 700)) for sign in (-1, 1))
    wording = draw.word(("until {month} {d}, {y}", "till {d} {month} {y}"), ("up to {month} {d}, {y}",))
    template, held = f"{made.template} {wording.template}", made.held or wording.held
    over, going = (f"{made.text} {wording.fill(**slots_of(draw, day))}" for day in (past, ahead))
    bad = Phrase(over, "ASK:date", f"{past.year}<{draw.today.year}: ends before now", template, held)
    steps = chain(made.steps, month_fact(ahead.month), f"{ahead.year}")
    fine = Phrase(going, f"{made.answer};UNTIL={ahead:%Y%m%d}", steps, template, held)
    return "ended-rule", bad, fine, "recurrence"


def impossible_rule(draw: Draw) -> Pair:
    """A rule that never happens, or has ended."""
    return draw.of((impossible_yearly, impossible_monthly, impossible_monthly, ended_rule))(draw)


def impossible_deadline(draw: Draw) -> Pair:
    """`by april 31`, `by friday the 14th` where that is no Friday."""
    operator, bad, fine, form = draw.of((impossible_date, wrong_weekday))(draw)
    wording = draw.word(("by {day}", "no later than {day}", "due {day}"), ("not later than {day}",))

    def led(made: Phrase) -> Phrase:
        template = wording.template.replace("{day}", made.template)
        return Phrase(wording.fill(day=made.text), made.answer, made.steps, template, wording.held or made.held)

    return operator, led(bad), led(fine), form


def impossible_correction(draw: Draw) -> Pair:
    """`may 3, no, feb 30`."""
    operator, bad, fine, form = draw.of((impossible_date, impossible_date, wrong_weekday))(draw)
    wrong = coming_day(draw)
    seed = draw.rng.randrange(1 << 30)
    return operator, corrected(_again(draw, seed), wrong, bad), corrected(_again(draw, seed), wrong, fine), form


def undecided(draw: Draw) -> Pair:
    """Two dates and no decision, or a date taken back with none in its place."""
    if draw.chance(0.55):
        return "undecided", either(draw), corrected_day(draw), "date"
    return "withdrawn", taken_back(draw), corrected_day(draw), "date"


TRAPS: dict[str, tuple[Callable[[Draw], Pair], str]] = {
    "absolute": (lambda draw: draw.of((impossible_date, wrong_weekday))(draw), "event"),
    "relative": (wrong_tomorrow, "event"),
    "timeofday": (impossible_time, "event"),
    "span": (reversed_span, "stretch"),
    "recurrence": (impossible_rule, "routine"),
    "deadline": (impossible_deadline, "duty"),
    "correction": (impossible_correction, "event"),
}
"""Subdomain to its traps of weather wind, and the kind of sentence that they stand in."""
