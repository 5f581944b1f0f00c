import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Weather(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEATHER_UNSPECIFIED: _ClassVar[Weather]
    WEATHER_RAIN: _ClassVar[Weather]
    WEATHER_WIND: _ClassVar[Weather]
    WEATHER_BORDER: _ClassVar[Weather]

class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PURPOSE_UNSPECIFIED: _ClassVar[Purpose]
    PURPOSE_LEARN: _ClassVar[Purpose]
    PURPOSE_EXAM: _ClassVar[Purpose]
    PURPOSE_SIEGE: _ClassVar[Purpose]
    PURPOSE_CENSUS: _ClassVar[Purpose]
    PURPOSE_ASK: _ClassVar[Purpose]

class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORIGIN_UNSPECIFIED: _ClassVar[Origin]
    ORIGIN_GRAMMAR: _ClassVar[Origin]
    ORIGIN_MUTATION: _ClassVar[Origin]
    ORIGIN_GROUNDED: _ClassVar[Origin]
    ORIGIN_MODEL: _ClassVar[Origin]
    ORIGIN_REPLAY: _ClassVar[Origin]
    ORIGIN_PRODUCTION: _ClassVar[Origin]
    ORIGIN_WEATHER: _ClassVar[Origin]

class Tier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_UNSPECIFIED: _ClassVar[Tier]
    TIER_INSIDE: _ClassVar[Tier]
    TIER_TRUSTED: _ClassVar[Tier]
    TIER_QUARANTINED: _ClassVar[Tier]
    TIER_SUSPENDED: _ClassVar[Tier]

class TeacherKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TEACHER_KIND_UNSPECIFIED: _ClassVar[TeacherKind]
    TEACHER_KIND_WORKED: _ClassVar[TeacherKind]
    TEACHER_KIND_LOCAL: _ClassVar[TeacherKind]
    TEACHER_KIND_ENDPOINT: _ClassVar[TeacherKind]

class Decision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECISION_UNSPECIFIED: _ClassVar[Decision]
    DECISION_PASS: _ClassVar[Decision]
    DECISION_DROP: _ClassVar[Decision]
WEATHER_UNSPECIFIED: Weather
WEATHER_RAIN: Weather
WEATHER_WIND: Weather
WEATHER_BORDER: Weather
PURPOSE_UNSPECIFIED: Purpose
PURPOSE_LEARN: Purpose
PURPOSE_EXAM: Purpose
PURPOSE_SIEGE: Purpose
PURPOSE_CENSUS: Purpose
PURPOSE_ASK: Purpose
ORIGIN_UNSPECIFIED: Origin
ORIGIN_GRAMMAR: Origin
ORIGIN_MUTATION: Origin
ORIGIN_GROUNDED: Origin
ORIGIN_MODEL: Origin
ORIGIN_REPLAY: Origin
ORIGIN_PRODUCTION: Origin
ORIGIN_WEATHER: Origin
TIER_UNSPECIFIED: Tier
TIER_INSIDE: Tier
TIER_TRUSTED: Tier
TIER_QUARANTINED: Tier
TIER_SUSPENDED: Tier
TEACHER_KIND_UNSPECIFIED: TeacherKind
TEACHER_KIND_WORKED: TeacherKind
TEACHER_KIND_LOCAL: TeacherKind
TEACHER_KIND_ENDPOINT: TeacherKind
DECISION_UNSPECIFIED: Decision
DECISION_PASS: Decision
DECISION_DROP: Decision

class Cell(_message.Message):
    __slots__ = ("subdomain", "weather", "form")
    SUBDOMAIN_FIELD_NUMBER: _ClassVar[int]
    WEATHER_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    subdomain: str
    weather: Weather
    form: str
    def __init__(self, subdomain: _Optional[str] = ..., weather: _Optional[_Union[Weather, str]] = ..., form: _Optional[str] = ...) -> None: ...

class Reference(_message.Message):
    __slots__ = ("answer", "rationale")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    RATIONALE_FIELD_NUMBER: _ClassVar[int]
    answer: str
    rationale: str
    def __init__(self, answer: _Optional[str] = ..., rationale: _Optional[str] = ...) -> None: ...

class Probe(_message.Message):
    __slots__ = ("cell", "purpose", "origin", "question", "reference", "twin_id", "operator")
    CELL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    TWIN_ID_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    cell: Cell
    purpose: Purpose
    origin: Origin
    question: str
    reference: Reference
    twin_id: str
    operator: str
    def __init__(self, cell: _Optional[_Union[Cell, _Mapping]] = ..., purpose: _Optional[_Union[Purpose, str]] = ..., origin: _Optional[_Union[Origin, str]] = ..., question: _Optional[str] = ..., reference: _Optional[_Union[Reference, _Mapping]] = ..., twin_id: _Optional[str] = ..., operator: _Optional[str] = ...) -> None: ...

class Attempt(_message.Message):
    __slots__ = ("text", "checkpoint_id", "prompt_tokens", "completion_tokens", "truncated")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    text: str
    checkpoint_id: str
    prompt_tokens: int
    completion_tokens: int
    truncated: bool
    def __init__(self, text: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., truncated: _Optional[bool] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("criterion", "passed", "quote")
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    criterion: str
    passed: bool
    quote: str
    def __init__(self, criterion: _Optional[str] = ..., passed: _Optional[bool] = ..., quote: _Optional[str] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ("passed", "rubric_version", "decided_by", "findings", "answer", "explanation", "species")
    PASSED_FIELD_NUMBER: _ClassVar[int]
    RUBRIC_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    SPECIES_FIELD_NUMBER: _ClassVar[int]
    passed: bool
    rubric_version: int
    decided_by: str
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    answer: str
    explanation: str
    species: str
    def __init__(self, passed: _Optional[bool] = ..., rubric_version: _Optional[int] = ..., decided_by: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., answer: _Optional[str] = ..., explanation: _Optional[str] = ..., species: _Optional[str] = ...) -> None: ...

class Correction(_message.Message):
    __slots__ = ("rationale", "answer", "teacher", "verified", "prompt_tokens", "completion_tokens", "question")
    RATIONALE_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    TEACHER_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    rationale: str
    answer: str
    teacher: TeacherKind
    verified: bool
    prompt_tokens: int
    completion_tokens: int
    question: str
    def __init__(self, rationale: _Optional[str] = ..., answer: _Optional[str] = ..., teacher: _Optional[_Union[TeacherKind, str]] = ..., verified: _Optional[bool] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., question: _Optional[str] = ...) -> None: ...

class Annotation(_message.Message):
    __slots__ = ("schema_name", "body", "decision")
    SCHEMA_NAME_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    schema_name: str
    body: str
    decision: Decision
    def __init__(self, schema_name: _Optional[str] = ..., body: _Optional[str] = ..., decision: _Optional[_Union[Decision, str]] = ...) -> None: ...

class Redaction(_message.Message):
    __slots__ = ("kind", "count")
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    count: int
    def __init__(self, kind: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ("id", "parent_id", "root_id", "producer", "created_at", "revision", "forgotten", "ordering_key", "redactions", "probe", "attempt", "verdict", "correction", "annotation", "tier")
    ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    ROOT_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    FORGOTTEN_FIELD_NUMBER: _ClassVar[int]
    ORDERING_KEY_FIELD_NUMBER: _ClassVar[int]
    REDACTIONS_FIELD_NUMBER: _ClassVar[int]
    PROBE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    id: str
    parent_id: str
    root_id: str
    producer: str
    created_at: _timestamp_pb2.Timestamp
    revision: int
    forgotten: bool
    ordering_key: str
    redactions: _containers.RepeatedCompositeFieldContainer[Redaction]
    probe: Probe
    attempt: Attempt
    verdict: Verdict
    correction: Correction
    annotation: Annotation
    tier: Tier
    def __init__(self, id: _Optional[str] = ..., parent_id: _Optional[str] = ..., root_id: _Optional[str] = ..., producer: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., forgotten: _Optional[bool] = ..., ordering_key: _Optional[str] = ..., redactions: _Optional[_Iterable[_Union[Redaction, _Mapping]]] = ..., probe: _Optional[_Union[Probe, _Mapping]] = ..., attempt: _Optional[_Union[Attempt, _Mapping]] = ..., verdict: _Optional[_Union[Verdict, _Mapping]] = ..., correction: _Optional[_Union[Correction, _Mapping]] = ..., annotation: _Optional[_Union[Annotation, _Mapping]] = ..., tier: _Optional[_Union[Tier, str]] = ...) -> None: ...
