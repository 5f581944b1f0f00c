"""Subdomain `timeofday`: clock times on a day, times counted from now, and parts of the day."""

from datetime import date, timedelta

from swarm.domains.calendar.absolute import simple_day
from swarm.domains.calendar.clock import Clock, clock, half_day, idiom, suffixed, written
from swarm.domains.calendar.draw import Draw, Phrase, phrase
from swarm.domains.calendar.moments import NUMBERS
from swarm.domains.calendar.relative import coming_day
from swarm.domains.calendar.steps import chain, shift_day, shift_time

PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 22)}
"""First hour and hour of the end of each part of the day."""


def at_time(draw: Draw, day: Phrase, hour: Clock) -> Phrase:
    """A day and a time of day put together in one of the usual orders."""
    parted = hour.text.split()[-1] in ("morning", "afternoon", "evening", "night")
    frames: tuple[str, ...] = ("{day} at {t}", "{day} at {t}", "{day} {t}", "{t} {day}", "at {t} {day}")
    frames = (*frames[:1], "at {t} {day}") if parted or hour.text.isdigit() else frames
    joined = draw.of(("{day}, {t}", "{t}, {day}") if draw.exam and draw.chance(0.15) else frames)
    held = day.held or hour.held or joined in ("{day}, {t}", "{t}, {day}")
    led = f"{day.lead} {day.text}".strip()
    named = led if joined in ("at {t} {day}", "{t} {day}") else day.text
    text = joined.format(day=named, t=hour.text)
    template = joined.format(day=day.template, t=hour.template)
    lead = day.lead if joined.startswith("{day}") else ""
    return Phrase(text, f"{day.answer}T{hour.time}", chain(day.steps, hour.steps), template, held, lead, day.day)


def relative_moment(draw: Draw) -> Phrase:
    """A day counted from today, with a time."""
    return at_time(draw, coming_day(draw), clock(draw))


def absolute_moment(draw: Draw) -> Phrase:
    """A calendar date, with a time."""
    return at_time(draw, simple_day(draw), clock(draw))


def _on(day: date, hour: int, minute: int) -> str:
    return f"{day}T{hour:02d}:{minute:02d}"


def tonight(draw: Draw) -> Phrase:
    """`tonight at 8`, `half past seven tonight`, `this evening at 6:30`."""
    if draw.chance(0.4):
        said = idiom(draw, "pm")
        if said.hour < 17:
            return tonight(draw)
        wording = draw.word(("{t} tonight", "tonight at {t}", "{t} this evening"), ("at {t} later tonight",))
        text, full, minute, steps = said.text, said.hour, said.minute, said.steps
    else:
        hour, minute = draw.rng.randint(6, 11), draw.of((0, 0, 0, 30, 15, 45))
        full, steps = half_day(hour, minute, "pm")
        text = f"{hour}:{minute:02d}" if minute else draw.of((str(hour), NUMBERS[hour]))
        steps = chain("" if text[0].isdigit() else f"{text}={hour}", steps)
        wording = draw.word(
            ("tonight at {t}", "at {t} tonight", "tonight {t}", "this evening at {t}"), ("tonight @ {t}",)
        )
    if (full, minute) <= (draw.now.hour, draw.now.minute):
        return tonight(Draw(draw.rng, draw.now.replace(hour=9), draw.exam)) if draw.now.hour < 9 else midnight(draw)
    return phrase(wording, _on(draw.today, full, minute), chain("tonight pm", steps), {"t": text})


def midnight(draw: Draw) -> Phrase:
    """`midnight`, `tonight at midnight`: 00:00 of the day that follows."""
    wording = draw.word(("midnight tonight", "tonight at midnight", "at midnight"), ("at the stroke of midnight",))
    day, steps = shift_day(draw.today, 1)
    return phrase(wording, _on(day, 0, 0), chain("midnight=00:00 next day", steps), {})


