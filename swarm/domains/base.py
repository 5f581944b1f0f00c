"""What a domain is: cells, probes, a verifier, worked solutions and frozen exams."""

import random
from collections.abc import Sequence
from typing import Protocol

from swarm.records import Cell, Probe, Purpose, Record, Reference, Sample


class Verification(Record):
    """Whether an answer is right. `canonical` is the answer in normal form, None where it can't be read."""

    correct: bool
    reason: str
    canonical: str | None = None
    decided: bool = True
    """False where no program can tell, whatever `correct` says; the judge then goes on to its next rung."""


class Reading(Record):
    """How a raw attempt splits: the rationale, the one answer, and what speaks against it being an answer.

    `answers` are all answers found, in order, verbatim; more than one distinct one is hedging.
    """

    rationale: str
    answers: tuple[str, ...]


class Spoken(Protocol):
    """How a student is asked, and how what it says is read: all that an answer needs."""

    choices: tuple[str, ...]
    """The answers, of which a student's is the likeliest after its prompt; empty where it writes its own."""

    def prompt(self, question: str) -> str:
        """The text a student is given, up to where its rationale begins."""

    def completion(self, reference: Reference) -> str:
        """The text a student should have written after the prompt: rationale and answer."""

    def read(self, text: str) -> Reading:
        """Split a raw attempt into rationale and answers. Never raises."""


class Domain(Spoken, Protocol):
    """A domain of one specialist. All methods are pure: the same arguments give the same result."""

    name: str
    instructions: str
    """Task description for models that were not grown here (zero- and few-shot baselines, teachers); plain text."""
    answer_regex: str
    """A regular expression that every well-formed final answer matches in full (for forced decoding)."""

    def cells(self) -> Sequence[Cell]:
        """All cells, at most 200, in a fixed order."""

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """Make one valid probe of the cell, with its answerable twin behind it where the probe is a trap.

        Purpose EXAM and CENSUS draw on wording that LEARN and SIEGE never use.
        """

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Decide whether `answer` is right for `probe`, against its reference. Never raises on any text."""

    def false_steps(self, probe: Probe, rationale: str) -> list[str]:
        """Every step of a rationale that can be checked and is false, verbatim substrings of it."""

    def solve(self, probe: Probe) -> Reference:
        """The domain's own worked solution. Raises ValueError where the probe carries no reference."""

    def species(self, probe: Probe, answer: str) -> str:
        """A short readable name for the way in which a wrong answer is wrong, for example `relative/off-by-a-week`."""
