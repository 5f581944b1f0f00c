"""A domain made of documents: it answers from what is shown, quotes what it rests on, and abstains where they are
silent."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress

from swarm.domains.base import Reading, Verification
from swarm.domains.documents import chains, prose, signatures, versions
from swarm.domains.documents.answers import ABSTAIN, ANSWER_REGEX, canonical
from swarm.domains.documents.citations import false_lacks, false_quotes
from swarm.domains.documents.draft import Draft, from_memory, laid_out
from swarm.domains.documents.drawing import Draw, Unmade
from swarm.domains.documents.instructions import INSTRUCTIONS
from swarm.domains.documents.naming import species
from swarm.domains.documents.passages import shown_in
from swarm.domains.documents.shelf import Shelf
from swarm.domains.documents.weathering import DocumentsWeather
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Sample

MARK = "="
LONGEST_ATTEMPT = 20_000
DRAWS = 60
"""Draws for one probe before a cell counts as exhausted."""
HELD_OUT = (Purpose.EXAM, Purpose.CENSUS)
FROM_MEMORY = 0.15
"""Share of learn probes that show no documents, in the cells that can be known by heart."""
BY_HEART = ("parameter", "default/rain", "raises/rain")


class DocumentsDomain(DocumentsWeather):
    """Answers from the units of a library. Exams and census ask about things that no other probe asks about."""

    instructions = INSTRUCTIONS
    answer_regex = ANSWER_REGEX
    choices: tuple[str, ...] = ()

    def __init__(self, name: str, shelf: Shelf) -> None:
        self.name = name
        self.shelf = shelf
        known = {
            **(signatures.MAKERS | chains.MAKERS if shelf.entries else {}),
            **(prose.MAKERS if prose.facts_of(shelf) else {}),
            **(versions.MAKERS if shelf.revised else {}),
        }
        self._makers = {key: maker for key, maker in known.items() if self._gives(maker)}
        if not self._makers:
            raise ValueError(f"domain {name!r}: its library has nothing that could be asked; ingest some documents")

    def cells(self) -> Sequence[Cell]:
        """All cells that the library's units allow, in a fixed order."""
        return [Cell.parse(key) for key in self._makers]

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """One probe of the cell, and its answerable twin where it is a trap.

        Raises ValueError for a cell of another domain, and where many draws lead to nothing that can be asked.
        """
        said = ""
        for _ in range(DRAWS):
            try:
                return self._made(cell, rng, purpose)
            except Unmade as reason:
                said = str(reason)
        raise ValueError(f"{cell.key}: {DRAWS} draws gave nothing that can be asked; the last: {said}")

    def _made(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        draw = Draw(self.shelf, rng, purpose in HELD_OUT)
        draft = self.draft(cell, draw)
        bare = purpose is Purpose.LEARN and cell.key.startswith(BY_HEART) and rng.random() < FROM_MEMORY
        bare = bare and draft.operator in ("", "fabricated", "neighbour-takes-it")
        one, two = (f"{rng.getrandbits(128):032x}" for _ in range(2))
        if draft.twin is None:
            return [self._sample(draft, draw, one, "", purpose, bare)]
        pair = ((draft, one, two), (draft.twin, two, one))
        return [self._sample(each, draw, sample_id, twin_id, purpose, bare) for each, sample_id, twin_id in pair]

    def _gives(self, maker: Callable[[Draw], Draft]) -> bool:
        """Whether a maker finds something to ask about, for learning and for exams."""
        found = 0
        for held in (False, True):
            rng = random.Random("gives")
            for _ in range(DRAWS):
                with suppress(Unmade):
                    maker(Draw(self.shelf, rng, held))
                    found += 1
                    break
        return found == 2

    def draft(self, cell: Cell, draw: Draw) -> Draft:
        """A probe of the cell before its documents are laid out. Raises ValueError as `make` does."""
        if cell.key not in self._makers:
            raise ValueError(f"cell {cell.key!r} is not one of the {len(self._makers)} cells of {self.name}")
        return self._makers[cell.key](draw)

    def _sample(self, draft: Draft, draw: Draw, sample_id: str, twin_id: str, purpose: Purpose, bare: bool) -> Sample:
        question, reference = from_memory(draft) if bare else laid_out(draft, draw.rng, draw.shown)
        probe = Probe(
            cell=Cell.parse(draft.cell),
            purpose=purpose,
            origin=Origin.GROUNDED,
            question=question,
            reference=reference,
            twin_id=twin_id,
            operator=draft.operator,
        )
        if not self.verify(probe, reference.answer).correct:
            raise Unmade(f"reference {reference.answer!r} of {draft.asked!r} does not verify")
        if false := self.false_steps(probe, reference.rationale):
            raise Unmade(f"the documents don't bear out {false[0]!r}")
        return Sample(id=sample_id, root_id=sample_id, payload=probe)

    def prompt(self, question: str) -> str:
        """The question, with its documents above it, and a line end: the rationale follows."""
        return f"{question}\n"

    def completion(self, reference: Reference) -> str:
        """The quotes on their line, then `= answer`."""
        lead = f"{reference.rationale}\n" if reference.rationale else ""
        return f"{lead}{MARK} {reference.answer}"

    def read(self, text: str) -> Reading:
        """Split at the lines that begin with `=`; without one, a last line that is yes, no or NONE counts."""
        lines = text[:LONGEST_ATTEMPT].strip().splitlines()
        marked = [index for index, line in enumerate(lines) if line.lstrip().startswith(MARK)]
        if marked:
            answers = tuple(lines[index].lstrip()[1:].strip() for index in marked)
            return Reading(rationale="\n".join(lines[: marked[0]]).strip(), answers=answers)
        if lines and (canonical("yesno", lines[-1]) is not None):
            return Reading(rationale="\n".join(lines[:-1]).strip(), answers=(lines[-1].strip(),))
        return Reading(rationale=text[:LONGEST_ATTEMPT].strip(), answers=())

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Whether the answer is the reference, in normal form."""
        value = canonical(probe.cell.form, answer)
        if value is None:
            return Verification(correct=False, reason="the answer is not well formed")
        if probe.reference is None:
            return Verification(correct=False, reason="the probe carries no reference", canonical=value)
        if value == canonical(probe.cell.form, probe.reference.answer):
            return Verification(correct=True, reason="it is what the documents say", canonical=value)
        silent = probe.reference.answer == ABSTAIN
        reason = "the documents are silent on it" if silent else "the documents say something else"
        return Verification(correct=False, reason=reason, canonical=value)

    def false_steps(self, probe: Probe, rationale: str) -> list[str]:
        """Quotes that stand in no such document, and words said to be lacking that stand there, verbatim."""
        shown, _ = shown_in(probe.question)
        entries = {} if shown else self.shelf.texts
        return [*false_quotes(rationale, shown, entries), *false_lacks(rationale, shown, entries)]

    def solve(self, probe: Probe) -> Reference:
        """The answer with its quotes that the probe was made with. Raises ValueError where it carries none."""
        if probe.reference is None:
            raise ValueError(f"probe {probe.question[:60]!r} carries no reference: ask the gateway for it unredacted")
        return probe.reference

    def species(self, probe: Probe, answer: str) -> str:
        """The name of the failure, for example `parameter/fabricates`; empty where the answer is right."""
        verified = self.verify(probe, answer)
        if verified.correct:
            return ""
        return species(probe, answer, verified.canonical, self.shelf.texts)