def morning(draw: Draw) -> Phrase:
    """`tomorrow morning at 7`, `quarter to 9 tomorrow morning`, `tomorrow night at 10`."""
    part = draw.of(("morning", "morning", "afternoon", "evening", "night"))
    suffix = "am" if part == "morning" else "pm"
    low, high = {"morning": (6, 11), "afternoon": (1, 5), "evening": (5, 9), "night": (8, 11)}[part]
    day = coming_day(draw)
    while day.answer != (draw.today + timedelta(days=1)).isoformat() and day.template not in ("{wd}", "next {wd}"):
        day = coming_day(draw)
    if part == "morning" and draw.chance(0.35):
        said = idiom(draw, "am")
        text, full, minute, steps = said.text, said.hour, said.minute, said.steps
    else:
        hour, minute = draw.rng.randint(low, high), draw.of((0, 0, 30, 15))
        full, steps = half_day(hour, minute, suffix)
        text = f"{hour}:{minute:02d}" if minute else draw.of((str(hour), NUMBERS[hour]))
        steps = chain("" if text[0].isdigit() else f"{text}={hour}", steps)
    wording = draw.word(("{day} {part} at {t}", "{t} {day} {part}", "at {t} {day} {part}"), ("{day} {part}, {t}",))
    made = phrase(wording, f"{day.answer}T{full:02d}:{minute:02d}", chain(day.steps, steps),
                  {"day": day.text, "part": part, "t": text})  # fmt: skip
    return Phrase(
        made.text, made.answer, made.steps, made.template.replace("{day}", day.template), made.held or day.held
    )


def next_clock(draw: Draw) -> Phrase:
    """`at 7pm`, `19:30`: today if still ahead, else tomorrow."""
    said = draw.of((suffixed, suffixed, written))(draw)
    ahead = (said.hour, said.minute) > (draw.now.hour, draw.now.minute)
    if (said.hour, said.minute) == (draw.now.hour, draw.now.minute):
        return next_clock(draw)
    wording = draw.word(("{t}", "{t} today" if ahead else "{t}"))
    day, steps = (draw.today, "") if ahead else shift_day(draw.today, 1)
    mark = ">" if ahead else "<"
    why = f"{said.time}{mark}{draw.now:%H:%M}: {'today' if ahead else 'tomorrow'}"
    text, template = wording.fill(t=said.text), wording.template.replace("{t}", said.template)
    return Phrase(text, _on(day, said.hour, said.minute), chain(said.steps, why, steps), template, said.held, "at")


def from_now(draw: Draw) -> Phrase:
    """`in 45 minutes`, `2 hours from now`, `in an hour and a half`."""
    roll = draw.rng.random()
    if roll < 0.4:
        count = draw.of((5, 10, 15, 20, 25, 30, 40, 45, 50, 90))
        wording = draw.word(
            ("in {n} minutes", "in {n} mins", "{n} minutes from now", "in {n} min"), ("in {n} minutes' time",)
        )
        hours, minutes, said, fact = 0, count, str(count), ""
    elif roll < 0.75:
        hours, said = draw.number(2, 12)
        wording = draw.word(("in {n} hours", "{n} hours from now", "in {n} hrs"), ("in {n} hours' time",))
        minutes, fact = 0, f"{said}={hours}" if not said.isdigit() else ""
    else:
        said, hours, minutes = draw.of((("an hour", 1, 0), ("half an hour", 0, 30), ("an hour and a half", 1, 30),
                                        ("a quarter of an hour", 0, 15), ("two and a half hours", 2, 30)))  # fmt: skip
        wording = draw.word(("in {n}", "{n} from now"), ("in about {n}",))
        fact = chain(f"{hours}h" if hours else "", f"{minutes}min" if minutes else "").replace(", ", " ")
    moment, steps = shift_time(draw.now, hours, minutes)
    return phrase(wording, f"{moment:%Y-%m-%dT%H:%M}", chain(fact, steps), {"n": said})


def moment(draw: Draw) -> Phrase:
    """Any time of day."""
    return draw.of((relative_moment, relative_moment, tonight, morning, morning, next_clock, next_clock,
                    from_now, from_now,
                    midnight if draw.chance(0.4) else tonight))(draw)  # fmt: skip


def part_of_day(draw: Draw) -> Phrase:
    """`tomorrow morning`, `this evening`, `friday afternoon`: morning 6-12, afternoon 12-18, evening 18-22."""
    part = draw.of(tuple(PARTS))
    begin, end = PARTS[part]
    if begin > draw.now.hour and draw.chance(0.4):
        words = f"this {part}" if part != "evening" else draw.of(("this evening", "tonight"))
        wording = draw.word((words, words), (f"later {words}",))
        day, steps, text = draw.today, "today", wording.template
        template, held = wording.template, wording.held
    else:
        named = coming_day(draw)
        while named.day is None or named.text.startswith(("in ", "at ")) or named.text[0].isdigit():
            named = coming_day(draw)
        wording = draw.word(("{day} {part}", "{day} in the {part}"), ("the {part} of {day}",))
        day, steps, text = named.day, named.steps, wording.fill(day=named.text, part=part)
        template, held = wording.template.replace("{day}", named.template), named.held or wording.held
    answer = f"{day}T{begin:02d}:00/{day}T{end:02d}:00"
    return Phrase(text, answer, chain(steps, f"{part}={begin:02d}-{end:02d}"), template, held)
