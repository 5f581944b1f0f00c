"""One student of one arm and seed, in a process of its own: probe, judge, learn, and be examined, round after round."""

import gc
import random
import shutil
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from bench.calendar.exams import Exams, Sitter, exams_of
from bench.calendar.ledger import Base, CalendarBooks, Ledger, Played
from bench.calendar.plan import Arm, CalendarPlan
from bench.calendar.probing import Probing
from bench.ledger import now
from bench.lessons import laps
from bench.student import LearningStudent
from swarm import weights
from swarm.domains.base import Domain
from swarm.domains.calendar import CalendarDomain
from swarm.errors import ConfigError
from swarm.probing.evidence import Tried, tried
from swarm.records import Cell, Probe, Purpose, Sample
from swarm.rubric import SEEDS, judge_attempt, load_rubric
from swarm.sections import TrainerSection, TrainMode
from trainers.recipes import Example

Says = Callable[[Sequence[Probe]], list[str]]
"""What a student answers to some probes."""


class CountedDomain(CalendarDomain):
    """The domain, which counts what its generators made."""

    def __init__(self) -> None:
        self.drafts = 0

    def make(self, cell: Cell, rng: random.Random, purpose: Purpose) -> list[Sample]:
        """One probe of the cell, as the domain makes it."""
        self.drafts += 1
        return super().make(cell, rng, purpose)


def measured_base(plan: CalendarPlan) -> Base:
    """What the base can."""
    domain = CalendarDomain()
    exams, sitter = exams_of(plan, domain), Sitter(weights.folder(plan.weights), domain, plan.threads)
    return Base(exam=sitter.marks(exams.exam), transfer=sitter.transfer(exams), at=now())


def grown(plan: CalendarPlan, arm: Arm, seed: int, folder: Path) -> None:
    """Play the rounds that the ledger lacks, and write each down when it is done.

    Raises ConfigError where the weights to go on from are gone.
    """
    growth = Growth(plan, arm, seed, folder)
    for number in range(1, plan.rounds + 1):
        growth.round(number)


