"""What a row of an exported table holds, one for each sample, or one for each verdict with all that belongs to it."""

from typing import Any

import pyarrow as pa

from swarm.records import Annotation, Attempt, Correction, Probe, Sample, Tier, Verdict

Row = dict[str, Any]

_TIME = pa.timestamp("us", tz="UTC")
_FINDINGS = pa.list_(pa.struct([("criterion", pa.string()), ("passed", pa.bool_()), ("quote", pa.string())]))
_PROBE: list[tuple[str, pa.DataType]] = [
    ("subdomain", pa.string()),
    ("weather", pa.string()),
    ("form", pa.string()),
    ("purpose", pa.string()),
    ("origin", pa.string()),
    ("question", pa.string()),
    ("reference_answer", pa.string()),
    ("reference_rationale", pa.string()),
    ("twin_id", pa.string()),
    ("operator", pa.string()),
]
_ATTEMPT: list[tuple[str, pa.DataType]] = [
    ("text", pa.string()),
    ("checkpoint_id", pa.string()),
    ("truncated", pa.bool_()),
]
_VERDICT: list[tuple[str, pa.DataType]] = [
    ("passed", pa.bool_()),
    ("rubric_version", pa.int32()),
    ("decided_by", pa.string()),
    ("read_answer", pa.string()),
    ("explanation", pa.string()),
    ("species", pa.string()),
    ("findings", _FINDINGS),
]
_CORRECTION: list[tuple[str, pa.DataType]] = [
    ("rationale", pa.string()),
    ("taught_question", pa.string()),
    ("answer", pa.string()),
    ("teacher", pa.string()),
    ("verified", pa.bool_()),
]

SAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("parent_id", pa.string()),
        ("root_id", pa.string()),
        ("producer", pa.string()),
        ("tier", pa.string()),
        ("created_at", _TIME),
        ("revision", pa.int64()),
        ("forgotten", pa.bool_()),
        ("ordering_key", pa.string()),
        ("redactions", pa.list_(pa.struct([("kind", pa.string()), ("count", pa.int64())]))),
        *_PROBE,
        *_ATTEMPT,
        *_VERDICT,
        *_CORRECTION,
        ("prompt_tokens", pa.int64()),
        ("completion_tokens", pa.int64()),
        ("schema_name", pa.string()),
        ("body", pa.string()),
    ]
)
"""One row for each sample; what its kind doesn't have is null."""

JOINED = pa.schema(
    [
        ("probe_id", pa.string()),
        ("attempt_id", pa.string()),
        ("verdict_id", pa.string()),
        ("correction_id", pa.string()),
        ("revision", pa.int64()),
        ("judged_at", _TIME),
        ("tier", pa.string()),
        ("forgotten", pa.bool_()),
        *_PROBE,
        *_ATTEMPT,
        *_VERDICT,
        *_CORRECTION,
    ]
)
"""One row for each verdict, with its probe and attempt, and with its correction where there is one.

`tier` is the least trusted of their producers'.
"""


def row_of(sample: Sample) -> Row:
    """A sample's row of `SAMPLES`."""
    replaced = [{"kind": kind, "count": count} for kind, count in sample.redactions]
    envelope = sample.model_dump(exclude={"payload"}) | {"redactions": replaced, "tier": str(sample.tier)}
    match sample.payload:
        case Probe() as probe:
            return envelope | {"kind": sample.kind} | _of_probe(probe)
        case Attempt() as payload:
            said = _of_attempt(payload) | _tokens(payload)
        case Verdict() as payload:
            said = _of_verdict(payload)
        case Correction() as payload:
            said = _of_correction(payload) | _tokens(payload)
        case Annotation() as payload:
            said = {"schema_name": payload.schema_name, "body": payload.body}
    return envelope | {"kind": sample.kind} | said


def joined_row(probe: Sample, attempt: Sample, verdict: Sample, correction: Sample | None) -> Row:
    """A verdict's row of `JOINED`. Raises TypeError where one of them is of another kind."""
    asked, said, judged = probe.payload, attempt.payload, verdict.payload
    if not (isinstance(asked, Probe) and isinstance(said, Attempt) and isinstance(judged, Verdict)):
        raise TypeError(f"{probe.id}, {attempt.id}, {verdict.id} aren't probe, attempt and verdict")
    family = [probe, attempt, verdict, *([correction] if correction else [])]
    row = {
        "probe_id": probe.id,
        "attempt_id": attempt.id,
        "verdict_id": verdict.id,
        "revision": verdict.revision,
        "judged_at": verdict.created_at,
        "tier": str(max((sample.tier for sample in family), key=list(Tier).index)),
        "forgotten": any(sample.forgotten for sample in family),
    }
    row |= _of_probe(asked) | _of_attempt(said) | _of_verdict(judged)
    if correction is not None and isinstance(correction.payload, Correction):
        row |= {"correction_id": correction.id} | _of_correction(correction.payload)
    return row


def _of_probe(probe: Probe) -> Row:
    reference = probe.reference
    return {
        **probe.cell.model_dump(mode="json"),
        "purpose": str(probe.purpose),
        "origin": str(probe.origin),
        "question": probe.question,
        "reference_answer": reference.answer if reference else None,
        "reference_rationale": reference.rationale if reference else None,
        "twin_id": probe.twin_id,
        "operator": probe.operator,
    }


def _of_attempt(attempt: Attempt) -> Row:
    return attempt.model_dump(include={"text", "checkpoint_id", "truncated"})


def _of_verdict(verdict: Verdict) -> Row:
    return {"read_answer": verdict.answer, **verdict.model_dump(mode="json", exclude={"kind", "answer"})}


def _of_correction(correction: Correction) -> Row:
    said = correction.model_dump(mode="json", include={"rationale", "answer", "teacher", "verified"})
    return said | {"taught_question": correction.question or None}


def _tokens(payload: Attempt | Correction) -> Row:
    return payload.model_dump(include={"prompt_tokens", "completion_tokens"})
