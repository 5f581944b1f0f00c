"""What a certificate is made of: its subject, the events that it rests on, and the numbers that follow from them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from swarm.criteria import Rubric
from swarm.fields import Count, Id, Line, Note, Number, SampleId, Sha256
from swarm.records import Record
from swarm.state import PhaseName
from swarm.students import TensorFile

_LATER = ("one_family", "twins")
"""Fields of a subject that came after the first certificates."""


class Asked(Record):
    """One probe of a siege or census, and what became of it; None is no verdict. The digest is the stored sample's."""

    revision: Count
    probe_id: SampleId
    sha256: Sha256
    cell: Line
    passed: bool | None


class Attempted(Record):
    """One attempt at siege and census, and how it ended."""

    number: Number
    began: Count
    """The revision of its siege."""
    ended: PhaseName
    reason: Note = ""


class JudgedItem(Record):
    """An attempt of known truth on which the judge was measured; `kind` is what was planted, or how it was spelled."""

    kind: Line
    right: bool
    passed: bool


class PlantedStudent(Record):
    """A student with holes planted into it, and which of them the same swarm found at the same budget."""

    student: Id
    found: tuple[bool, ...] = Field(max_length=10_000)
    calls: Count = 0
    """Questions that it was asked."""


class Events(Record):
    """All that was seen, in the order of it; the numbers follow from this and from the terms."""

    siege: tuple[Asked, ...]
    census: tuple[Asked, ...]
    attempts: tuple[Attempted, ...]
    judge: tuple[JudgedItem, ...]
    power: tuple[PlantedStudent, ...] = ()


class Subject(Record):
    """Whom it is about: nothing of this may change."""

    checkpoint_id: Id
    adapter: bool
    files: tuple[TensorFile, ...]
    """Of the checkpoint; those of the base, where it is an adapter, are pinned by `base`."""
    base: Line
    domain: Line
    cells: tuple[Line, ...]
    rubric: Rubric
    decoding: Line
    probers_sha256: Sha256
    """Of the probers' config, the seed and the version of the program."""
    one_family: Line = ""
    """The model family that judge and teacher share, where the config allows it."""
    twins: tuple[Line, ...] = ()
    """Cells beside those, of which the siege asked the answerable twins of traps; the census has none of them."""

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without its later fields where they say nothing: signatures are over the JSON from before there were any."""
        said: dict[str, Any] = plain(self)
        return {key: said[key] for key in said if key not in _LATER or said[key]}


class Terms(Record):
    """What was to be shown; METHODS of siege and census are in docs/statistics.md."""

    epsilon: float = Field(gt=0, lt=0.5)
    alpha: float = Field(gt=0, lt=0.5)
    beta: float = Field(gt=0, lt=1)
    attempt: int = Field(ge=1)
    siege_failures: int = Field(ge=0)
    """Failures that a siege bears."""


class Numbers(Record):
    """What follows from the events. Siege and census are counted up to the probe at which each was decided."""

    level: float
    """Of this attempt's siege, and of its census: alpha_j."""
    sensitivity: float
    """Exact 95% lower bound of the judge's P(fail | wrong)."""
    specificity: float
    """The same of P(pass | right)."""
    target: float
    """The failure rate that was tested against: epsilon times the sensitivity."""
    siege_probes: int
    siege_failures: int
    siege_bound: float
    siege_reached: bool
    census_probes: int
    census_failures: int
    census_log_ratio: float
    census_accepted: bool
    planted: int
    rediscovered: int
    power: float
    """95% lower bound of the share of planted holes that is found, over students; 0 where none were planted."""
    events_sha256: Sha256


class MadeUp(Record):
    """A fault of answers from documents in the census: how many of those that could show it do."""

    fault: Line
    found: Count
    of: Count


class Certificate(Record):
    """A statement about one frozen student."""

    format: Literal[1] = 1
    swarm: Line
    issued_at: datetime
    subject: Subject
    terms: Terms
    events: Events
    numbers: Numbers
    says: Note
    made_up: tuple[MadeUp, ...] = Field((), max_length=20)
    """The hallucination audit of the census, where the domain rests on documents: told, and no part of the claim."""

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As for the subject."""
        said: dict[str, Any] = plain(self)
        return {key: said[key] for key in said if key != "made_up" or said[key]}


class Signed(Record):
    """A certificate with the public key and the Ed25519 signature, in hexadecimal, over its canonical JSON."""

    certificate: Certificate
    public_key: str = Field(pattern="^[0-9a-f]{64}$")
    signature: str = Field(pattern="^[0-9a-f]{128}$")
