"""The records that the code speaks: what travels in a sample, and the objects the gateway keeps about a swarm.

The wire form is proto/swarm/v1; swarm.codec is the only place that translates between the two.
"""

import hashlib
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from swarm.fields import Count, Key, Line, MaybeId, MaybeSampleId, Name, Number, SampleId, Text


class Weather(StrEnum):
    """How a probe presses: deep in domain, twisted, or just outside."""

    RAIN = "rain"
    WIND = "wind"
    BORDER = "border"


class Purpose(StrEnum):
    """What a probe is for. Only LEARN feeds training; ASK is a person's question and is never judged."""

    LEARN = "learn"
    EXAM = "exam"
    SIEGE = "siege"
    CENSUS = "census"
    ASK = "ask"


class Origin(StrEnum):
    """The prober family (or person) that a probe comes from."""

    GRAMMAR = "grammar"
    MUTATION = "mutation"
    GROUNDED = "grounded"
    MODEL = "model"
    REPLAY = "replay"
    PRODUCTION = "production"
    WEATHER = "weather"


class Tier(StrEnum):
    """How far a producer is trusted: INSIDE has the run folder's own credential, the others have an issued one.

    What a QUARANTINED one produces is kept apart until it is released; a SUSPENDED one may not call at all.
    """

    INSIDE = "inside"
    TRUSTED = "trusted"
    QUARANTINED = "quarantined"
    SUSPENDED = "suspended"


class TeacherKind(StrEnum):
    """Who worked a correction out: the domain's own solution, a local model, or a remote endpoint."""

    WORKED = "worked"
    LOCAL = "local"
    ENDPOINT = "endpoint"


class Decision(StrEnum):
    """What a gate says of a sample: it goes on, or it ends here."""

    PASS = "pass"
    DROP = "drop"


class Record(BaseModel):
    """Base of all records: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(Record):
    """One square of the boundary map: subdomain x weather x answer form."""

    subdomain: Name
    weather: Weather
    form: Name

    @property
    def key(self) -> str:
        """The cell as one string, `subdomain/weather/form`."""
        return f"{self.subdomain}/{self.weather}/{self.form}"

    @classmethod
    def parse(cls, key: str) -> "Cell":
        """Read a key back. Raises ValueError that shows the key where it has another shape."""
        parts = key.split("/")
        if len(parts) != 3:
            raise ValueError(f"cell {key!r} is not of the form subdomain/weather/form")
        return cls(subdomain=parts[0], weather=Weather(parts[1]), form=parts[2])


class Reference(Record):
    """What is right: the answer, and the worked steps that lead to it. Never shown to a student."""

    answer: Text
    rationale: Text = ""


class Probe(Record):
    """One question put to the student. `reference` is None only after redaction, or for a person's question."""

    kind: Literal["probe"] = "probe"
    cell: Cell
    purpose: Purpose
    origin: Origin
    question: Text
    reference: Reference | None = None
    twin_id: MaybeSampleId = ""
    operator: Line = ""
    """What made it a trap (for example `impossible-date`); empty for a plain probe."""


class Attempt(Record):
    """The student's raw text, stamped with the checkpoint that gave it."""

    kind: Literal["attempt"] = "attempt"
    text: Text
    checkpoint_id: MaybeId
    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    truncated: bool = False


class Finding(Record):
    """One criterion's decision, with the words of the attempt that it rests on."""

    criterion: Line
    passed: bool
    quote: Text = ""


class Verdict(Record):
    """The judge's decision on an attempt."""

    kind: Literal["verdict"] = "verdict"
    passed: bool
    rubric_version: Number
    decided_by: Line
    findings: tuple[Finding, ...] = Field((), max_length=256)
    answer: Text = ""
    explanation: Text = ""
    species: Line = ""
    """The way of failing, for example `relative/off-by-one-week`; empty on a pass."""


class Correction(Record):
    """The teacher's worked answer to a failed attempt, or to a question of its own about what failed there."""

    kind: Literal["correction"] = "correction"
    rationale: Text
    answer: Text
    teacher: TeacherKind
    verified: bool
    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    question: Text = ""
    """What it answers; empty is what the failed probe asks."""