class Growth:
    """A student in progress. What is known from the ledger is played again without the student: it asks the same."""

    def __init__(self, plan: CalendarPlan, arm: Arm, seed: int, folder: Path) -> None:
        self._plan, self._arm, self._seed, self._folder = plan, arm, seed, folder
        self._ledger = Ledger(folder / "ledger.jsonl")
        self._domain = CountedDomain()
        self._exams = exams_of(plan, CalendarDomain())
        self._probing = Probing(arm, self._domain, plan.cells, seed)
        self._learned = list[Example]()
        self._books = CalendarBooks()
        self._sitter: Sitter | None = None

    def round(self, number: int) -> None:
        """Play one, or take it from the ledger."""
        known = self._ledger.played().get((self._arm, self._seed, number))
        if known is not None:
            self._again(known)
            return
        before, here = self.place(number - 1), self.place(number)
        began = time.process_time()
        asked, said = self._probed((self._sitter or self._sits(before)).says)
        self._sitter = None  # training takes memory enough
        fresh = self._taught(asked)
        loss = self._learn(before, here, number, fresh)
        spent = time.process_time() - began
        self._books = self._books.plus(cpu_seconds=spent)
        self._sitter = self._sits(here)
        self._write_down(number, asked, said, loss, self._sitter)
        if number > 1:
            shutil.rmtree(before, ignore_errors=True)

    def _sits(self, place: Path) -> Sitter:
        return Sitter(place, self._domain, self._plan.threads)

    def _again(self, known: Played) -> None:
        """What a round that is known asked and taught, and its books."""
        said = iter(known.said)
        asked, _ = self._probed(lambda probes: [next(said) for _ in probes])
        if digest(asked) != known.asked_sha256:
            where = f"{known.arm}, seed {known.seed}, round {known.round}"
            raise ConfigError(f"{where} asks something else than the ledger says", "start another run with --to")
        self._learned += self._taught(asked)
        self._books = known.books

    def _probed(self, says: Says) -> tuple[list[Tried], list[str]]:
        """The probes of a round with their outcomes, and what was said."""
        outcomes, texts = list[Tried](), list[str]()
        rubric = load_rubric(SEEDS / "siege.yaml")
        while len(outcomes) < self._plan.calls:
            began, drafts = time.process_time(), self._domain.drafts
            probes = self._probing.probes(min(self._plan.batch, self._plan.calls - len(outcomes)))
            drafts, choosing = self._domain.drafts - drafts, time.process_time() - began
            said = says(probes)
            news = [
                tried(p, judge_attempt(self._domain, rubric, p, text)) for p, text in zip(probes, said, strict=True)
            ]
            self._probing.hear(news)
            outcomes += news
            texts += said
            self._books = self._books.plus(
                student_calls=len(probes), oracle_calls=len(probes), drafts=drafts, choosing_seconds=choosing
            )
        self._probing.another_student()
        return outcomes, texts

    def _taught(self, asked: Sequence[Tried]) -> list[Example]:
        """The worked solution of each failure."""
        return [lesson(one.probe, self._domain) for one in asked if not one.passed]

    def _learn(self, before: Path, here: Path, number: int, fresh: Sequence[Example]) -> float:
        """A round of training from the weights of the one before, with a fresh optimizer; the last loss.

        So a student that was gone on with is the one that would have been grown in one go.
        """
        plan = self._plan
        section = TrainerSection(
            recipe="cot", mode=TrainMode.FULL, learning_rate=plan.learning_rate, batch=plan.examples,
            frozen_blocks=plan.frozen_blocks, threads=plan.threads,
        )  # fmt: skip
        student = LearningStudent(before, section, 1000 * self._seed + number)
        rng = random.Random(f"{self._seed}/{self._arm}/{number}")
        student.learn(laps(fresh, self._learned, plan.tokens, student.cost, rng, least=plan.batch))
        self._learned += fresh
        self._books = self._books.plus(solutions=len(fresh), training_tokens=student.tokens)
        shutil.rmtree(here, ignore_errors=True)
        student.save(here)
        loss = student.loss
        del student
        gc.collect()
        return loss

    def _write_down(
        self, number: int, asked: Sequence[Tried], said: Sequence[str], loss: float, sitter: Sitter
    ) -> None:
        exams: Exams = self._exams
        last = number == self._plan.rounds
        transfer = sitter.transfer(exams) if last else None
        calls = len(exams.exam) + (len(exams.neighbours) + 2 * len(exams.general) if last else 0)
        self._books = self._books.plus(measuring_calls=calls)
        entry = Played(
            arm=self._arm, seed=self._seed, round=number, said=tuple(said), asked_sha256=digest(asked),
            failed=sum(not one.passed for one in asked), exam=sitter.marks(exams.exam), transfer=transfer, loss=loss,
            books=self._books, at=now(),
        )  # fmt: skip
        self._ledger.add(entry)

    def place(self, number: int) -> Path:
        """The weights after a round, the base's before the first; those of the last round stay."""
        if not number:
            return weights.folder(self._plan.weights)
        here = self._folder / "students" / f"{self._arm}-{self._seed}" / str(number)
        played = (self._arm, self._seed, number) in self._ledger.played()
        if played and not (here / "config.json").is_file():
            fix = "delete that student's lines from the ledger, or start another run with --to"
            raise ConfigError(f"{str(here)!r}, from which a student would go on, is gone", fix)
        return here


def lesson(probe: Probe, domain: Domain) -> Example:
    """The worked solution of a probe as something to learn; its id follows from the question."""
    name = sha256(probe.question.encode()).hexdigest()[:32]
    return Example(
        sample_id=name, prompt=domain.prompt(probe.question), completion=domain.completion(domain.solve(probe))
    )


def digest(asked: Sequence[Tried]) -> str:
    """The SHA-256 over the questions, in their order."""
    return sha256("\0".join(one.probe.question for one in asked).encode()).hexdigest()
