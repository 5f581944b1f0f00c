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
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStateResponse(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: _state_pb2.SwarmState
    def __init__(self, state: _Optional[_Union[_state_pb2.SwarmState, _Mapping]] = ...) -> None: ...

class ListSamplesRequest(_message.Message):
    __slots__ = ("kind", "cell", "purpose", "passed", "since_revision", "limit", "descending")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    SINCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    kind: SampleKind
    cell: _records_pb2.Cell
    purpose: _records_pb2.Purpose
    passed: bool
    since_revision: int
    limit: int
    descending: bool
    def __init__(self, kind: _Optional[_Union[SampleKind, str]] = ..., cell: _Optional[_Union[_records_pb2.Cell, _Mapping]] = ..., purpose: _Optional[_Union[_records_pb2.Purpose, str]] = ..., passed: _Optional[bool] = ..., since_revision: _Optional[int] = ..., limit: _Optional[int] = ..., descending: _Optional[bool] = ...) -> None: ...

class ListSamplesResponse(_message.Message):
    __slots__ = ("samples",)
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    def __init__(self, samples: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ...) -> None: ...

class GetLineageRequest(_message.Message):
    __slots__ = ("sample_id",)
    SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    sample_id: str
    def __init__(self, sample_id: _Optional[str] = ...) -> None: ...

class GetLineageResponse(_message.Message):
    __slots__ = ("samples",)
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    def __init__(self, samples: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("after_revision",)
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    def __init__(self, after_revision: _Optional[int] = ...) -> None: ...

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
