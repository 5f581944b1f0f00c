"""What weather needs to know of a domain, and what comes of pressing a probe."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

from swarm.fields import Line, Note
from swarm.records import Cell, Probe, Purpose, Record, Reference, Sample, Weather


class Lack(StrEnum):
    """Why a question has no answer any more."""

    MISSING = "missing"
    """A fact that the answer rests on isn't there."""
    CONTRADICTED = "contradicted"
    """It is there twice, in two ways."""
    IMPOSSIBLE = "impossible"
    """It says what can't be."""
    OUTSIDE = "outside"
    """The question isn't one of the domain's."""


class Fact(Record):
    """A stretch of a question, `question[start:end]`, on which its right answer rests."""

    start: int
    end: int
    kind: Line
    """What it is, in a word or two that fit behind `a certain`: `number`, `city`."""
    others: tuple[Line, ...] = ()
    """Other values that could stand there instead."""
    impossible: tuple[Line, ...] = ()
    """Values of its kind that can't be."""


@runtime_checkable
class Weathered(Protocol):
    """What a domain says so that the operators can press its probes; None and empty always mean that it can't know.

    The promise behind it: a question that is changed outside its facts, by words that are `inert`, has the same right
    answer as before.
    """

    def around(self, question: str) -> tuple[int, int | None]:
        """Where its text begins, before which words may stand, and where it ends; None if none may stand behind it."""

    def facts(self, probe: Probe) -> Sequence[Fact]:
        """All stretches on which the answer rests; they don't overlap."""

    def inert(self, words: str) -> bool:
        """Whether these words change no right answer when they stand before or behind a question's text."""

    def worked(self, probe: Probe, question: str) -> Reference | None:
        """The right answer to the probe's question with another fact in it."""

    def declined(self, probe: Probe, lack: Lack, fact: Fact | None) -> Reference | None:
        """How a question is rightly declined that lacks its fact so; no fact is given where it is `OUTSIDE`."""

    def filed(self, probe: Probe, weather: Weather, answer: str) -> Cell | None:
        """The cell of a probe like this one under that weather, with that answer."""

    def lures(self, purpose: Purpose) -> Sequence[str]:
        """Texts that look like the domain's and are none of it, in the wording of that purpose."""


class OwnTraps:
    """The part of `Weathered` of a domain that makes its traps itself, answers before questions: nothing can be told of
    a question that is changed in its facts, so operators change only the words around them."""

    def worked(self, probe: Probe, question: str) -> Reference | None:  # noqa: ARG002 - the interface's
        """Nothing: no solver reads a question."""
        return None

    def declined(self, probe: Probe, lack: Lack, fact: Fact | None) -> Reference | None:  # noqa: ARG002 - as above
        """Nothing: the domain's own traps say where declining is right."""
        return None

    def filed(self, probe: Probe, weather: Weather, answer: str) -> Cell | None:  # noqa: ARG002 - as above
        """The cell of the same subdomain and form; a border stays one."""
        kept = probe.cell.weather is Weather.BORDER
        return probe.cell if kept else probe.cell.model_copy(update={"weather": weather})

    def lures(self, purpose: Purpose) -> Sequence[str]:  # noqa: ARG002 - as above
        """None: the domain has its own, each with its twin."""
        return ()


class Edit(Record):
    """What an operator makes of a question: the new one, what is right there, and where it belongs."""

    question: str
    reference: Reference
    weather: Weather = Weather.WIND


class Made(Record):
    """A pressed probe, and the probe that it was made from as its answerable twin; each bears the other's id."""

    trap: Sample
    twin: Sample

    @property
    def samples(self) -> list[Sample]:
        """The trap first, as `Domain.make` has it."""
        return [self.trap, self.twin]


class Refused(Record):
    """Why an operator makes nothing of a probe: mostly, because nobody could know the new right answer."""

    operator: Line
    reason: Note


HELD_OUT = (Purpose.EXAM, Purpose.CENSUS)
"""Purposes that draw on wording which the others never use."""


def text_at(question: str) -> int:
    """Where the text begins that is pressed: behind the lines before the last, and a label such as `Text: ` on it."""
    begin = question.rfind("\n") + 1
    label, colon, _ = question[begin:].partition(": ")
    return begin + len(label) + len(colon) if colon and label.isalpha() and label.istitle() else begin
