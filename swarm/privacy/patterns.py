"""What personal data looks like: a regular expression for each kind, and a test of what it finds where there is one.

The expressions are those of the package `regex`, whose searches can be given a time limit; possessive quantifiers keep
the built-in ones linear.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import regex

from swarm.errors import ConfigError

NAME = r"[a-z][a-z0-9-]{0,30}"
_DATE = re.compile(r"(\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})\b")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of personal data. What the expression finds is one of it where `holds` says so."""

    name: str
    expression: Any
    holds: Callable[[str], bool] = lambda _: True


def custom(name: str, expression: str) -> Pattern:
    """A pattern of somebody's own. Raises ConfigError with the place where the expression can't be read."""
    if not re.fullmatch(NAME, name) or name in BUILT_IN:
        raise ConfigError(
            f"privacy pattern {name!r} has no name of its own",
            f"Name it by {NAME}, other than {', '.join(BUILT_IN)}",
        )
    try:
        compiled = regex.compile(expression)
    except regex.error as error:
        raise ConfigError(
            f"privacy pattern {name!r} is {expression!r}: {error.msg} at position {error.pos}", "Mend it there"
        ) from None
    if compiled.search("") is not None:
        raise ConfigError(
            f"privacy pattern {name!r} is {expression!r}, which finds nothing at all everywhere",
            "Let it match one character at least",
        )
    return Pattern(name, compiled)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_phone(text: str) -> bool:
    """7 to 15 digits (E.164), and no date at its beginning."""
    return 7 <= len(_digits(text)) <= 15 and not _DATE.match(text)


def _is_card(text: str) -> bool:
    """The check digit of ISO/IEC 7812 (Luhn), and a major industry that pays."""
    digits = [int(digit) for digit in _digits(text)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and digits[0] in (2, 3, 4, 5, 6) and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _is_iban(text: str) -> bool:
    """The check digits of ISO 13616: the country moved behind, letters as numbers, modulo 97 is 1."""
    plain = re.sub(r"\s", "", text).upper()
    number = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    return 15 <= len(plain) <= 34 and int(number) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(letter.isalnum() for letter in text)


_KEYS = (
    r"sk-[\w-]{16,}+",
    r"gh[pousr]_\w{20,}+",
    r"github_pat_\w{20,}+",
    r"glpat-[\w-]{16,}+",
    r"xox[abposr]-[\w-]{10,}+",
    r"AKIA[0-9A-Z]{16}",
    r"AIza[\w-]{35}",
    r"hf_[A-Za-z0-9]{20,}+",
    r"swarm_[0-9a-f]{12}_[\w-]{32,}+",
    r"eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]{8,}+",
)
_TOKEN = (
    r"\b(?:" + "|".join(_KEYS) + r")"
    r"|(?i:(?<=\bbearer\s))[\w.~+/-]{16,}+=*+"
    r"|-----BEGIN (?:[A-Z]{1,20}+ ){0,3}?PRIVATE KEY-----"
    r"[\w\s+/=]*+(?:-----END (?:[A-Z]{1,20}+ ){0,3}?PRIVATE KEY-----)?"
)
_EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}+@(?:[\w-]{1,63}+\.(?=[\w-]))++[\w-]{2,63}+"
_IBAN = r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b"
_CARD = r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d])"
_IP = r"(?<![\w:.])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9A-Fa-f]*+:)[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3})(?![\w:]|\.\d)"
_PHONE = (
    r"(?<![\w+])(?:(?:\+|00)[1-9](?:[ ()/.-]{0,2}\d){6,14}"
    r"|\(?0\d{1,4}\)?(?:[ /-]{0,2}\d){5,11}"
    r"|\(?[2-9]\d{2}\)?[ .-]?\d{3}[ .-]\d{4})(?!\w)"
)

BUILT_IN: Mapping[str, Pattern] = {
    pattern.name: pattern
    for pattern in (
        Pattern("token", regex.compile(_TOKEN)),
        Pattern("email", regex.compile(_EMAIL)),
        Pattern("iban", regex.compile(_IBAN), _is_iban),
        Pattern("card", regex.compile(_CARD), _is_card),
        Pattern("ip", regex.compile(_IP), _is_ip),
        Pattern("phone", regex.compile(_PHONE), _is_phone),
    )
}
"""By name, in the order in which they are looked for: a card's number would be a telephone's, too."""

PRODUCTION = ("email", "iban", "card", "ip", "token")
"""What is replaced in reports from production unless told otherwise: kinds whose shape or check digit no date has."""
