"""Traps of weather border that must be asked back: time that is vague, or told by another calendar or zone."""

from collections.abc import Callable

from swarm.domains.calendar.absolute import month_day
from swarm.domains.calendar.clock import suffixed
from swarm.domains.calendar.deadline import by_day
from swarm.domains.calendar.draw import Draw, Phrase, phrase
from swarm.domains.calendar.moments import MONTH_NAMES, ordinal
from swarm.domains.calendar.recurrence import daily, every_other, weekly
from swarm.domains.calendar.relative import coming_day, in_days
from swarm.domains.calendar.span import duration
from swarm.domains.calendar.timeofday import at_time
from swarm.domains.calendar.traps import Pair, undecided

PLACES = ("Tokyo", "London", "New York", "Berlin", "Sydney", "Mumbai", "Pacific", "Eastern", "Paris", "Chicago")
LUNAR = (
    "Ramadan",
    "Tishri",
    "Nisan",
    "Shawwal",
    "Muharram",
    "Adar",
    "Farvardin",
    "Vaisakha",
    "Kislev",
    "Rajab",
    "Thermidor",
)


def vague_date(draw: Draw) -> Pair:
    """`some day in march`; a date of another calendar."""
    if draw.chance(0.4):
        number, month = draw.rng.randint(1, 28), draw.of(LUNAR)
        wording = draw.word(("the {dth} of {m}", "{d} {m}", "{m} {d}"), ("{dth} {m}",))
        bad = phrase(
            wording, "ASK:calendar", f"{month}: other calendar", {"dth": ordinal(number), "d": number, "m": month}, "on"
        )
        return "other-calendar", bad, month_day(draw), "date"
    month = MONTH_NAMES[draw.rng.randint(0, 11)]
    wording = draw.word(("some day in {m}", "one day in {m}", "a day in {m}, don't know which",
        "sometime around {m} or so",
                         "at some point in {m}"), ("one of those days in {m}", "roughly in {m} i guess"))  # fmt: skip
    return "vague-date", phrase(wording, "ASK:date", "which day? open", {"m": month}), month_day(draw), "date"


def vague_day(draw: Draw) -> Pair:
    """`sometime soon`, `in a few days`."""
    wording = draw.word(
        ("sometime soon", "one of these days", "in a few days", "in a while", "before long", "at some point",
        "some other day",
         "in the near future", "in a few weeks", "someday", "soon", "later on sometime", "when you have time",
         "the other day"),
        ("any day now", "down the road", "when things calm down", "eventually", "in a bit, some day"),
    )  # fmt: skip
    return "vague-day", phrase(wording, "ASK:date", "which day? open", {}), draw.of((in_days, coming_day))(draw), "date"


def vague_time(draw: Draw) -> Pair:
    """`tomorrow at some point`; a time in a zone that the question does not tie to the writer's."""
    named, said = coming_day(draw), suffixed(draw)
    plain = at_time(draw, named, said)
    if draw.chance(0.5):
        wording = draw.word(("{t} {z} time", "{day} at {t} {z} time", "{day} {t} their time",
            "{day} at {t} my cousin's local time"),
                            ("{day} at {t} as clocks go in {z}", "{day} {t} over in {z}"))  # fmt: skip
        place = draw.of(PLACES)
        template = wording.template.replace("{day}", named.template).replace("{t}", said.template)
        bad = Phrase(wording.fill(day=named.text, t=said.text, z=place), "ASK:zone", "other zone", template,
                     wording.held or said.held or ("{day}" in wording.template and named.held))  # fmt: skip
        return "other-zone", bad, plain, "datetime"
    wording = draw.word(("{day} at some point", "{day}, time tbd", "{day}, not sure what time",
        "{day}, i'll tell you the time later",
                         "{day}, what time though?"), ("{day}, hour still open",
                         "{day}, clock time to be confirmed"))  # fmt: skip
    template = wording.template.replace("{day}", named.template)
    bad = Phrase(wording.fill(day=named.text), "ASK:time", "what time? open", template, wording.held or named.held)
    return "vague-time", bad, plain, "datetime"


def vague_length(draw: Draw) -> Pair:
    """`a while`, `some time`."""
    wording = draw.word(("a while", "some time", "ages", "a bit", "quite a while", "a few hours",
        "a few minutes", "a moment", "however long it takes",
                         "not too long", "longer than usual"), ("an eternity", "just a little while",
                         "several hours", "who knows how long"))  # fmt: skip
    return "vague-duration", phrase(wording, "ASK:duration", "how long? open", {}), duration(draw), "duration"


def vague_frequency(draw: Draw) -> Pair:
    """`every so often`, `regularly`."""
    wording = draw.word(
        ("every so often", "regularly", "from time to time", "now and then", "every few weeks", "occasionally",
        "sometimes", "often",
         "every few days", "every couple of months or so", "more often", "whenever it's needed"),
        ("once in a while", "off and on", "frequently", "on a regular basis", "every now and again"),
    )  # fmt: skip
    made = draw.of((weekly, every_other, daily))(draw)
    plain = Phrase(
        made.wording.fill(**made.slots), made.rule.text(), made.steps, made.wording.template, made.wording.held
    )
    return "vague-frequency", phrase(wording, "ASK:frequency", "how often? open", {}), plain, "recurrence"


def vague_deadline(draw: Draw) -> Pair:
    """`as soon as possible`, `before it's too late`."""
    wording = draw.word(
        ("as soon as possible", "asap", "before it's too late", "when you get around to it", "in due time",
        "at your earliest convenience",
         "soon", "by some point", "before the deadline", "within a reasonable time", "in good time", "urgently"),
        ("without delay", "in a timely manner", "whenever you can", "before too long", "by then"),
    )  # fmt: skip
    return "vague-deadline", phrase(wording, "ASK:date", "which day? open", {}), by_day(draw), "date"


VAGUE: dict[str, tuple[Callable[[Draw], Pair], str]] = {
    "absolute": (vague_date, "event"),
    "relative": (vague_day, "event"),
    "timeofday": (vague_time, "event"),
    "span": (vague_length, "length"),
    "recurrence": (vague_frequency, "routine"),
    "deadline": (vague_deadline, "duty"),
    "correction": (undecided, "event"),
}
"""Subdomain to its traps of weather border, and the kind of sentence that they stand in."""