class Annotation(Record):
    """A note of a schema-named kind on any sample; `body` is JSON text that follows the schema.

    The one with which a gate completes says whether the sample may pass.
    """

    kind: Literal["annotation"] = "annotation"
    schema_name: Name
    body: Text
    decision: Decision | None = None

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without a decision it is the JSON that it was before there were any, so its digest stays what it was."""
        said: dict[str, Any] = plain(self)
        return said if self.decision is not None else {key: said[key] for key in said if key != "decision"}


Payload = Annotated[Probe | Attempt | Verdict | Correction | Annotation, Field(discriminator="kind")]


def new_id() -> str:
    """A fresh sample id, 32 hexadecimal digits: the time, then random ones.

    What is stored at one time then lies together. Random ids each touch a page of their own in every index of them.
    """
    return dated_id(uuid.uuid4().hex, datetime.now(UTC))


def dated_id(identity: str, at: datetime) -> str:
    """The id with a time for its first 12 digits, as a UUID of version 7 has it (RFC 9562); the others stay."""
    millisecond, variant = int(at.timestamp() * 1000), "89ab"[int(identity[16], 16) % 4]
    return f"{millisecond:012x}7{identity[13:16]}{variant}{identity[17:]}"


def derived_id(identity: str, word: str) -> str:
    """The id that follows from another one and a word. Where that one begins with a time, so does this (version 8)."""
    made = uuid.uuid5(uuid.UUID(hex=identity), word).hex
    return f"{identity[:12]}8{made[13:]}" if identity[12] in "78" and identity[16] in "89ab" else made


def child_id(parent_id: str, kind: str, number: int = 0) -> str:
    """The id of an output of a leased sample: the same for every delivery, so that a repeat is no second effect."""
    return derived_id(parent_id, f"{kind}/{number}")


class Sample(Record):
    """The envelope in which any record travels and is stored.

    `parent_id` is what it answers to ("" for a probe, unless it was made from what became of another one), `root_id`
    the probe at the start of the chain.
    `producer`, its `tier` at that time, `revision` and `forgotten` are set by the gateway; what a client writes is
    ignored. A forgotten sample has no text any more; its id, lineage, stamps and numbers stay. Of the samples in one
    queue with the same `ordering_key`, one is leased at a time, in the order of their revisions; "" orders nothing.
    `redactions`, also the gateway's, is how often personal data of each kind was replaced in it.
    """

    id: SampleId = Field(default_factory=new_id)
    parent_id: MaybeSampleId = ""
    root_id: MaybeSampleId = ""
    producer: Line = ""
    tier: Tier = Tier.INSIDE
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    revision: int = 0
    forgotten: bool = False
    ordering_key: Key = ""
    redactions: tuple[tuple[str, int], ...] = ()
    payload: Payload

    @property
    def kind(self) -> str:
        """The payload's kind: probe, attempt, verdict, correction or annotation."""
        return self.payload.kind

    @property
    def traceparent(self) -> str:
        """Its W3C trace context: the trace is the root's id, the span the last half of its own."""
        return f"00-{self.root_id or self.id}-{self.id[16:]}-01"

    def digest(self) -> str:
        """SHA-256 over what makes the sample what it is: id, lineage, payload, and the ordering key if it has one."""
        return sample_digest(self.id, self.parent_id, self.root_id, self.ordering_key, self.payload.model_dump_json())


def sample_digest(sample_id: str, parent_id: str, root_id: str, ordering_key: str, said: str) -> str:
    """The digest of a sample whose payload is `said` as JSON."""
    body = f"{sample_id}\n{parent_id}\n{root_id}\n{said}"
    if ordering_key:
        body += f"\n{ordering_key}"
    return hashlib.sha256(body.encode()).hexdigest()


def answer_to(parent: Sample, payload: Payload, number: int = 0, by: str = "") -> Sample:
    """The sample that answers `parent` with `payload`, with lineage, the same ordering key, and a repeatable id.

    `by` names the declared role that answers, since several may answer one sample. A probe that is made from another
    sample is the root of a family of its own.
    """
    return Sample(
        id=child_id(parent.id, f"{by}/{payload.kind}" if by else payload.kind, number),
        parent_id=parent.id,
        root_id="" if isinstance(payload, Probe) else parent.root_id or parent.id,
        ordering_key=parent.ordering_key,
        payload=payload,
    )
