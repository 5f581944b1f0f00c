import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import records_pb2 as _records_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SampleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAMPLE_KIND_UNSPECIFIED: _ClassVar[SampleKind]
    SAMPLE_KIND_PROBE: _ClassVar[SampleKind]
    SAMPLE_KIND_ATTEMPT: _ClassVar[SampleKind]
    SAMPLE_KIND_VERDICT: _ClassVar[SampleKind]
    SAMPLE_KIND_CORRECTION: _ClassVar[SampleKind]
    SAMPLE_KIND_ANNOTATION: _ClassVar[SampleKind]
SAMPLE_KIND_UNSPECIFIED: SampleKind
SAMPLE_KIND_PROBE: SampleKind
SAMPLE_KIND_ATTEMPT: SampleKind
SAMPLE_KIND_VERDICT: SampleKind
SAMPLE_KIND_CORRECTION: SampleKind
SAMPLE_KIND_ANNOTATION: SampleKind

class GetStateRequest(_message.Message):
    __slots__ = ("read_mask",)
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetStateResponse(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: _state_pb2.SwarmState
    def __init__(self, state: _Optional[_Union[_state_pb2.SwarmState, _Mapping]] = ...) -> None: ...

class ListSamplesRequest(_message.Message):
    __slots__ = ("kind", "cell", "purpose", "passed", "since_revision", "limit", "descending", "producer", "checkpoint_id", "criterion", "species", "origin", "tier", "until_revision", "since", "until", "page_size", "page_token", "read_mask", "learned_by")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    SINCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    SPECIES_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    UNTIL_REVISION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    LEARNED_BY_FIELD_NUMBER: _ClassVar[int]
    kind: SampleKind
    cell: _records_pb2.Cell
    purpose: _records_pb2.Purpose
    passed: bool
    since_revision: int
    limit: int
    descending: bool
    producer: str
    checkpoint_id: str
    criterion: str
    species: str
    origin: _records_pb2.Origin
    tier: _records_pb2.Tier
    until_revision: int
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    read_mask: _field_mask_pb2.FieldMask
    learned_by: str
    def __init__(self, kind: _Optional[_Union[SampleKind, str]] = ..., cell: _Optional[_Union[_records_pb2.Cell, _Mapping]] = ..., purpose: _Optional[_Union[_records_pb2.Purpose, str]] = ..., passed: _Optional[bool] = ..., since_revision: _Optional[int] = ..., limit: _Optional[int] = ..., descending: _Optional[bool] = ..., producer: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., criterion: _Optional[str] = ..., species: _Optional[str] = ..., origin: _Optional[_Union[_records_pb2.Origin, str]] = ..., tier: _Optional[_Union[_records_pb2.Tier, str]] = ..., until_revision: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., learned_by: _Optional[str] = ...) -> None: ...

class ListSamplesResponse(_message.Message):
    __slots__ = ("samples", "next_page_token", "revision")
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    next_page_token: str
    revision: int
    def __init__(self, samples: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class GetLineageRequest(_message.Message):
    __slots__ = ("sample_id", "read_mask")
    SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    sample_id: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, sample_id: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetLineageResponse(_message.Message):
    __slots__ = ("samples", "learnings")
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    LEARNINGS_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    learnings: _containers.RepeatedCompositeFieldContainer[_state_pb2.Learning]
    def __init__(self, samples: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ..., learnings: _Optional[_Iterable[_Union[_state_pb2.Learning, _Mapping]]] = ...) -> None: ...

class ListSpeciesRequest(_message.Message):
    __slots__ = ("checkpoint_id", "page_size", "page_token", "read_mask")
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    checkpoint_id: str
    page_size: int
    page_token: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, checkpoint_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class ListSpeciesResponse(_message.Message):
    __slots__ = ("species", "next_page_token")
    SPECIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    species: _containers.RepeatedCompositeFieldContainer[_state_pb2.SpeciesCount]
    next_page_token: str
    def __init__(self, species: _Optional[_Iterable[_Union[_state_pb2.SpeciesCount, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListProgressRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProgressResponse(_message.Message):
    __slots__ = ("progress",)
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    progress: _containers.RepeatedCompositeFieldContainer[_state_pb2.Progress]
    def __init__(self, progress: _Optional[_Iterable[_Union[_state_pb2.Progress, _Mapping]]] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("after_revision", "kinds", "sample_kinds", "cells", "roles", "read_mask")
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_KINDS_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    kinds: _containers.RepeatedScalarFieldContainer[_state_pb2.EventKind]
    sample_kinds: _containers.RepeatedScalarFieldContainer[SampleKind]
    cells: _containers.RepeatedCompositeFieldContainer[_records_pb2.Cell]
    roles: _containers.RepeatedScalarFieldContainer[_state_pb2.Role]
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, after_revision: _Optional[int] = ..., kinds: _Optional[_Iterable[_Union[_state_pb2.EventKind, str]]] = ..., sample_kinds: _Optional[_Iterable[_Union[SampleKind, str]]] = ..., cells: _Optional[_Iterable[_Union[_records_pb2.Cell, _Mapping]]] = ..., roles: _Optional[_Iterable[_Union[_state_pb2.Role, str]]] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _state_pb2.Event
    def __init__(self, event: _Optional[_Union[_state_pb2.Event, _Mapping]] = ...) -> None: ...

class GetPhaseRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPhaseResponse(_message.Message):
    __slots__ = ("phase",)
    PHASE_FIELD_NUMBER: _ClassVar[int]
    phase: _state_pb2.PhaseRecord
    def __init__(self, phase: _Optional[_Union[_state_pb2.PhaseRecord, _Mapping]] = ...) -> None: ...

class SetPhaseRequest(_message.Message):
    __slots__ = ("phase", "expected_revision")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    phase: _state_pb2.PhaseRecord
    expected_revision: int
    def __init__(self, phase: _Optional[_Union[_state_pb2.PhaseRecord, _Mapping]] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class SetPhaseResponse(_message.Message):
    __slots__ = ("phase",)
    PHASE_FIELD_NUMBER: _ClassVar[int]
    phase: _state_pb2.PhaseRecord
    def __init__(self, phase: _Optional[_Union[_state_pb2.PhaseRecord, _Mapping]] = ...) -> None: ...

class PutProgressRequest(_message.Message):
    __slots__ = ("progress",)
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    progress: _state_pb2.Progress
    def __init__(self, progress: _Optional[_Union[_state_pb2.Progress, _Mapping]] = ...) -> None: ...

class PutProgressResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReportTrainerRequest(_message.Message):
    __slots__ = ("report", "mishap", "spells")
    REPORT_FIELD_NUMBER: _ClassVar[int]
    MISHAP_FIELD_NUMBER: _ClassVar[int]
    SPELLS_FIELD_NUMBER: _ClassVar[int]
    report: _state_pb2.TrainerReport
    mishap: _state_pb2.TrainerMishap
    spells: _containers.RepeatedCompositeFieldContainer[_state_pb2.Spell]
    def __init__(self, report: _Optional[_Union[_state_pb2.TrainerReport, _Mapping]] = ..., mishap: _Optional[_Union[_state_pb2.TrainerMishap, _Mapping]] = ..., spells: _Optional[_Iterable[_Union[_state_pb2.Spell, _Mapping]]] = ...) -> None: ...

class ReportTrainerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReportEnginesRequest(_message.Message):
    __slots__ = ("engines", "spells")
    ENGINES_FIELD_NUMBER: _ClassVar[int]
    SPELLS_FIELD_NUMBER: _ClassVar[int]
    engines: _containers.RepeatedCompositeFieldContainer[_state_pb2.EngineStanding]
    spells: _containers.RepeatedCompositeFieldContainer[_state_pb2.Spell]
    def __init__(self, engines: _Optional[_Iterable[_Union[_state_pb2.EngineStanding, _Mapping]]] = ..., spells: _Optional[_Iterable[_Union[_state_pb2.Spell, _Mapping]]] = ...) -> None: ...

class ReportEnginesResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
