"""The cells of the domain and the generator of each."""

from collections.abc import Callable
from dataclasses import replace

from swarm.domains.calendar.absolute import absolute_day
from swarm.domains.calendar.correction import corrected_day, corrected_moment, corrected_repeat, corrected_span
from swarm.domains.calendar.deadline import due_date, due_moment
from swarm.domains.calendar.draw import Draft, Draw, Phrase
from swarm.domains.calendar.lures import no_time
from swarm.domains.calendar.perturb import perturbed
from swarm.domains.calendar.relative import relative_day, relative_span
from swarm.domains.calendar.schedule import repeat
from swarm.domains.calendar.span import duration, interval
from swarm.domains.calendar.timeofday import absolute_moment, moment, part_of_day
from swarm.domains.calendar.traps import TRAPS
from swarm.domains.calendar.vague import VAGUE
from swarm.domains.calendar.wording import sentence, trap

PLAIN: dict[str, tuple[Callable[[Draw], Phrase], str]] = {
    "absolute/date": (absolute_day, "event"),
    "absolute/datetime": (absolute_moment, "event"),
    "relative/date": (relative_day, "event"),
    "relative/interval": (relative_span, "stretch"),
    "timeofday/datetime": (moment, "event"),
    "timeofday/interval": (part_of_day, "stretch"),
    "span/interval": (interval, "stretch"),
    "span/duration": (duration, "length"),
    "recurrence/recurrence": (repeat, "routine"),
    "deadline/date": (due_date, "duty"),
    "deadline/datetime": (due_moment, "duty"),
    "correction/date": (corrected_day, "event"),
    "correction/datetime": (corrected_moment, "event"),
    "correction/recurrence": (corrected_repeat, "routine"),
    "correction/interval": (corrected_span, "stretch"),
}
"""Subdomain and answer form to the generator of plain expressions and the kind of sentence that they stand in."""
WINDY = ("absolute/date", "relative/date", "timeofday/datetime", "span/interval", "span/duration",
    "recurrence/recurrence",
         "deadline/date", "correction/date", "absolute/datetime", "relative/interval")  # fmt: skip
SUBDOMAINS = ("absolute", "relative", "timeofday", "span", "recurrence", "deadline", "correction")


def _plain(key: str) -> Callable[[Draw], Draft]:
    make, kind = PLAIN[key]
    subdomain, form = key.split("/")

    def made(draw: Draw) -> Draft:
        said = make(draw)
        past = form == "date" and kind == "event" and said.answer < draw.today.isoformat()
        return sentence(draw, "past" if past else kind, said, f"{subdomain}/rain/{form}")

    return made


def _windy(key: str) -> Callable[[Draw], Draft]:
    plain = _plain(key)
    subdomain, form = key.split("/")
    return lambda draw: perturbed(draw, plain(draw), f"{subdomain}/wind/{form}")


def _trap(subdomain: str, weather: str) -> Callable[[Draw], Draft]:
    make, kind = (TRAPS if weather == "wind" else VAGUE)[subdomain]

    def made(draw: Draw) -> Draft:
        operator, bad, fine, form = make(draw)
        return trap(
            draw, kind, operator, bad, f"{subdomain}/{weather}/ask", plain=fine, plain_cell=f"{subdomain}/rain/{form}"
        )

    return made


def _none(subdomain: str) -> Callable[[Draw], Draft]:
    return lambda draw: no_time(draw, subdomain)


def _generators() -> dict[str, Callable[[Draw], Draft]]:
    found: dict[str, Callable[[Draw], Draft]] = {}
    for subdomain in SUBDOMAINS:
        keys = [key for key in PLAIN if key.startswith(subdomain + "/")]
        found |= {key.replace("/", "/rain/"): _plain(key) for key in keys}
        found |= {key.replace("/", "/wind/"): _windy(key) for key in keys if key in WINDY}
        found |= {
            f"{subdomain}/wind/ask": _trap(subdomain, "wind"),
            f"{subdomain}/border/ask": _trap(subdomain, "border"),
        }
        found[f"{subdomain}/border/none"] = _none(subdomain)
    return found


GENERATORS = _generators()
"""Cell key to the generator of its drafts, in the domain's order of cells."""


def drafted(key: str, draw: Draw) -> Draft:
    """One draft of the cell, a twin behind it where it is a trap."""
    return replace(GENERATORS[key](draw), cell=key)
