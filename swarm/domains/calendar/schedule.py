"""Recurrences with a time of day, an end, a start, or an exception."""

from dataclasses import replace
from datetime import date, timedelta

from swarm.domains.calendar.absolute import random_day, slots_of
from swarm.domains.calendar.clock import Clock, bare, half_day, noon, suffixed, written
from swarm.domains.calendar.draw import Draw, Phrase, Wording
from swarm.domains.calendar.recurrence import SIMPLE, Repeat
from swarm.domains.calendar.rules import Rule
from swarm.domains.calendar.steps import chain, coming, month_fact, upcoming

Limit = tuple[Repeat, str, Wording]
"""The limited rule, the words for the limit, and their wording."""


def part_time(draw: Draw) -> Clock:
    """`in the morning at 7`-like times without a day."""
    part = draw.of(("morning", "evening", "night"))
    hour = draw.rng.randint(*{"morning": (5, 10), "evening": (5, 9), "night": (9, 11)}[part])
    full, step = half_day(hour, 0, "am" if part == "morning" else "pm")
    text = f"{hour} at night" if part == "night" else f"{hour} in the {part}"
    return Clock(text, full, 0, step, text.replace(str(hour), "{t}"))


def _timed(draw: Draw, made: Repeat) -> tuple[Repeat, Clock | None]:
    if made.rule.freq == "HOURLY" or draw.chance(0.4):
        return made, None
    said = draw.of((suffixed, suffixed, written, bare, noon, part_time))(draw)
    rule = replace(made.rule, hours=(said.hour,), minutes=(said.minute,))
    return replace(made, rule=rule, steps=chain(made.steps, said.steps)), said


def _dated(draw: Draw, made: Repeat, rule: Rule, day: date, wording: Wording) -> Limit:
    _, why = upcoming(draw.today, day.month, day.day)
    steps = chain(made.steps, month_fact(day.month), why)
    return replace(made, rule=rule, steps=steps), wording.fill(**slots_of(draw, day)), wording


def until_day(draw: Draw, made: Repeat) -> Limit:
    """`until june 5`: that day included."""
    day = random_day(draw, 20, 300)
    shared = ("until {month} {d}", "until {month} {dth}", "till {month} {d}", "through {month} {d}")
    return _dated(draw, made, replace(made.rule, until=day), day, draw.word(shared, ("up to {month} {d}",)))


def from_day(draw: Draw, made: Repeat) -> Limit:
    """`starting april 1`."""
    day = random_day(draw, 5, 90)
    shared = ("starting {month} {d}", "from {month} {d}", "starting on {month} {dth}", "beginning {month} {d}")
    return _dated(draw, made, replace(made.rule, start=day), day, draw.word(shared, ("as of {month} {d}",)))


def without_date(draw: Draw, made: Repeat) -> Limit:
    """`except march 20`: one of the rule's days."""
    first, _ = coming(draw.today, made.days[0])
    day = first + timedelta(days=7 * draw.rng.randint(0, 8))
    shared = ("except {month} {d}", "but not on {month} {dth}", "except on {month} {d}", "skip {month} {d}")
    return _dated(draw, made, replace(made.rule, excluded=(day,)), day, draw.word(shared, ("leaving out {month} {d}",)))


def counted(draw: Draw, made: Repeat) -> Limit:
    """`5 times`, `for six weeks`."""
    count, said = draw.number(3, 12)
    weeks = len(made.days) == 1 and made.rule.interval == 1
    wording = draw.word(("{n} times", "for {n} weeks") if weeks else ("{n} times",))
    rule = replace(made.rule, count=count)
    return replace(made, rule=rule, steps=chain(made.steps, f"count {count}")), wording.fill(n=said), wording


def limited(draw: Draw, made: Repeat) -> Limit:
    """Add an end, a start, or an exception. A count never stands where it is open whether today counts."""
    roll, on_today = draw.rng.random(), not made.days or draw.today.weekday() in made.days
    if roll < 0.4:
        return until_day(draw, made)
    if roll < 0.65 and not on_today:
        return counted(draw, made)
    if roll < 0.85 and made.rule.freq == "WEEKLY" and len(made.days) == 1 and made.rule.interval == 1:
        return without_date(draw, made)
    return from_day(draw, made)


def repeat(draw: Draw) -> Phrase:
    """Any recurrence, in half of the draws with a time, in a third with an end, a start or an exception."""
    made = draw.of(SIMPLE)(draw)
    made, said = _timed(draw, made)
    text, template, held = made.wording.fill(**made.slots), made.wording.template, made.wording.held
    if said is not None:
        text, template, held = f"{text} at {said.text}", f"{template} at {said.template}", held or said.held
    if made.rule.freq in ("WEEKLY", "DAILY") and draw.chance(0.35):
        made, words, wording = limited(draw, made)
        text, template, held = f"{text} {words}", f"{template} {wording.template}", held or wording.held
    return Phrase(text, made.rule.text(), made.steps, template, held)
