"""The teacher: a worked and verified answer to each failure, from the domain's own solution or from a model."""

import asyncio
import itertools
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

from agents.engines.base import Engine, Generation, Request
from agents.prompting import examples, quoting_chat
from swarm.books import Books
from swarm.domains.base import Domain
from swarm.errors import BudgetExhausted, ConfigError, EngineUnavailable
from swarm.probing.clothes import Clothes
from swarm.records import Attempt, Correction, Probe, Purpose, Record, Reference, Sample, TeacherKind, answer_to
from swarm.work import Completion, FailKind, Failure, Lease, Stage

Besieged = Callable[[str], Awaitable[Clothes]]
"""What sieges of a checkpoint, named by its id, found so far."""
SHOTS = 4
"""Worked examples that a model teacher is shown."""


class Budget(Record):
    """The most that a model teacher may spend; 0 means no limit."""

    tokens: int = 0
    dollars: float = 0.0

    def check(self, books: Books) -> None:
        """Raise BudgetExhausted where either is spent."""
        if self.tokens and books.tokens >= self.tokens:
            raise BudgetExhausted(
                f"the teacher has spent {books.tokens} of {self.tokens} tokens",
                "raise budget.teacher_tokens, or teach by worked solutions",
            )
        if self.dollars and books.dollars >= self.dollars:
            raise BudgetExhausted(
                f"the teacher has spent ${books.dollars:.2f} of ${self.dollars:.2f}",
                "raise budget.dollars, or teach by worked solutions",
            )


class Teacher(Protocol):
    """Who corrects leased failures."""

    stage: Stage
    books: Books

    async def act(self, leases: Sequence[Lease]) -> list[Completion | Failure]:
        """Correct each failure; the outcomes are in the order of the leases."""


class WorkedTeacher:
    """Gives the solution that the domain worked out when it made the probe, and more questions of the failure's cell.

    Those cost no attempt: where the student's answers take longer than its training, they are what it mostly learns.
    Those of a siege's failure go back to it, by what `besieged` tells of the student's sieges: a hole of half a percent
    of the domain would else come up in no lesson but its own.
    """

    stage = Stage.FAILURES

    def __init__(
        self, domain: Domain, siblings: int = 0, breach_siblings: int = 0, besieged: Besieged | None = None
    ) -> None:
        self._domain = domain
        self._siblings = siblings
        self._breach_siblings = breach_siblings
        self._besieged = besieged
        self.books = Books()

    async def act(self, leases: Sequence[Lease]) -> list[Completion | Failure]:
        """Correct each failure; what carries no solution is rejected."""
        names = {name for lease in leases if (name := _breached(lease))} if self._besieged else set[str]()
        clothes = {name: await self._besieged(name) for name in sorted(names)} if self._besieged else {}
        # In a thread: a rare hole takes hundreds of draws for each sibling, and leases are extended meanwhile.
        return [await asyncio.to_thread(self._correct, lease, clothes.get(_breached(lease))) for lease in leases]

    def _correct(self, lease: Lease, clothes: Clothes | None) -> Completion | Failure:
        probe = _probe(lease)
        if probe is None or probe.reference is None:
            return _rejected(lease, f"the chain of {lease.sample.id} has no probe with a reference")
        right = self._domain.solve(probe)
        if not self._domain.verify(probe, right.answer).correct:
            return _rejected(lease, f"the worked answer {right.answer!r} does not verify")
        corrections = [_worked(right), *self._lessons(probe, lease, clothes)]
        outputs = tuple(answer_to(lease.sample, each, number) for number, each in enumerate(corrections))
        return Completion(token=lease.token, outputs=outputs)

    def _lessons(self, probe: Probe, lease: Lease, clothes: Clothes | None) -> Iterator[Correction]:
        """Questions in the clothes of a siege's failure, else of its cell, with their answers; the same ones at each
        delivery of a failure, while sieges have shown the same."""
        rng, made, failure_id = random.Random(lease.sample.id), list[Sample](), lease.sample.root_id
        if clothes is not None and failure_id in clothes.failures:
            for _ in range(max(self._siblings, self._breach_siblings)):
                if (drawn := clothes.like(failure_id, self._domain, (), rng, Purpose.LEARN)) is None:
                    break
                made.append(drawn)
        plain = (sample for _ in range(self._siblings) for sample in self._domain.make(probe.cell, rng, Purpose.LEARN))
        made += itertools.islice(plain, max(0, self._siblings - len(made)))
        for sample in made:
            assert isinstance(sample.payload, Probe)
            yield _worked(self._domain.solve(sample.payload), sample.payload.question)


