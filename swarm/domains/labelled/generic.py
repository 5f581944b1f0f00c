"""Operators that suit any data: other spelling leaves a label as it is, and what can't be read has none."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swarm.domains.labelled.items import Item
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.records import Weather

WORDING = "wording"
"""The subdomain of what is only spelled otherwise."""
UNREADABLE = "unreadable"
"""The subdomain of what can't be answered, for want of a text."""

Change = Callable[[str, random.Random], str]
"""From a text to another one; the same one where it does not lend itself to that."""

_LONG_WORD = re.compile(r"\b[a-z]{6,}\b")


@dataclass(frozen=True)
class Respelled:
    """Spells one field of an item otherwise; what is right stays."""

    name: str
    change: Change
    weather: Weather = Weather.WIND

    def rewrite(self, item: Item, rng: random.Random, pool: Sequence[Item]) -> Rewrite | None:  # noqa: ARG002 - the interface's
        """The item with one field, drawn at random, spelled otherwise."""
        return _changed(self, item, rng, self.change, item.label, WORDING)


@dataclass(frozen=True)
class Spoilt:
    """Takes one field of an item away, so that the label `abstain` is right."""

    name: str
    change: Change
    abstain: str
    weather: Weather = Weather.BORDER

    def rewrite(self, item: Item, rng: random.Random, pool: Sequence[Item]) -> Rewrite | None:  # noqa: ARG002 - the interface's
        """The item with one field, drawn at random, that says nothing any more."""
        return _changed(self, item, rng, self.change, self.abstain, UNREADABLE)


def _changed(
    by: Respelled | Spoilt, item: Item, rng: random.Random, change: Change, label: str, phenomenon: str
) -> Rewrite | None:
    name = rng.choice(sorted(item.fields))
    text = change(item.fields[name], rng)
    if text == item.fields[name] or not text.strip():
        return None
    return Rewrite(
        fields={**item.fields, name: text},
        label=label,
        operator=by.name,
        phenomenon=phenomenon,
        weather=by.weather,
        parents=(item.id,),
    )


def _capitals(text: str, rng: random.Random) -> str:
    return text.upper() if rng.random() < 0.5 else text.lower()


def _unpunctuated(text: str, _: random.Random) -> str:
    return text.rstrip(".!? ")


def _typo(text: str, rng: random.Random) -> str:
    """Two letters within a long word change places."""
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    at = (word := rng.choice(words)).start() + rng.randint(1, len(word[0]) - 3)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _missing(_: str, rng: random.Random) -> str:
    return rng.choice(("-", "...", "N/A", "(none)", "?"))


def _salad(text: str, rng: random.Random) -> str:
    """The letters of the whole text in any order, in words as long as before."""
    letters = [letter for letter in text if letter.isalpha()]
    rng.shuffle(letters)
    mixed = iter(letters)
    return "".join(next(mixed) if letter.isalpha() else letter for letter in text)


def generic_operators(abstain: str = "") -> list[Operator]:
    """The wind operators, and, where there is a label to abstain with, those of the border."""
    respelled: list[Operator] = [
        Respelled("capitals", _capitals), Respelled("unpunctuated", _unpunctuated), Respelled("typo", _typo)
    ]  # fmt: skip
    spoilt: list[Operator] = [Spoilt("missing", _missing, abstain), Spoilt("letter-salad", _salad, abstain)]
    return respelled + (spoilt if abstain else [])
