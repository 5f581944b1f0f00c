"""A domain whose verifier is withheld from the judge: what a model judge is measured on, where the truth is known."""

import random
from collections.abc import Sequence

from swarm.domains.base import Domain, Reading, Verification
from swarm.records import Cell, Probe, Purpose, Reference, Sample


class Withheld:
    """The same domain in all but one thing: no program decides whether an answer is right."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self.name = domain.name
        self.instructions = domain.instructions
        self.answer_regex = domain.answer_regex
        self.choices = domain.choices

    def cells(self) -> Sequence[Cell]:
        """As the domain's."""
        return self._domain.cells()

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """As the domain's."""
        return self._domain.make(cell, rng, purpose)

    def prompt(self, question: str) -> str:
        """As the domain's."""
        return self._domain.prompt(question)

    def completion(self, reference: Reference) -> str:
        """As the domain's."""
        return self._domain.completion(reference)

    def read(self, text: str) -> Reading:
        """As the domain's."""
        return self._domain.read(text)

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Undecided; the normal form says how the answer is read, not whether it is right."""
        canonical = self._domain.verify(probe, answer).canonical
        return Verification(correct=False, decided=False, reason="the verifier is withheld", canonical=canonical)

    def false_steps(self, probe: Probe, rationale: str) -> list[str]:
        """As the domain's."""
        return self._domain.false_steps(probe, rationale)

    def solve(self, probe: Probe) -> Reference:
        """As the domain's."""
        return self._domain.solve(probe)

    def species(self, probe: Probe, answer: str) -> str:
        """As the domain's."""
        return self._domain.species(probe, answer)
