"""From a bad answer to what the champion answers now: the true steps of one report, and nothing that is only likely."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from swarm.asking import Family
from swarm.domains.base import Domain
from swarm.feedback import Feedback, FeedbackState
from swarm.records import Attempt, Correction, Probe, Record, Sample, Verdict, child_id
from swarm.state import SwarmState
from swarm.students import Checkpoint

_WAITS = {
    FeedbackState.OPEN: "Nobody has said yet what is right.",
    FeedbackState.DISMISSED: "It was dismissed",
}


class Step(Record):
    """One thing that happened on the way from a bad answer to a skill."""

    at: datetime | None
    name: str
    by: str
    text: str


class ProductionStory(Record):
    """An answer that was called wrong in production, and what came of that."""

    id: str
    state: FeedbackState
    question: str
    asked_at: datetime
    forgotten: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one report. `said` begins with the question, `lesson` with the probe that asks it again, if one
    does; `again` is what the champion of `state` was asked since, if it was."""

    feedback: Feedback
    state: SwarmState
    said: Family
    lesson: Family = Family(samples=())
    again: Family = Family(samples=())


def again_id(report_id: str, checkpoint_id: str) -> str:
    """The id of the sample by which a checkpoint is asked the question of a report once more."""
    return child_id(report_id, f"again/{checkpoint_id}")


def story_of(told: Told, domain: Domain) -> ProductionStory:
    """The steps, in the order in which one rests on the other."""
    question = told.said.samples[0]
    assert isinstance(question.payload, Probe)
    steps = [_reported(told), *_taught(told), *_learned(told), *_now(told, domain)]
    return ProductionStory(
        id=told.feedback.id,
        state=told.feedback.state,
        question=question.payload.question,
        asked_at=question.created_at,
        forgotten=question.forgotten,
        steps=tuple(steps),
    )


def _reported(told: Told) -> Step:
    given = next((sample.payload for sample in told.said.samples if isinstance(sample.payload, Attempt)), None)
    text = given.text if given else ""
    return Step(at=told.said.samples[0].created_at, name="answered", by=told.feedback.checkpoint_id, text=text)


def _taught(told: Told) -> Iterator[Step]:
    """What was said of it, and what came of the probe that asks it again."""
    row = told.feedback
    waits = _WAITS.get(row.state, "")
    yield Step(at=row.at, name="called wrong", by=row.reporter, text=f"{waits}: {row.reason}" if row.reason else waits)
    for sample in told.lesson.samples:
        match sample.payload:
            case Probe() as probe:
                right = f"right is {probe.reference.answer}" if probe.reference else ""
                yield _step(sample, "asked again", right)
            case Attempt() as attempt:
                yield _step(sample, "answered again", attempt.text, by=attempt.checkpoint_id)
            case Verdict() as verdict:
                words = f"{verdict.species}\n{verdict.explanation}".strip()
                yield _step(sample, "judged right" if verdict.passed else "judged wrong", words)
            case Correction() as correction:
                yield _step(sample, "corrected", f"{correction.rationale}\n= {correction.answer}".strip())
            case _:
                continue


def _learned(told: Told) -> Iterator[Step]:
    """The first checkpoint that learned from it, and whether what serves now was trained from that."""
    known = {checkpoint.id: checkpoint for checkpoint in told.state.checkpoints}
    learned = [known[item.checkpoint_id] for item in told.lesson.learnings if item.checkpoint_id in known]
    if not learned:
        return
    first = min(learned, key=lambda checkpoint: checkpoint.created_at)
    yield Step(at=first.created_at, name="learned", by=first.id, text=f"{first.id} is {first.status} now.")
    line = ancestry(told.state.checkpoints, told.state.champion_id)
    if any(checkpoint.id in line for checkpoint in learned):
        promoted = [item.at for item in told.state.promotions if item.promoted and item.candidate_id == line[0]]
        has = "learned from it" if line[0] in {item.id for item in learned} else "was trained from one that did"
        yield Step(at=promoted[-1] if promoted else None, name="serves", by=line[0], text=f"{line[0]} {has}.")


def _now(told: Told, domain: Domain) -> Iterator[Step]:
    """The latest answer that is stored of the checkpoint that serves now, held against what was said to be right."""
    probe = told.lesson.samples[0].payload if told.lesson.samples else None
    answers = [
        (sample, sample.payload)
        for sample in (*told.lesson.samples, *told.again.samples)
        if isinstance(sample.payload, Attempt)
        and sample.payload.checkpoint_id == told.state.champion_id
        and not sample.forgotten
    ]
    if not answers or not isinstance(probe, Probe):
        return
    sample, attempt = answers[-1]
    found = domain.read(attempt.text).answers
    right = bool(found) and domain.verify(probe, found[-1]).correct
    yield _step(sample, "answers right now" if right else "answers wrong now", attempt.text, by=attempt.checkpoint_id)


def ancestry(checkpoints: Sequence[Checkpoint], name: str) -> list[str]:
    """A checkpoint and those that it was trained from, itself first."""
    parents = {checkpoint.id: checkpoint.parent_id for checkpoint in checkpoints}
    line: list[str] = []
    while name and name not in line:
        line.append(name)
        name = parents.get(name, "")
    return line


def _step(sample: Sample, name: str, text: str, by: str = "") -> Step:
    at: datetime = sample.created_at
    return Step(at=at, name=name, by=by or sample.producer, text=text)
