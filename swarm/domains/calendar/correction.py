"""Subdomain `correction`: texts that take a time back and give another; the last word counts."""

from swarm.domains.calendar.absolute import month_day
from swarm.domains.calendar.clock import suffixed
from swarm.domains.calendar.draw import Draw, Phrase
from swarm.domains.calendar.recurrence import every_other, monthly, nth_weekday_monthly, several_days, weekly
from swarm.domains.calendar.relative import coming_day
from swarm.domains.calendar.span import hours_on
from swarm.domains.calendar.steps import chain

FRAMES = (
    "{a}, no, {b}", "{a} no wait {b}", "{a}, no {b}", "{a} - no, {b}", "{a}, i mean {b}", "{a}, sorry, {b}",
    "{a}... sorry {b}",
    "{a}, actually {b}", "{a}, scratch that, {b}", "not {a}, {b}", "{a}, make that {b}", "{a}, or rather {b}",
    "{b}, not {a}",
    "{a}, wait, {b}", "{a} actually no, {b}", "{a}, oops, {b}", "{b} instead of {a}",
)  # fmt: skip
HELD_FRAMES = ("{a}, correction: {b}", "{a}, hmm, better {b}", "{a}, my mistake, {b}", "{a}? nope, {b}",
    "{b} rather than {a}",
               "{a}, let's say {b} instead", "{a}, forget that, {b}")  # fmt: skip


def corrected(draw: Draw, wrong: Phrase, right: Phrase) -> Phrase:
    """The wrong expression taken back for the right one."""
    frame = draw.word(FRAMES, HELD_FRAMES)
    text = frame.fill(a=wrong.text, b=right.text)
    template = frame.fill(a=wrong.template, b=right.template)
    return Phrase(text, right.answer, chain(f"keep {right.text}", right.steps), template,
                  frame.held or wrong.held or right.held)  # fmt: skip


def _pair(draw: Draw) -> tuple[Phrase, Phrase]:
    kind = coming_day if draw.chance(0.75) else month_day
    wrong, right = kind(draw), kind(draw)
    same_kind = wrong.template.split()[0] == right.template.split()[0] or "{wd}" in wrong.template + right.template
    return (wrong, right) if wrong.answer != right.answer and wrong.text != right.text and same_kind else _pair(draw)


def corrected_day(draw: Draw) -> Phrase:
    """`tuesday, no, wednesday`."""
    return corrected(draw, *_pair(draw))


def corrected_moment(draw: Draw) -> Phrase:
    """`friday at 3pm, no, at 4pm`; `tuesday at 9am, i mean thursday`: what is not taken back stays."""
    wrong, right = _pair(draw)
    one, two = suffixed(draw), suffixed(draw)
    if one.time == two.time:
        return corrected_moment(draw)
    frame = draw.word(FRAMES[:9], HELD_FRAMES[:4])
    if frame.template.startswith("not"):
        return corrected_moment(draw)
    if draw.chance(0.5):
        a, b = f"{right.text} at {one.text}", draw.of(("{t}", "at {t}"))
        text = frame.fill(a=a, b=b.format(t=two.text))
        template = frame.fill(a=f"{right.template} at {one.template}", b=b.format(t=two.template))
        steps = chain(f"keep {right.text} {two.text}", right.steps, two.steps)
        held = frame.held or right.held or one.held or two.held
    else:
        text = frame.fill(a=f"{wrong.text} at {two.text}", b=right.text)
        template = frame.fill(a=f"{wrong.template} at {two.template}", b=right.template)
        steps = chain(f"keep {right.text} {two.text}", right.steps, two.steps)
        held = frame.held or right.held or wrong.held or two.held
    return Phrase(text, f"{right.answer}T{two.time}", steps, template, held)


def corrected_repeat(draw: Draw) -> Phrase:
    """`every tuesday, no, every other thursday`."""
    kinds = (weekly, weekly, every_other, several_days, monthly, nth_weekday_monthly)
    wrong, right = (draw.of(kinds)(draw).phrase() for _ in range(2))
    return corrected(draw, wrong, right) if wrong.answer != right.answer else corrected_repeat(draw)


def corrected_span(draw: Draw) -> Phrase:
    """`friday 3-5pm, no, 4-6pm tomorrow`."""
    wrong, right = hours_on(draw), hours_on(draw)
    return corrected(draw, wrong, right) if wrong.answer != right.answer else corrected_span(draw)


def either(draw: Draw) -> Phrase:
    """`tuesday or wednesday, not sure yet`: two days, none of them decided."""
    wrong, right = _pair(draw)
    frame = draw.word(("{a} or {b}, not sure yet", "either {a} or {b}", "{a} or {b}, i'll let you know",
        "{a}, or maybe {b}?",
                       "{a}, no wait, {b}, hmm, or {a} after all? not decided", "{a} or {b}?"),
                      ("{a} or {b}, still open", "could be {a}, could be {b}", "{a} or {b}, tbd"))  # fmt: skip
    text = frame.fill(a=wrong.text, b=right.text)
    template = frame.fill(a=wrong.template, b=right.template)
    return Phrase(text, "ASK:date", "two dates, undecided", template, frame.held or wrong.held or right.held)


def taken_back(draw: Draw) -> Phrase:
    """`friday, no, that doesn't work, let me get back to you`: the date is withdrawn."""
    named = coming_day(draw)
    frame = draw.word(("{a}, no, that doesn't work, new date to follow", "{a}... actually no, date still open",
                       "not {a} after all, we need another date", "{a}, no, can't do that day"),
                      ("{a}, ah no, some other day", "{a} is off, let me find another day"))  # fmt: skip
    return Phrase(frame.fill(a=named.text), "ASK:date", f"not {named.text}: no date left",
                  frame.fill(a=named.template), frame.held or named.held)  # fmt: skip
