"""The answers of a labelled domain: labels that are chosen by likelihood, or texts that are generated and compared."""

import re
from decimal import Decimal, InvalidOperation

from swarm.domains.base import Reading, Verification
from swarm.domains.labelled.items import plain
from swarm.domains.labelled.settings import AnswerTable
from swarm.records import Probe, Reference

LONGEST_ATTEMPT = 20_000
MARK = "="
"""Begins the line of a generated answer."""
_LEAD = re.compile(r"(?:=|(?:the )?(?:final )?answer\s*(?:is\b|[:=]))\s*:?\s*", re.IGNORECASE)
"""What may stand before an answer on its line."""


class Answers:
    """How answers are asked for, written, read and compared."""

    def __init__(self, table: AnswerTable) -> None:
        self._table = table
        self._regex = re.compile(table.regex) if table.regex else None
        self.choices = tuple(label for label in (*table.labels, table.abstain) if label) if table.labels else ()
        self._labels = {plain(label): label for label in self.choices}
        self.regex = table.regex or "|".join(map(re.escape, self.choices))

    def instructions(self, about: str) -> str:
        """The task for models that were not grown on it."""
        form = f"one of: {', '.join(self.choices)}" if self.choices else f"a text that matches {self._table.regex}"
        task = f"{about.strip()} " if about.strip() else ""
        border = (
            f" Where a text is missing or is no language, it is {self._table.abstain}." if self._table.abstain else ""
        )
        return f"{task}The ANSWER is {form}.{border} End with ANSWER on a line of its own."

    def canonical(self, answer: str) -> str | None:
        """An answer in normal form; None where it is none."""
        said = answer.strip()
        if self._regex is None:
            return self._labels.get(plain(said.strip(" .!*\"'`")))
        found = said if self._regex.fullmatch(said) else None
        return _number(found) if found and self._table.compare == "number" else found

    def prompt(self, question: str) -> str:
        """A label follows the question at once; a generated answer on lines of its own."""
        return question if self.choices else f"{question}\n"

    def completion(self, reference: Reference) -> str:
        """` label`, and the explanation behind it where it is to be learned; or the explanation and `= answer`."""
        if self.choices:
            explained = self._table.explain and reference.rationale
            return f" {reference.answer}\n{reference.rationale}" if explained else f" {reference.answer}"
        lead = f"{reference.rationale}\n" if reference.rationale else ""
        return f"{lead}{MARK} {reference.answer}"

    def read(self, text: str) -> Reading:
        """The lines that are a label or begin with `=` or `answer:`; a lone first line counts for itself. Never raises.

        Where answers are generated, only marked lines count, or a last line that is of an answer's form.
        """
        lines = [line.strip() for line in text[:LONGEST_ATTEMPT].splitlines() if line.strip()]
        said = {place: _LEAD.sub("", line, count=1) for place, line in enumerate(lines) if _LEAD.match(line)}
        if self.choices:
            said |= {place: line for place, line in enumerate(lines) if self.canonical(line) is not None}
        elif not said and lines and self.canonical(lines[-1]) is not None:
            said = {len(lines) - 1: lines[-1]}
        rest = [line for place, line in enumerate(lines) if place not in said]
        return Reading(rationale="\n".join(rest), answers=tuple(said[place] for place in sorted(said)))

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Whether the answer is the reference's, in normal form. Never raises."""
        found = self.canonical(answer)
        if found is None:
            return Verification(correct=False, reason="it is not of the form of an answer")
        if probe.reference is None:
            return Verification(correct=False, reason="the probe carries no reference", canonical=found)
        right = self.canonical(probe.reference.answer)
        correct = right is not None and plain(found) == plain(right)
        reason = "it is the right answer" if correct else f"it is {found!r}, which is not right"
        return Verification(correct=correct, reason=reason[:200], canonical=found)

    def difference(self, right: str, answer: str) -> str:
        """How an answer is wrong, as the last part of a species."""
        found = self.canonical(answer)
        if found is None:
            return "unreadable" if answer.strip() else "empty"
        return f"{_word(right)}-as-{_word(found)}" if self.choices else "wrong"


def _number(said: str) -> str | None:
    """A number in normal form; None where it is none."""
    try:
        value = Decimal(said.replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None
    return format(value.normalize(), "f") if value.is_finite() else None


def _word(label: str) -> str:
    return re.sub(r"\s+", "-", label.strip())
