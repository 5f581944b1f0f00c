"""One curve of one arm and seed: buy, compose, train, round after round, and be measured at its points."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from bench.lessons import laps
from bench.thesis.books import CostBooks
from bench.thesis.choosing import bought_at_random, most_uncertain, steered, tallied
from bench.thesis.composing import Family, example_of, unsteered
from bench.thesis.data import LABELS, Question, ThesisData, completion, prompt
from bench.thesis.hunting import Tally, armed, faded, hunted
from bench.thesis.plan import Arm, ThesisPlan
from bench.thesis.student import ThesisStudent
from swarm.domains.labelled.items import Item, item_id
from swarm.domains.labelled.operators import Operator, Rewrite
from swarm.records import Cell, Record
from swarm.state import CellCount
from trainers.recipes import Example

HUNT = 1 / 3
"""Share of its calls that the swarm asks about what operators made; the others are about labels to buy."""
CATCHING_UP = 1.5
"""How many times its share a round may compose where earlier ones composed less than theirs."""


class CurveState(Record):
    """What a curve needs to go on from a point, beside its student's weights."""

    bought: tuple[str, ...] = ()
    composed: tuple[Rewrite, ...] = ()
    counts: tuple[CellCount, ...] = ()
    """By cell, what the student passed and failed of the labels bought last."""
    tallies: dict[str, Tally] = Field(default_factory=dict)
    """By operator, what the student passed and failed; what earlier students did has faded."""
    books: CostBooks = CostBooks()


