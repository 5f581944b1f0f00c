"""Times of day: how people say them, the 24-hour time they mean, and the steps from one to the other."""

from dataclasses import dataclass

from swarm.domains.calendar.draw import Draw, Wording
from swarm.domains.calendar.moments import NUMBERS
from swarm.domains.calendar.steps import chain

PARTS = {"in the morning": "am", "in the afternoon": "pm", "in the evening": "pm", "at night": "pm"}


@dataclass(frozen=True)
class Clock:
    """A time of day as worded; `at` says whether a sentence puts `at` before it."""

    text: str
    hour: int
    minute: int
    steps: str
    template: str
    held: bool = False

    @property
    def time(self) -> str:
        """`19:30`."""
        return f"{self.hour:02d}:{self.minute:02d}"


def half_day(hour: int, minute: int, suffix: str) -> tuple[int, str]:
    """A 12-hour time in 24 hours: `7:30pm=19:30`."""
    full = hour % 12 + (12 if suffix == "pm" else 0)
    said = f"{hour}:{minute:02d}" if minute else f"{hour}"
    return full, f"{said}{suffix}={full:02d}:{minute:02d}"


def usual(hour: int) -> str:
    """What a bare hour means by day: 1 to 6 are pm, 7 to 11 am, 12 is noon."""
    return "pm" if hour <= 6 or hour == 12 else "am"


def _clock(wording: Wording, hour: int, minute: int, steps: str, **slots: object) -> Clock:
    return Clock(wording.fill(**slots), hour, minute, steps, wording.template, wording.held)


def suffixed(draw: Draw, low: int = 6, high: int = 22) -> Clock:
    """`7pm`, `7:30 am`, `7 p.m.`."""
    full, minute = draw.rng.randint(low, high), draw.of((0, 0, 0, 15, 30, 45, 10, 20, 50))
    suffix, hour = "pm" if full >= 12 else "am", full % 12 or 12
    said = f"{hour}:{minute:02d}" if minute else f"{hour}"
    wording = draw.word(("{t}{s}", "{t} {s}", "{t}{s}", "{t} {dots}"), ("{t}{first}",))
    full, step = half_day(hour, minute, suffix)
    return _clock(wording, full, minute, step, t=said, s=suffix, dots=f"{suffix[0]}.m.", first=suffix[0])


def written(draw: Draw) -> Clock:
    """`19:30`, `09:15`."""
    hour, minute = draw.rng.randint(7, 22), draw.of((0, 0, 15, 30, 45, 5, 40))
    wording = draw.word(("{t}", "{t}h"), ("{t} hours", "{t} hrs"))
    return _clock(wording, hour, minute, "", t=f"{hour:02d}:{minute:02d}")


def bare(draw: Draw) -> Clock:
    """`7`, `4:30`, `7 o'clock`: read by the usual rule."""
    hour, minute = draw.rng.randint(1, 12), draw.of((0, 0, 0, 0, 30, 15, 45))
    full, step = half_day(hour, minute, usual(hour))
    said = f"{hour}:{minute:02d}" if minute else draw.of((f"{hour}", NUMBERS[hour], f"{hour}"))
    wording = draw.word(("{t}",) if minute else ("{t}", "{t}", "{t} o'clock"), () if minute else ("{t} sharp",))
    return _clock(wording, full, minute, chain("" if said[0].isdigit() else f"{said}={hour}", step), t=said)


def parted(draw: Draw) -> Clock:
    """`7 in the evening`, `half past six in the morning`."""
    part = draw.of(tuple(PARTS))
    low, high = {"in the morning": (5, 11), "in the afternoon": (1, 5), "in the evening": (5, 9), "at night": (9, 11)}[
        part
    ]
    hour, minute = draw.rng.randint(low, high), draw.of((0, 0, 30))
    full, step = half_day(hour, minute, PARTS[part])
    said = draw.of((f"{hour}", NUMBERS[hour]))
    named = chain("" if said.isdigit() else f"{said}={hour}", step)
    if minute:
        wording = draw.word(("half past {t} {part}",), ("{digits}:30 {part}",))
    else:
        wording = draw.word(("{t} {part}", "{t} o'clock {part}"), ())
    return _clock(wording, full, minute, named, t=said, part=part, digits=hour)


def idiom(draw: Draw, suffix: str = "") -> Clock:
    """`half past seven`, `quarter to 9`, `ten past four`: by the usual rule, or with the half of the day given."""
    low, high = {"pm": (1, 11), "am": (5, 11)}.get(suffix, (1, 12))
    hour = draw.rng.randint(low, high)
    said = draw.of((f"{hour}", NUMBERS[hour]))
    offset, words = draw.of(((30, "half past"), (15, "quarter past"), (-15, "quarter to"), (10, "ten past"),
                             (-10, "ten to"), (20, "twenty past"), (-15, "a quarter to"),
                             (-20, "twenty to")))  # fmt: skip
    wording = draw.word((words + " {t}",), ("a " + words + " {t}",) if words.startswith("quarter") else ())
    minute, shown = offset % 60, hour if offset > 0 else (hour - 2) % 12 + 1
    full, step = half_day(shown, minute, suffix or usual(shown))
    named = "" if said.isdigit() else f"{said}={hour}"
    worked = (
        f"{hour}:00{offset:+d}={shown}:{minute:02d}" if hour > 1 or offset > 0 else f"13:00{offset}=12:{minute:02d}"
    )
    return _clock(wording, full, minute, chain(named, worked, step), t=said)


def noon(draw: Draw) -> Clock:
    """`noon`, `midday`."""
    word = draw.of(("noon", "noon", "midday", "12 noon"))
    return Clock(word, 12, 0, f"{word.split()[-1]}=12:00", word)


def clock(draw: Draw) -> Clock:
    """Any time of day that needs no day to be understood."""
    kinds = (suffixed, suffixed, suffixed, suffixed, written, written, bare, bare, parted, noon, idiom)
    return draw.of(kinds)(draw)
