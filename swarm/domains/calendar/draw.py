"""What the generators pass around: the seeded draw, a worded time expression, and a drafted question."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from swarm.domains.calendar.moments import DAY_NAMES, DAY_SHORTS, MONTH_NAMES, MONTHS, NUMBERS, draw_now

T = TypeVar("T")


@dataclass(frozen=True)
class Wording:
    """A template with `{slots}`, and whether it is held out for exam and census."""

    template: str
    held: bool = False

    def fill(self, **slots: object) -> str:
        """The template with its slots filled."""
        return self.template.format(**slots)


@dataclass(frozen=True)
class Draw:
    """A seeded source of choices for one probe, at one moment, for one side of the wording split."""

    rng: random.Random
    now: datetime
    exam: bool

    @classmethod
    def begin(cls, rng: random.Random, exam: bool) -> "Draw":
        """A draw at a fresh random moment."""
        return cls(rng, draw_now(rng), exam)

    @property
    def today(self) -> date:
        """The date of Now."""
        return self.now.date()

    def of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self.rng.choice(options)

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self.rng.random() < share

    def word(self, shared: Sequence[str], held: Sequence[str] = ()) -> Wording:
        """One of the shared templates or, on the exam side in half of the draws, a held one."""
        if self.exam and held and self.chance(0.5):
            return Wording(self.of(held), True)
        return Wording(self.of(shared))

    def number(self, low: int, high: int) -> tuple[int, str]:
        """A number and how it is written: in digits, or as a word up to twelve."""
        value = self.rng.randint(low, high)
        return value, NUMBERS[value] if value <= 12 and self.chance(0.4) else str(value)

    def weekday(self, weekday: int) -> str:
        """The name of a weekday, in a quarter of draws abbreviated."""
        return DAY_SHORTS[weekday] if self.chance(0.25) else DAY_NAMES[weekday]

    def month(self, month: int) -> str:
        """The name of a month, in a third of draws abbreviated."""
        short = MONTHS[month - 1].lower() + self.of(("", "", "."))
        return short if self.chance(0.35) and month != 5 else MONTH_NAMES[month - 1]


@dataclass(frozen=True)
class Phrase:
    """A time expression with its answer and the steps to it.

    `lead` is the preposition that a sentence puts before it; `template` is its wording without fillers.
    """

    text: str
    answer: str
    steps: str
    template: str
    held: bool = False
    lead: str = ""
    day: date | None = None
    """The date that the expression names, where it names one."""


def phrase(wording: Wording, answer: str, steps: str, slots: dict[str, object], lead: str = "",
           day: date | None = None) -> Phrase:  # fmt: skip
    """A phrase from a wording and its slots."""
    return Phrase(wording.fill(**slots), answer, steps, wording.template, wording.held, lead, day)


@dataclass(frozen=True)
class Draft:
    """A question being made: its text line, its answer and steps, and the skeleton of its wording."""

    now: datetime
    text: str
    answer: str
    steps: str
    skeleton: str
    cell: str
    """Key of the cell that it belongs to."""
    operator: str = ""
    twin: "Draft | None" = field(default=None)

    def trap(self, operator: str, twin: "Draft") -> "Draft":
        """The same draft, marked as a trap with its plain twin."""
        return replace(self, operator=operator, twin=twin)


def cased(draw: Draw, text: str) -> str:
    """The casing of messages: as it is, all lower, or with a capital; a full stop or exclamation at times."""
    roll = draw.rng.random()
    if roll < 0.35:
        text = text.lower()
    elif roll < 0.62:
        text = text[:1].upper() + text[1:]
        text = re.sub(rf"\b({'|'.join(DAY_NAMES)})\b", lambda hit: hit[0].capitalize(), text)
        text = re.sub(rf"\b({'|'.join(name for name in MONTH_NAMES if name not in ('may', 'march'))})\b",
                      lambda hit: hit[0].capitalize(), text)  # fmt: skip
    elif roll < 0.64:
        text = text.upper()
    if text[-1].isalnum() and draw.chance(0.18):
        text += draw.of((".", ".", "!", ""))
    return text