@dataclass
class Curve:
    """A curve in progress."""

    arm: Arm
    seed: int
    plan: ThesisPlan
    data: ThesisData
    operators: Sequence[Operator]
    cell: Callable[[Item], Cell]
    """The cell of an item by its texts alone."""
    state: CurveState = field(default_factory=CurveState)

    def __post_init__(self) -> None:
        self._items = {item.id: item for item in self.data.pool}
        self._order = bought_at_random(self.data.pool, self.seed)

    def grow(self, student: ThesisStudent, start: int, end: int) -> None:
        """From one point to the next. The student is the one of `start`; its random choices depend on nothing else."""
        for before, after in self.plan.rounds(start, end):
            self._round(student, before, after)

    def _round(self, student: ThesisStudent, before: int, after: int) -> None:
        began, calls, tokens = time.process_time(), student.calls, student.tokens
        rng = random.Random(f"{self.seed}/{self.arm}/{before}")
        fresh = self._buy(student, before, after - before, rng)
        made = self._compose(student, after - before, rng)
        cases = [case for family in made for case in family.cases]
        earlier = self._lessons(self._bought_before(fresh))
        known = [*earlier, *map(example_of, self.state.composed)]
        weights = [1.0] * len(earlier) + [self._worth(case) for case in self.state.composed]
        lessons = [*self._lessons(fresh), *map(example_of, cases)]
        allowance = self.plan.tokens_per_label * (after - before)
        student.learn(laps(lessons, known, allowance, student.cost, rng, weights))
        self.state = self.state.model_copy(
            update={
                "composed": (*self.state.composed, *cases),
                "books": self.state.books.plus(
                    gold_train=len(fresh),
                    palm_answers=sum(bool(lesson.rationale) for lesson in lessons),
                    student_calls=student.calls - calls,
                    training_tokens=student.tokens - tokens,
                    cpu_seconds=time.process_time() - began,
                ),
            }
        )

    def _worth(self, case: Rewrite) -> float:
        """How likely an earlier case is to be learned again: the swarm goes by what its operator is still worth."""
        return self.state.tallies.get(case.operator, Tally()).worth if self.arm is Arm.SWARM else 1.0

    def _bought_before(self, fresh: Sequence[Item]) -> list[Item]:
        new = {item.id for item in fresh}
        return [self._items[one] for one in self.state.bought if one not in new]

    def _lessons(self, items: Sequence[Item]) -> list[Example]:
        told = self.data.rationales if self.arm is Arm.RATIONALES else {}
        return [
            Example(
                sample_id=item.id,
                prompt=prompt(item.fields),
                completion=completion(item.label),
                label=completion(item.label),
                rationale=f" {said}" if (said := told.get(item.id, "")) else "",
            )
            for item in items
        ]

    def _buy(self, student: ThesisStudent, before: int, count: int, rng: random.Random) -> list[Item]:
        """Read the labels of `count` more items."""
        have = set(self.state.bought)
        left = [item for item in self._order if item.id not in have]
        if not self.arm.asks or not before:
            chosen, outcomes = left[:count], list[tuple[Cell, bool]]()
        else:
            allowed = self.plan.calls_per_label * count - self._hunting(count)
            asked = rng.sample(left, min(len(left), allowed))
            said = student.scores([prompt(item.fields) for item in asked])
            scores = {item.id: one for item, one in zip(asked, said, strict=True)}
            if self.arm is Arm.SWARM:
                cells = {item.id: self.cell(item) for item in asked}
                chosen = steered(asked, scores, cells, self.state.counts, count, rng)
            else:
                chosen = most_uncertain(asked, scores, count)
            outcomes = [(self.cell(item), chosen_label(scores[item.id]) == item.label) for item in chosen]
        self.state = self.state.model_copy(
            update={
                "bought": (*self.state.bought, *(item.id for item in chosen)),
                "counts": (*tallied(outcomes, f"{self.arm.letter}-{self.seed}-{before}"),),
            }
        )
        return chosen

    def _hunting(self, count: int) -> int:
        """Calls that a round of so many labels keeps for the hunt."""
        return round(HUNT * self.plan.calls_per_label * count) if self.arm is Arm.SWARM else 0

    def _compose(self, student: ThesisStudent, count: int, rng: random.Random) -> list[Family]:
        """What operators make of the bought items in this round."""
        bought = [self._items[one] for one in self.state.bought]
        seen = {item_id(case.fields) for case in self.state.composed}
        most = self._room(count)
        if self.arm is Arm.SWARM:
            return self._hunt(student, bought, seen, self._hunting(count), most, rng)
        made = unsteered(self.operators, bought, seen, most, rng) if self.arm.composes else []
        self._book_composed(sum(len(family.cases) for family in made))
        return made

    def _room(self, count: int) -> int:
        """Composed items that a round of so many labels may take in: its share, and what earlier ones left over."""
        left = self.plan.composed_per_label * len(self.state.bought) - len(self.state.composed)
        return round(min(left, CATCHING_UP * self.plan.composed_per_label * count))

    def _hunt(
        self, student: ThesisStudent, bought: Sequence[Item], seen: set[str], calls: int, most: int, rng: random.Random
    ) -> list[Family]:
        """Families, those that break the student first; none in the first round, when it has yet to learn the task."""
        if not self.state.counts:
            return []

        def right(cases: Sequence[Rewrite]) -> list[bool]:
            said = student.scores([prompt(case.fields) for case in cases])
            return [chosen_label(scores) == case.label for scores, case in zip(said, cases, strict=True)]

        found = hunted(armed(self.operators, bought), faded(self.state.tallies), bought, seen, right, calls, most, rng)
        self._book_composed(found.asked + sum(len(family.cases) for family in found.unasked))
        self.state = self.state.model_copy(update={"tallies": found.tallies})
        return [*found.failed, *found.unasked]

    def _book_composed(self, count: int) -> None:
        self.state = self.state.model_copy(update={"books": self.state.books.plus(composed_labels=count)})


def chosen_label(scores: Sequence[float]) -> str:
    """The likeliest label."""
    return LABELS[max(range(len(LABELS)), key=lambda place: scores[place])]


def answered(student: ThesisStudent, questions: Sequence[Question]) -> str:
    """What a student says to each question, as one digit each: the index of its label."""
    said = student.scores([question.prompt for question in questions])
    return "".join(str(LABELS.index(chosen_label(scores))) for scores in said)