class ModelTeacher:
    """Draws some answers from a model and keeps the shortest whose answer verifies and whose steps are not false.

    One with a rationale goes before any without: a bare answer is always the shorter one, and teaches no way to it.

    `books` may be given with what was spent before a restart. The caps are looked at before each batch, so one batch
    may go beyond them.
    """

    stage = Stage.FAILURES

    def __init__(
        self,
        domain: Domain,
        engine: Engine,
        *,
        kind: TeacherKind,
        samples: int = 4,
        budget: Budget | None = None,
        books: Books | None = None,
        max_new_tokens: int = 200,
    ) -> None:
        self._domain = domain
        self._engine = engine
        self._kind = kind
        self._samples = samples
        self._budget = budget or Budget()
        self._max_new_tokens = max_new_tokens
        worked = examples(domain, domain.cells(), SHOTS, "teacher")
        self._shown = [(question, domain.completion(reference)) for question, reference in worked]
        self.books = books or Books()

    async def act(self, leases: Sequence[Lease]) -> list[Completion | Failure]:
        """Correct each failure; where no answer holds, it is rejected.

        Raises BudgetExhausted before it asks anything. A local model is asked for all at once, an endpoint for each
        failure by itself, so that one request without an answer does not waste what the others cost.
        """
        self._budget.check(self.books)
        asked = [(lease, probe) for lease in leases if (probe := _probe(lease)) is not None and probe.reference]
        groups = [[one] for one in asked] if self._kind is TeacherKind.ENDPOINT else [asked]
        done = await asyncio.gather(*(self._correct(group) for group in groups))
        outcomes = {outcome.token: outcome for group in done for outcome in group}
        unasked = "its chain has no probe with a reference"
        return [outcomes.get(lease.token) or _rejected(lease, unasked) for lease in leases]

    async def _correct(self, group: Sequence[tuple[Lease, Probe]]) -> list[Completion | Failure]:
        # All draws for one failure are one request to an engine, so they share a word.
        asked = [self._request(probe, secrets.token_hex(8)) for _, probe in group]
        requests = [request for request in asked for _ in range(self._samples)]
        try:
            done = await self._engine.generate(requests)
        except EngineUnavailable as error:
            return [Failure(token=lease.token, kind=FailKind.RELEASE, reason=str(error)) for lease, _ in group]
        self.books.add(done)
        return [
            self._choose(lease, probe, done[place * self._samples : (place + 1) * self._samples])
            for place, (lease, probe) in enumerate(group)
        ]

    def _request(self, probe: Probe, word: str) -> Request:
        return Request(
            messages=quoting_chat(self._domain.instructions, self._shown, probe.question, word),
            max_new_tokens=self._max_new_tokens,
            temperature=0.7,
        )

    def _choose(self, lease: Lease, probe: Probe, drawn: Sequence[Generation]) -> Completion | Failure:
        held, problems = list[Correction](), Counter[str]()
        for generation in sorted(drawn, key=lambda item: item.completion_tokens):
            correction = self._checked(probe, generation)
            if isinstance(correction, str):
                problems[correction] += 1
            else:
                held.append(correction)
        if held:
            best = next((correction for correction in held if correction.rationale), held[0])
            cost = {
                "prompt_tokens": sum(item.prompt_tokens for item in drawn),
                "completion_tokens": sum(item.completion_tokens for item in drawn),
            }
            return Completion(token=lease.token, outputs=(answer_to(lease.sample, best.model_copy(update=cost)),))
        found = ", ".join(f"{count} {problem}" for problem, count in sorted(problems.items()))
        return _rejected(lease, f"none of {len(drawn)} answers holds: {found}")

    def _checked(self, probe: Probe, generation: Generation) -> Correction | str:
        """The correction in a generation, or what is wrong with it."""
        if generation.truncated:
            return "cut off"
        reading = self._domain.read(generation.text)
        if not reading.answers:
            return "without an answer"
        verified = [self._domain.verify(probe, answer) for answer in reading.answers]
        if not all(found.correct for found in verified):
            return "wrong"
        if self._domain.false_steps(probe, reading.rationale):
            return "with a false step"
        answer = verified[-1].canonical or reading.answers[-1]
        return Correction(rationale=reading.rationale, answer=answer, teacher=self._kind, verified=True)


def build_teacher(
    domain: Domain,
    engine: Engine | None = None,
    *,
    kind: TeacherKind = TeacherKind.WORKED,
    samples: int = 4,
    siblings: int = 0,
    breach_siblings: int = 0,
    besieged: Besieged | None = None,
    budget: Budget | None = None,
    books: Books | None = None,
) -> Teacher:
    """The teacher of that kind. Raises ConfigError where kind and engine don't go together."""
    if kind is TeacherKind.WORKED:
        if engine is not None:
            raise ConfigError("a worked teacher was given an engine", "leave roles.teacher.engine empty")
        return WorkedTeacher(domain, siblings, breach_siblings, besieged)
    if siblings:
        raise ConfigError(f"a {kind} teacher gives no siblings, not {siblings}", "set roles.teacher.siblings to 0")
    if engine is None:
        raise ConfigError(f"a {kind} teacher has no engine", "name one in roles.teacher.engine")
    return ModelTeacher(domain, engine, kind=kind, samples=samples, budget=budget, books=books)


def _worked(right: Reference, question: str = "") -> Correction:
    return Correction(
        rationale=right.rationale, answer=right.answer, teacher=TeacherKind.WORKED, verified=True, question=question
    )


def _probe(lease: Lease) -> Probe | None:
    payloads = (sample.payload for sample in lease.chain)
    return next((payload for payload in payloads if isinstance(payload, Probe)), None)


def _breached(lease: Lease) -> str:
    """The student that failed, where it failed in a siege; else ""."""
    probe = _probe(lease)
    attempt = next((sample.payload for sample in lease.chain if isinstance(sample.payload, Attempt)), None)
    return attempt.checkpoint_id if attempt and probe and probe.purpose is Purpose.SIEGE else ""


def _rejected(lease: Lease, reason: str) -> Failure:
    return Failure(token=lease.token, kind=FailKind.REJECT, reason=reason)
