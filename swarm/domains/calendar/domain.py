"""The calendar domain: turns what people write about time into something a calendar can execute."""

import random
from collections.abc import Sequence

from swarm.domains.base import Reading, Verification
from swarm.domains.calendar.answers import ANSWER_REGEX, canonical, parse, rivals, same
from swarm.domains.calendar.cells import GENERATORS, drafted
from swarm.domains.calendar.checks import false_claims
from swarm.domains.calendar.draw import Draft, Draw
from swarm.domains.calendar.instructions import INSTRUCTIONS
from swarm.domains.calendar.moments import header, now_of
from swarm.domains.calendar.species import species
from swarm.domains.calendar.weathering import CalendarWeather
from swarm.records import Cell, Origin, Probe, Purpose, Reference, Sample

MARK = "="
LONGEST_ATTEMPT = 20_000
HELD_OUT = (Purpose.EXAM, Purpose.CENSUS)


class CalendarDomain(CalendarWeather):
    """Dates, times, intervals, durations, recurrences; asks what is missing, and says where nothing is about time."""

    name = "calendar"
    instructions = INSTRUCTIONS
    choices: tuple[str, ...] = ()
    answer_regex = ANSWER_REGEX

    def cells(self) -> Sequence[Cell]:
        """All cells, in a fixed order."""
        return [Cell.parse(key) for key in GENERATORS]

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """One probe of the cell, and its twin where it is a trap. Raises ValueError for a cell of another domain."""
        if cell.key not in GENERATORS:
            raise ValueError(f"cell {cell.key!r} is not one of the {len(GENERATORS)} cells of {self.name}")
        draft = drafted(cell.key, Draw.begin(rng, purpose in HELD_OUT))
        one, two = (f"{rng.getrandbits(128):032x}" for _ in range(2))
        if draft.twin is None:
            return [self._sample(draft, one, "", purpose)]
        return [self._sample(draft, one, two, purpose), self._sample(draft.twin, two, one, purpose)]

    def _sample(self, draft: Draft, sample_id: str, twin_id: str, purpose: Purpose) -> Sample:
        probe = Probe(
            cell=Cell.parse(draft.cell),
            purpose=purpose,
            origin=Origin.GRAMMAR,
            question=f"{header(draft.now)}\nText: {draft.text}",
            reference=Reference(answer=draft.answer, rationale=draft.steps),
            twin_id=twin_id,
            operator=draft.operator,
        )
        self._validate(probe, draft.answer)
        return Sample(id=sample_id, root_id=sample_id, payload=probe)

    def _validate(self, probe: Probe, answer: str) -> None:
        value = parse(answer)
        if value is None or not self.verify(probe, answer).correct:
            raise ValueError(f"{probe.cell.key}: reference {answer!r} of {probe.question!r} does not verify")
        for rival in rivals(value)[:3]:
            if self.verify(probe, rival).correct:
                raise ValueError(f"{probe.cell.key}: {rival!r} passes for {answer!r} in {probe.question!r}")

    def prompt(self, question: str) -> str:
        """The question and a line end: the rationale follows."""
        return f"{question}\n"

    def completion(self, reference: Reference) -> str:
        """The rationale on its line, then `= answer`."""
        return (
            f"{reference.rationale}\n{MARK} {reference.answer}" if reference.rationale else f"{MARK} {reference.answer}"
        )

    def read(self, text: str) -> Reading:
        """Split at the lines that begin with `=`; without one, a last line that is a well-formed answer counts."""
        lines = text[:LONGEST_ATTEMPT].strip().splitlines()
        marked = [index for index, line in enumerate(lines) if line.lstrip().startswith(MARK)]
        if marked:
            answers = tuple(lines[index].lstrip()[1:].strip() for index in marked)
            return Reading(rationale="\n".join(lines[: marked[0]]).strip(), answers=answers)
        if lines and parse(lines[-1]) is not None:
            return Reading(rationale="\n".join(lines[:-1]).strip(), answers=(lines[-1].strip(),))
        return Reading(rationale=text[:LONGEST_ATTEMPT].strip(), answers=())

    def verify(self, probe: Probe, answer: str) -> Verification:
        """Whether the answer means the same as the reference, asked at the question's Now."""
        value = parse(answer)
        if value is None:
            return Verification(correct=False, reason="the answer is not well formed")
        if probe.reference is None:
            return Verification(correct=False, reason="the probe carries no reference", canonical=canonical(value))
        right = parse(probe.reference.answer)
        try:
            now = now_of(probe.question)
            correct = right is not None and same(value, right, now)
        except (ValueError, OverflowError) as error:
            return Verification(correct=False, reason=f"can't be compared: {error}", canonical=canonical(value))
        reason = "means the same as the reference" if correct else "means something else than the reference"
        return Verification(correct=correct, reason=reason, canonical=canonical(value))

    def false_steps(self, probe: Probe, rationale: str) -> list[str]:  # noqa: ARG002 - the interface's
        """The false equations, month lengths, weekday numbers, comparisons and clock conversions, verbatim."""
        return false_claims(rationale)

    def solve(self, probe: Probe) -> Reference:
        """The worked solution that the probe was made with. Raises ValueError where it carries none."""
        if probe.reference is None:
            raise ValueError(f"probe {probe.question[:60]!r} carries no reference: ask the gateway for it unredacted")
        return probe.reference

    def species(self, probe: Probe, answer: str) -> str:
        """The name of the failure, for example `relative/off-by-7-days`; empty where the answer is right."""
        if self.verify(probe, answer).correct:
            return ""
        right = parse(probe.reference.answer) if probe.reference else None
        return "unreferenced" if right is None else species(probe.cell.subdomain, right, parse(answer), answer)
