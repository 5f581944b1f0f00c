"""One trial: a student that learns by a recipe, or by one after another, until its tokens are spent; then an exam."""

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from agents.engines.base import Engine, Request
from agents.engines.transformers_engine import TransformersEngine
from swarm import checkpoints, weights
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.recipes import RecipesSection
from swarm.records import Cell, Probe, Purpose, Record, Reference
from swarm.sections import TrainerSection, TrainMode
from swarm.students import Checkpoint, CheckpointStatus
from trainers.learner import Learner
from trainers.recipes import Example

DOMAIN = "calendar"
CELLS = (
    "span/rain/duration",
    "span/wind/duration",
    "recurrence/rain/recurrence",
    "recurrence/wind/recurrence",
    "correction/rain/recurrence",
    "absolute/rain/date",
    "absolute/border/none",
    "recurrence/border/none",
    "span/border/ask",
    "timeofday/wind/ask",
)
"""The demo's."""
ROUND = 32
"""Corrections of one round."""
ANSWER = 64
"""Tokens of an answer."""


class Trial(Record):
    """What is tried. `stages` are recipes, each with its share of the budget; `chains` are solutions of a question."""

    name: str
    stages: tuple[tuple[str, float], ...]
    mode: TrainMode = TrainMode.FULL
    seed: int = 1
    tokens: int = 20_000
    items: int = 200
    pool: int = 320
    label_weight: float = 0.5
    teacher: str = ""
    """Weights of the teacher of the recipe `on_policy`."""
    base: str = "smollm2-135m"
    keep: str = ""
    """Folder in which the student's weights stay."""


class Outcome(Record):
    """What came of it. `right` says of each item of the exam, in order, whether the answer was right."""

    trial: Trial
    right: tuple[bool, ...]
    tokens: int
    written: int
    rounds: int
    refused: int
    loss: float
    seconds: float
    """Of training, the student's own writing in it included."""

    @property
    def failing(self) -> float:
        """The share of the exam that it fails."""
        return 1 - sum(self.right) / len(self.right)


