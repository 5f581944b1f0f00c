"""Small pieces of work in the calendar domain for the gateway's tests."""

import random

from swarm.client import SwarmClient
from swarm.criteria import Criterion, Rubric
from swarm.domains.calendar import CalendarDomain
from swarm.records import Attempt, Correction, Probe, Purpose, Sample, TeacherKind, Verdict, answer_to
from swarm.students import Checkpoint, CheckpointStatus, ExamItem, ExamRecord
from swarm.work import Completion, Stage

DOMAIN = CalendarDomain()

SEED = Rubric(
    version=1, domain="calendar", criteria=(Criterion(id="right", text="The answer is right.", check="verifier"),)
)


def probes(count: int, seed: int = 0, purpose: Purpose = Purpose.LEARN) -> list[Sample]:
    """Distinct valid probes over all cells."""
    rng, found = random.Random(f"{seed}/{purpose}"), dict[str, Sample]()
    cells = DOMAIN.cells()
    while len(found) < count:
        for sample in DOMAIN.make(cells[len(found) % len(cells)], rng, purpose):
            found.setdefault(probe_of(sample).question, sample)
    return list(found.values())[:count]


def probe_of(sample: Sample) -> Probe:
    """The probe in a sample."""
    assert isinstance(sample.payload, Probe)
    return sample.payload


def right(sample: Sample) -> str:
    """What a student should write."""
    return DOMAIN.completion(DOMAIN.solve(probe_of(sample)))


def checkpoint(name: str, status: CheckpointStatus = CheckpointStatus.CANDIDATE, parent: str = "base") -> Checkpoint:
    """A student version without files."""
    return Checkpoint(id=name, parent_id="" if name == "base" else parent, status=status, url=f"file:///{name}")


def exam(name: str, items: list[Sample], champion: str = "= nonsense") -> ExamRecord:
    """An exam in which the candidate is always right and the champion says one thing; its flags claim the reverse."""
    return ExamRecord(
        id=name,
        champion_id="base",
        candidate_id="c1",
        items=tuple(
            ExamItem(
                probe=item,
                champion_text=champion,
                candidate_text=right(item),
                champion_passed=True,
                candidate_passed=False,
            )
            for item in items
        ),
    )


async def attempt(student: SwarmClient, text: str, wait_seconds: float = 5.0) -> Sample:
    """Answer the next probe."""
    lease = (await student.lease(Stage.PROBES, wait_seconds=wait_seconds))[0]
    output = answer_to(lease.sample, Attempt(text=text, checkpoint_id="base"))
    answers = await student.complete([Completion(token=lease.token, outputs=(output,))])
    assert answers[0].ok, answers
    return output


async def fail_verdict(judge: SwarmClient) -> Sample:
    """Fail the next attempt."""
    lease = (await judge.lease(Stage.ATTEMPTS, wait_seconds=5.0))[0]
    verdict = Verdict(passed=False, rubric_version=1, decided_by="verifier", species="absolute/wrong")
    output = answer_to(lease.sample, verdict)
    answers = await judge.complete([Completion(token=lease.token, outputs=(output,))])
    assert answers[0].ok, answers
    return output


async def correct(teacher: SwarmClient) -> Sample:
    """Correct the next failure by the reference that came with it."""
    lease = (await teacher.lease(Stage.FAILURES, wait_seconds=5.0))[0]
    reference = probe_of(lease.chain[-1]).reference
    assert reference is not None
    correction = Correction(
        rationale=reference.rationale, answer=reference.answer, teacher=TeacherKind.WORKED, verified=True
    )
    output = answer_to(lease.sample, correction)
    answers = await teacher.complete([Completion(token=lease.token, outputs=(output,))])
    assert answers[0].ok, answers
    return output
