"""Forgetting: what stays of a sample whose text was erased, and the record that says what was erased for whom."""

from datetime import UTC, datetime

from pydantic import Field

from swarm.fields import Count, Line, SampleId
from swarm.records import Annotation, Attempt, Correction, Payload, Probe, Record, Verdict
from swarm.students import ExamRecord

MOST_IDS = 1000
"""Samples that one `Forgetting` names; what erased more is told in several."""


class Forgetting(Record):
    """What watchers and the trainer are told: these samples have no text any more, whoever still holds it drops it.

    `subject` is the sample or producer that was to be forgotten. `checkpoints` may have learned from one of the samples
    that went, `exams` put one of their questions.
    """

    subject: Line
    by: Line
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    sample_ids: tuple[SampleId, ...] = Field((), max_length=MOST_IDS)
    checkpoints: tuple[Line, ...] = ()
    exams: tuple[Line, ...] = ()
    revision: int = 0


class ForgetReport(Record):
    """What forgetting comes to, or would. A repeat finds all samples again and erases none.

    `scrubbed` is whether the store has cleared the bytes from its files already.
    """

    subject: Line
    samples: Count
    erased: Count
    corrections: Count
    discarded: Count
    checkpoints: tuple[Line, ...] = ()
    exams: tuple[Line, ...] = ()
    revision: int = 0
    scrubbed: bool = False


def blank(payload: Payload) -> Payload:
    """The payload without anything that somebody wrote: cells, purposes, decisions, stamps and numbers stay."""
    match payload:
        case Probe():
            return payload.model_copy(update={"question": "", "reference": None, "operator": ""})
        case Attempt():
            return payload.model_copy(update={"text": ""})
        case Verdict():
            findings = tuple(finding.model_copy(update={"quote": ""}) for finding in payload.findings)
            words = {"findings": findings, "answer": "", "explanation": "", "species": ""}
            return payload.model_copy(update=words)
        case Correction():
            return payload.model_copy(update={"rationale": "", "answer": "", "question": ""})
        case Annotation():
            return payload.model_copy(update={"body": "{}"})


def blank_exam(exam: ExamRecord, probe_ids: frozenset[str], questions: frozenset[str]) -> ExamRecord | None:
    """The exam without the text of items that put one of these probes or questions; None where it has none of them."""
    hit = [item.probe.id in probe_ids or _question(item.probe.payload) in questions for item in exam.items]
    if not any(hit):
        return None
    items = tuple(
        item.model_copy(
            update={
                "probe": item.probe.model_copy(update={"payload": blank(item.probe.payload), "forgotten": True}),
                "champion_text": "",
                "candidate_text": "",
            }
        )
        if gone
        else item
        for item, gone in zip(exam.items, hit, strict=True)
    )
    return exam.model_copy(update={"items": items})


def _question(payload: Payload) -> str | None:
    return payload.question if isinstance(payload, Probe) else None
