"""One attempt as the checks of a rubric see it, and what a check says of it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from swarm.domains.base import Domain, Reading, Verification
from swarm.records import Probe

QUOTED = 160
"""Most characters of an attempt that a finding quotes."""


class Rung(StrEnum):
    """The ladder, in the order in which a criterion climbs it: each is asked only what the one before can't tell."""

    PROGRAM = "program"
    REFERENCE = "reference"
    MODEL = "model"
    JURY = "jury"


def abstains(answer: str) -> bool:
    """Whether an answer declines: it asks back (`ASK:date`) or says that there is nothing to answer (`NONE`)."""
    plain = answer.strip().upper()
    return plain == "NONE" or re.match(r"ASK\b", plain) is not None


def plain_words(text: str) -> str:
    """A text without what never matters: capitals, spaces at its ends or doubled, and marks around it."""
    return " ".join(text.casefold().split()).strip(" .,;:!?\"'`")


@dataclass(frozen=True)
class Case:
    """One attempt at one probe, read once for all checks. The probe must carry its reference."""

    domain: Domain
    probe: Probe
    text: str

    @cached_property
    def reading(self) -> Reading:
        """How the text splits into rationale and answers."""
        return self.domain.read(self.text)

    @cached_property
    def verified(self) -> tuple[Verification, ...]:
        """The verifier's decision on each answer found, in order."""
        return tuple(self.domain.verify(self.probe, answer) for answer in self.reading.answers)

    @property
    def should_abstain(self) -> bool:
        """Whether asking back or NONE is right here."""
        if self.probe.reference is None:
            raise ValueError(f"probe of {self.probe.cell.key} has no reference; a judge must be given it")
        return abstains(self.probe.reference.answer)

    def distinct(self) -> list[int]:
        """The positions of answers that differ in meaning (in canonical form, where they can be read)."""
        seen: dict[str, int] = {}
        for place, (answer, verification) in enumerate(zip(self.reading.answers, self.verified, strict=True)):
            seen.setdefault(verification.canonical or answer.strip(), place)
        return list(seen.values())

    def matches(self, place: int) -> bool:
        """Whether the answer at that place is the reference, apart from capitals, spaces and marks around it."""
        if self.probe.reference is None:
            raise ValueError(f"probe of {self.probe.cell.key} has no reference; a judge must be given it")
        return plain_words(self.reading.answers[place]) == plain_words(self.probe.reference.answer)

    def excerpt(self) -> str:
        """The end of the text, where an answer would stand."""
        return self.text[-QUOTED:]

    def verbatim(self, words: str) -> str:
        """These words as the text says them; where its line ends differ, the longest of their lines that it says."""
        lines = sorted(words.splitlines(), key=len, reverse=True)
        said = (piece for piece in (words, *lines) if piece and piece in self.text)
        return next(said, self.excerpt())[:QUOTED]


@dataclass(frozen=True)
class Outcome:
    """A check's decision: the words that it rests on, why, and the rung that it was made on."""

    passed: bool
    quote: str
    why: str
    rung: Rung = Rung.PROGRAM
