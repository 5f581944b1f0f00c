"""Checks a rationale: every equation, month length, weekday number and clock conversion that it claims."""

import calendar
import re

from swarm.domains.calendar.moments import DAYS, MONTHS, NUMBERS

LONGEST = 4000
TIMES = re.compile(r"\b(\d{1,2}):(\d\d)([+-])(\d{1,3})=(\d{1,2}):(\d\d)(?!\d)")
EQUATION = re.compile(
    r"(?<![\w:.])((?:[A-Z][a-z]{2})?-?\d+(?:[+*/-](?:[A-Z][a-z]{2})?\d+)+)=((?:[A-Z][a-z]{2})?-?\d+)(?![\d:])"
)
LENGTH = re.compile(r"(?:\b(\d{4})-)?\b(\d\d) has (\d+)")
WEEKDAY = re.compile(rf"\b({'|'.join(DAYS)})([0-9])\b")
MONTH = re.compile(rf"\b({'|'.join(MONTHS)})=(\d\d)\b")
CLOCK = re.compile(r"\b(\d{1,2})(?::(\d\d))?(am|pm)=(\d\d):(\d\d)\b")
COMPARED = re.compile(r"(?<![\w:.])(\d+)([<>])(\d+)(?![\d:])")
HALF = re.compile(r"(?:\b(\d+)([YDHM]), )?\bhalf(?: hour)?=(\d+[DHMS](?: \d+H)?)(?!\d)")
HALVES = {"Y": "6M", "D": "12H", "H": "30M", "M": "30S"}
NAMED = re.compile(rf"\b(quarter|couple|decade|{'|'.join(NUMBERS[2:])})=(\d+)(?!\d)")
VALUES = {"quarter": 15, "couple": 2, "decade": 10} | {word: number for number, word in enumerate(NUMBERS)}


def _value(terms: str) -> float:
    plain = re.sub(r"[A-Za-z]", "", terms)
    tokens = re.findall(r"[+-]?\d+|[*/]\d+", plain)
    total, last = 0, 0
    for token in tokens:
        if token[0] in "*/":
            number = int(token[1:])
            total -= last
            last = last * number if token[0] == "*" else (last // number if number else -(10**9))
        else:
            last = int(token)
        total += last
    return total


def _false_equation(hit: re.Match[str]) -> bool:
    return _value(hit[1]) != int(re.sub(r"[A-Za-z]", "", hit[2]))


def _false_time(hit: re.Match[str]) -> bool:
    shift = int(hit[4]) if hit[3] == "+" else -int(hit[4])
    return (int(hit[1]) * 60 + int(hit[2]) + shift) % 720 != (int(hit[5]) * 60 + int(hit[6])) % 720


def _false_length(hit: re.Match[str]) -> bool:
    year, month = int(hit[1] or 0), int(hit[2])
    if not 1 <= month <= 12:
        return True
    if month == 2 and not year:
        return int(hit[3]) not in (28, 29)
    return calendar.monthrange(year or 2023, month)[1] != int(hit[3])


def _false_clock(hit: re.Match[str]) -> bool:
    hour = int(hit[1]) % 12 + (12 if hit[3] == "pm" else 0)
    return (hour, int(hit[2] or 0)) != (int(hit[4]), int(hit[5]))


def _false_comparison(hit: re.Match[str]) -> bool:
    return (int(hit[1]) < int(hit[3])) != (hit[2] == "<") or int(hit[1]) == int(hit[3])


def _false_half(hit: re.Match[str]) -> bool:
    """Half of the unit before it, where there is one; 7D stand for a week."""
    if hit[1] == "7" and hit[2] == "D":
        return hit[3] not in ("3D 12H", HALVES["D"])
    return hit[3] != HALVES[hit[2]] if hit[2] else hit[3] not in HALVES.values()


CHECKS = (
    (TIMES, _false_time),
    (EQUATION, _false_equation),
    (LENGTH, _false_length),
    (WEEKDAY, lambda hit: hit[2] != str(DAYS.index(hit[1]) + 1)),
    (MONTH, lambda hit: int(hit[2]) != MONTHS.index(hit[1]) + 1),
    (CLOCK, _false_clock),
    (COMPARED, _false_comparison),
    (HALF, _false_half),
    (NAMED, lambda hit: int(hit[2]) != VALUES[hit[1]]),
)


def false_claims(rationale: str) -> list[str]:
    """The claims of a rationale that are false, verbatim, in the order of the kinds of claims."""
    text = rationale[:LONGEST]
    return [hit[0] for pattern, wrong in CHECKS for hit in pattern.finditer(text) if len(hit[0]) < 60 and wrong(hit)]
