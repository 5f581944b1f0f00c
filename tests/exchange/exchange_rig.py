"""A real exchange on a real store, a clock that the test turns, and short ways to say what agents do."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from swarm.exchange import DEFAULT_CREDITS, Credits, Exchange, Identity
from swarm.records import (
    Annotation,
    Attempt,
    Cell,
    Correction,
    Origin,
    Probe,
    Purpose,
    Reference,
    Sample,
    TeacherKind,
    Verdict,
    Weather,
    answer_to,
)
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus, ExamRecord, PromotionDecision
from swarm.work import Answer, Completion, FailKind, Failure, Lease, Stage
from tests.postgres import database

PROBER = Identity("prober-1", Role.PROBER)
STUDENT = Identity("student-1", Role.STUDENT)
JUDGE = Identity("judge-1", Role.JUDGE)
TEACHER = Identity("teacher-1", Role.TEACHER)
OPERATOR = Identity("operator", Role.OPERATOR)
CELL = Cell(subdomain="relative", weather=Weather.RAIN, form="date")
KEY = b"a key of thirty-two bytes, fixed"


SQLITE, POSTGRES = "sqlite", "postgresql"


@contextmanager
def fresh_store(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty store."""
    if kind == SQLITE:
        yield f"sqlite:///{folder / 'exchange.db'}"
    else:
        with database() as url:
            yield url


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def gold(chain: Sequence[Sample], output: Sample, _rubric: object) -> bool | None:
    """A correction is right if it says `a`, a verdict if it passes, an attempt if it says what the chain's does."""
    match output.payload:
        case Correction() as correction:
            return correction.answer == "a"
        case Verdict() as verdict:
            return verdict.passed
        case Attempt() as said if isinstance(chain[0].payload, Attempt):
            return said.text == chain[0].payload.text
        case Annotation(decision=decision) if isinstance(chain[0].payload, Annotation):
            return decision is chain[0].payload.decision
        case _:
            return None


class Rig:
    """An exchange over a store, which can be closed and opened again."""

    def __init__(self, url: str, queue_limit: int = 1000, credits: Credits = DEFAULT_CREDITS, bodies: str = "") -> None:
        self.url = url
        self.clock = Clock()
        self.queue_limit = queue_limit
        self.credits = credits
        self.bodies = bodies
        self.exchange = self.open()

    @property
    def path(self) -> Path:
        """The file of a SQLite store."""
        return Path(self.url.removeprefix("sqlite:///"))

    def open(self) -> Exchange:
        return Exchange(
            self.url,
            "swarm",
            "calendar",
            self.clock,
            KEY,
            queue_limit=self.queue_limit,
            credits=self.credits,
            rng=random.Random(7),
            gold=gold,
            bodies=self.bodies,
        )

    def reopen(self) -> None:
        self.exchange.close()
        self.exchange = self.open()

    def probes(self, count: int = 1, purpose: Purpose = Purpose.LEARN, key: str = "") -> list[Sample]:
        made = [probe(purpose, f"question {number}", key=key) for number in range(count)]
        assert all(answer.ok for answer in self.exchange.publish(PROBER, made))
        return made

    def lease(self, agent: Identity, limit: int = 1, ttl_seconds: float = 30.0) -> list[Lease]:
        stages = {Role.STUDENT: Stage.PROBES, Role.JUDGE: Stage.ATTEMPTS, Role.TEACHER: Stage.FAILURES}
        return self.exchange.lease(agent, stages[agent.role], limit, ttl_seconds)

    def complete(self, agent: Identity, lease: Lease, *outputs: Sample) -> Answer:
        return self.exchange.complete(agent, [Completion(token=lease.token, outputs=outputs)])[0]

    def fail(self, agent: Identity, lease: Lease, kind: FailKind, reason: str = "because") -> Answer:
        return self.exchange.fail(agent, [Failure(token=lease.token, kind=kind, reason=reason)])[0]

    def attempt(self, checkpoint_id: str = "base") -> Sample:
        """The next waiting probe is attempted."""
        (lease,) = self.lease(STUDENT)
        output = attempt_at(lease.sample, checkpoint_id)
        assert self.complete(STUDENT, lease, output).ok
        return output

    def verdict(self, passed: bool, rubric_version: int = 1) -> Sample:
        """The next waiting attempt is judged."""
        (lease,) = self.lease(JUDGE)
        output = verdict_on(lease.sample, passed, rubric_version)
        assert self.complete(JUDGE, lease, output).ok
        return output

    def correction(self) -> Sample:
        """The next waiting failure is corrected."""
        (lease,) = self.lease(TEACHER)
        output = correction_of(lease.sample)
        assert self.complete(TEACHER, lease, output).ok
        return output

    def failure(self, purpose: Purpose = Purpose.LEARN, checkpoint_id: str = "base") -> Sample:
        """One probe goes all the way to a verdict that fails it."""
        self.probes(1, purpose)
        self.attempt(checkpoint_id)
        return self.verdict(False)

    def promote(self, candidate_id: str) -> PromotionDecision:
        """A candidate arrives and wins its exam."""
        champion = self.exchange.champion()
        assert champion is not None
        self.exchange.put_checkpoint(checkpoint(candidate_id))
        return self.exchange.submit_exam(*exam(f"exam-{candidate_id}", champion.id, candidate_id, promoted=True))


def probe(purpose: Purpose = Purpose.LEARN, question: str = "q", cell: Cell = CELL, key: str = "") -> Sample:
    reference = Reference(answer="2026-02-03", rationale="because")
    operator, twin = "impossible-date", "0" * 32
    return Sample(
        ordering_key=key,
        payload=Probe(
            cell=cell,
            purpose=purpose,
            origin=Origin.GRAMMAR,
            question=question,
            reference=reference,
            operator=operator,
            twin_id=twin,
        ),
    )


def attempt_at(parent: Sample, checkpoint_id: str = "base", text: str = "answer") -> Sample:
    return answer_to(parent, Attempt(text=text, checkpoint_id=checkpoint_id))


def verdict_on(parent: Sample, passed: bool, rubric_version: int = 1) -> Sample:
    payload = Verdict(passed=passed, rubric_version=rubric_version, decided_by="verifier")
    return answer_to(parent, payload, number=rubric_version)


def correction_of(parent: Sample, answer: str = "a") -> Sample:
    return answer_to(parent, Correction(rationale="r", answer=answer, teacher=TeacherKind.WORKED, verified=True))


def checkpoint(name: str, status: CheckpointStatus = CheckpointStatus.CANDIDATE, cursor: int = 0) -> Checkpoint:
    return Checkpoint(id=name, status=status, url=f"file:///{name}", cursor=cursor)


def exam(exam_id: str, champion_id: str, candidate_id: str, promoted: bool) -> tuple[ExamRecord, PromotionDecision]:
    record = ExamRecord(id=exam_id, champion_id=champion_id, candidate_id=candidate_id, items=())
    decision = PromotionDecision(
        exam_id=exam_id,
        candidate_id=candidate_id,
        champion_id=champion_id,
        promoted=promoted,
        wins=9,
        losses=0,
        champion_accuracy=0.5,
        candidate_accuracy=0.9,
        e_value=30.0,
        threshold=20.0,
        regression=False,
        blocked_by=() if promoted else ("improvement",),
    )
    return record, decision


def codes(answers: Sequence[Answer]) -> list[str]:
    return [answer.code for answer in answers]
