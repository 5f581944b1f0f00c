"""How a person's words become a question of a domain."""

from collections.abc import Callable
from datetime import datetime

from swarm.domains.calendar.moments import header
from swarm.errors import ConfigError

Builder = Callable[[str, datetime], str]

QUESTIONS: dict[str, Builder] = {"calendar": lambda text, now: f"{header(now)}\nText: {text}"}
"""Domains whose questions say more than the person's words: domain name to builder."""


def question(domain: str, text: str, now: datetime) -> str:
    """What the student is asked when a person says `text` at the moment `now`."""
    build = QUESTIONS.get(domain)
    return build(text, now) if build else text


def read_moment(text: str) -> datetime:
    """A moment such as `Tue 2026-03-10 14:30`; the weekday may be left out. Raises ConfigError where it is wrong."""
    weekday, _, rest = text.strip().partition(" ")
    try:
        moment = datetime.fromisoformat(rest if weekday.isalpha() else text.strip())
    except ValueError:
        raise ConfigError(
            f"{text!r} is no moment", "Write it as '2026-03-10 14:30' or 'Tue 2026-03-10 14:30'"
        ) from None
    if weekday.isalpha() and weekday.lower()[:3] != f"{moment:%a}".lower():
        raise ConfigError(f"{moment:%Y-%m-%d} is a {moment:%A}, not {weekday!r}", "Mend the weekday or leave it out")
    return moment
