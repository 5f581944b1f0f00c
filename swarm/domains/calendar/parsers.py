"""Rule-based parsers from outside as baselines: a question in, an answer in the domain's syntax out.

Their packages are the optional extra `parsers` and are imported when first used. They see the text alone and the
moment as their base; what they can't express (asking back, most durations) counts as their miss.
"""

import re
from collections.abc import Callable
from datetime import date, datetime

from swarm.domains.calendar.answers import moment_text
from swarm.domains.calendar.moments import now_of
from swarm.domains.calendar.rules import parse_rule

CLOCK_WORDS = re.compile(
    r"\d\s*(?:am|pm|a\.m|p\.m|h\b|hrs|hours?|min|o'clock)|\d:\d\d|noon|midday|midnight|\bat \w+|eod|cob", re.I
)
NONE = "NONE"


def text_of(question: str) -> str:
    """The text that a question asks about."""
    return question.partition("\nText: ")[2]


def _answer(moments: list[datetime], timed: bool) -> str:
    parts: list[date] = [*moments] if timed else [moment.date() for moment in moments]
    return "/".join(moment_text(part) for part in parts) if parts else NONE


def by_dateparser(question: str) -> str:
    """dateparser.search over the text; two finds in one text are read as the ends of an interval."""
    from dateparser.date import DateDataParser
    from dateparser.search import search_dates

    text = text_of(question)
    base = {"RELATIVE_BASE": now_of(question), "PREFER_DATES_FROM": "future"}
    found = search_dates(text, languages=["en"], settings=base) or []
    if not found:
        return NONE
    parser = DateDataParser(languages=["en"], settings=base | {"RETURN_TIME_AS_PERIOD": True})
    timed = any(parser.get_date_data(words).period == "time" for words, _ in found)
    moments = [moment.replace(tzinfo=None, second=0, microsecond=0) for _, moment in found]
    return _answer(
        sorted(moments[:2]) if re.search(r"\b(?:to|until|between|through)\b|-", text) else moments[:1], timed
    )


def by_parsedatetime(question: str) -> str:
    """parsedatetime: a range where it sees one, else its first find."""
    import parsedatetime

    calendar = parsedatetime.Calendar()
    base, text = now_of(question), text_of(question)
    begin, end, kind = calendar.evalRanges(text, base.timetuple())
    if kind:
        return _answer([datetime(*part[:5]) for part in (begin, end)], kind in (2, 3))
    found = calendar.nlp(text, base)
    if not found:
        return NONE
    moment, flag = found[0][0], found[0][1]
    return _answer([moment.replace(second=0, microsecond=0)], flag in (2, 3))


def by_recurrent(question: str) -> str:
    """recurrent: a rule where the text recurs, else a moment."""
    from recurrent.event_parser import RecurringEvent

    text = text_of(question)
    event = RecurringEvent(now_date=now_of(question))
    found = event.parse(text)
    if isinstance(found, datetime):
        return _answer([found.replace(second=0, microsecond=0)], CLOCK_WORDS.search(text) is not None)
    return _rule(found) if isinstance(found, str) else NONE


def _rule(lines: str) -> str:
    start = re.search(r"DTSTART:(\d{8})", lines)
    body = re.search(r"RRULE:(\S+)", lines)
    skipped = re.findall(r"EXDATE:(\d{8})", lines)
    if body is None:
        return NONE
    plain = re.sub(r"(UNTIL=\d{8})T\d{6}Z?", r"\1", body[1])
    line = (f"DTSTART={start[1]};" if start else "") + plain + (f";EXDATE={','.join(skipped)}" if skipped else "")
    rule = parse_rule(line)
    return rule.text() if rule else line


PARSERS: dict[str, Callable[[str], str]] = {
    "dateparser": by_dateparser,
    "parsedatetime": by_parsedatetime,
    "recurrent": by_recurrent,
}
"""Name to baseline."""


def parsed(name: str, question: str) -> str:
    """The answer of one baseline; a text that makes the foreign parser raise counts as nothing found."""
    if name not in PARSERS:
        raise ValueError(f"parser {name!r} is not one of {sorted(PARSERS)}")
    try:
        return PARSERS[name](question)
    except Exception:  # the foreign parsers raise anything on free text; the caller's accuracy counts it as a miss
        return NONE