def made(count: int, purpose: Purpose, seed: str, domain: Domain) -> list[Probe]:
    """As many probes of every cell, in a random order; the same ones for the same seed."""
    rng, probes = random.Random(seed), list[Probe]()
    for key in CELLS:
        of_cell = list[Probe]()
        while len(of_cell) < -(-count // len(CELLS)):
            of_cell += [sample.payload for sample in domain.make(Cell.parse(key), rng, purpose)[:1]]  # type: ignore[misc]
        probes += of_cell
    rng.shuffle(probes)
    return probes[:count]


def lesson(probe: Probe, right: Reference, attempt: str, domain: Domain, number: int) -> Example:
    """A worked correction of a failed attempt, as the trainer's curriculum makes it."""
    return Example(
        sample_id=f"{number:032x}",
        prompt=domain.prompt(probe.question),
        completion=domain.completion(right),
        rationale=right.rationale,
        label=domain.completion(Reference(answer=right.answer)),
        attempt=attempt,
        probe=probe.model_copy(update={"reference": right}),
    )


async def answers(engine: Engine, probes: Sequence[Probe], domain: Domain, checkpoint_id: str = "") -> list[str]:
    """What a student writes to each, greedily."""
    requests = [
        Request(prompt=domain.prompt(probe.question), checkpoint_id=checkpoint_id, max_new_tokens=ANSWER)
        for probe in probes
    ]
    return [done.text for done in await engine.generate(requests)]


def holds(probe: Probe, text: str, domain: Domain) -> bool:
    """Whether an answer is right, and the only one."""
    found = domain.read(text).answers
    return bool(found) and all(domain.verify(probe, answer).correct for answer in found)


class Student:
    """A learner whose weights can be asked."""

    def __init__(self, trial: Trial, base: Path) -> None:
        full = trial.mode is TrainMode.FULL
        section = TrainerSection(
            mode=trial.mode, batch=8, learning_rate=2e-4 if full else 1e-3, frozen_blocks=10 if full else 0
        )
        told = RecipesSection.model_validate(
            {
                "step_by_step": {"label_weight": trial.label_weight},
                "on_policy": {"teacher": trial.teacher or str(base)},
            }
        )
        self._base = base
        self.learner = Learner(base, section, trial.seed, recipes=told, domain=DOMAIN)

    def asked(self, probes: Sequence[Probe], domain: Domain, keep: str = "") -> list[str]:
        """What it writes now."""
        with tempfile.TemporaryDirectory(prefix="bench-recipes-") as scratch:
            place = Path(keep or scratch)
            self.learner.save_weights(place)
            checkpoint = Checkpoint(
                id="student",
                status=CheckpointStatus.CANDIDATE,
                url=place.absolute().as_uri(),
                adapter=self.learner.section.mode is TrainMode.LORA,
                files=checkpoints.manifest(place),
                canary_logprob=self.learner.canary_logprob(),
            )
            return asyncio.run(self._answers(checkpoint, probes, domain))

    async def _answers(self, checkpoint: Checkpoint, probes: Sequence[Probe], domain: Domain) -> list[str]:
        engine = TransformersEngine(self._base)
        await engine.take(checkpoint)
        return await answers(engine, probes, domain, checkpoint.id)


def tried(trial: Trial, attempts: Sequence[str], corrections: Sequence[Reference] = ()) -> Outcome:
    """Run a trial. `attempts` are the base's, of the pool of its seed; `corrections` stand in for the oracle's."""
    domain, base = load_domain(DOMAIN), weights.folder(trial.base)
    pool = made(trial.pool, Purpose.LEARN, f"learn/{trial.seed}", domain)
    solved = corrections or [domain.solve(probe) for probe in pool]
    examples = [
        lesson(probe, right, said, domain, number)
        for number, (probe, right, said) in enumerate(zip(pool, solved, attempts, strict=True))
        if right.answer
    ]
    student, books = Student(trial, base), []
    tokens = written = refused = spent = 0
    with tempfile.TemporaryDirectory(prefix="bench-recipes-") as scratch:
        feed = rounds(examples, trial.seed)
        for number, (recipe, share) in enumerate(trial.stages):
            spent += round(share * trial.tokens)
            while tokens < spent:
                lessons = next(feed)
                if number and recipe == "spin":
                    lessons = failed_now(student, lessons, domain)
                if not lessons:
                    continue
                done = student.learner.learn(lessons, 1, Path(scratch), recipe)
                books.append(done)
                tokens, written = tokens + max(done.tokens, 1), written + done.written
                refused += len(done.refused)
    seconds = sum(done.seconds for done in books)
    exam = made(trial.items, Purpose.EXAM, "exam", domain)
    texts = student.asked(exam, domain, trial.keep)
    return Outcome(
        trial=trial,
        right=tuple(holds(probe, text, domain) for probe, text in zip(exam, texts, strict=True)),
        tokens=tokens,
        written=written,
        rounds=len(books),
        refused=refused,
        loss=books[-1].loss,
        seconds=round(seconds, 1),
    )


def rounds(examples: Sequence[Example], seed: int) -> Iterator[list[Example]]:
    """Rounds without end; each correction comes once before any comes again."""
    passes = 0
    while True:
        order = list(examples)
        if passes:
            random.Random(f"{seed}/{passes}").shuffle(order)
        yield from (order[start : start + ROUND] for start in range(0, len(order), ROUND))
        passes += 1


def failed_now(student: Student, lessons: list[Example], domain: Domain) -> list[Example]:
    """Those that the student fails as it is now, with what it writes."""
    probes = [lesson.probe for lesson in lessons if lesson.probe]
    said = zip(lessons, probes, student.asked(probes, domain), strict=True)
    return [
        lesson.model_copy(update={"attempt": text}) for lesson, probe, text in said if not holds(probe, text, domain)
    ]


def base_attempts(base: str, pool: int, seed: int) -> list[str]:
    """What the base writes to the pool of a seed."""
    domain = load_domain(DOMAIN)
    probes = made(pool, Purpose.LEARN, f"learn/{seed}", domain)
    return asyncio.run(answers(TransformersEngine(weights.folder(base)), probes, domain))
