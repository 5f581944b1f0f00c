import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import records_pb2 as _records_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Burned(_message.Message):
    __slots__ = ("at", "agent", "attempt", "kind", "reason")
    AT_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    agent: str
    attempt: int
    kind: str
    reason: str
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., agent: _Optional[str] = ..., attempt: _Optional[int] = ..., kind: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class DeadLetter(_message.Message):
    __slots__ = ("sample", "stage", "attempt", "history", "queue")
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    sample: _records_pb2.Sample
    stage: _state_pb2.Stage
    attempt: int
    history: _containers.RepeatedCompositeFieldContainer[Burned]
    queue: str
    def __init__(self, sample: _Optional[_Union[_records_pb2.Sample, _Mapping]] = ..., stage: _Optional[_Union[_state_pb2.Stage, str]] = ..., attempt: _Optional[int] = ..., history: _Optional[_Iterable[_Union[Burned, _Mapping]]] = ..., queue: _Optional[str] = ...) -> None: ...

class ListDeadLettersRequest(_message.Message):
    __slots__ = ("stage", "reason", "sample_id", "after_revision", "limit", "queue")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    stage: _state_pb2.Stage
    reason: str
    sample_id: str
    after_revision: int
    limit: int
    queue: str
    def __init__(self, stage: _Optional[_Union[_state_pb2.Stage, str]] = ..., reason: _Optional[str] = ..., sample_id: _Optional[str] = ..., after_revision: _Optional[int] = ..., limit: _Optional[int] = ..., queue: _Optional[str] = ...) -> None: ...

class ListDeadLettersResponse(_message.Message):
    __slots__ = ("letters",)
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    letters: _containers.RepeatedCompositeFieldContainer[DeadLetter]
    def __init__(self, letters: _Optional[_Iterable[_Union[DeadLetter, _Mapping]]] = ...) -> None: ...

class ListErrorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListErrorsResponse(_message.Message):
    __slots__ = ("errors",)
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    errors: _containers.RepeatedCompositeFieldContainer[_state_pb2.ErrorGroup]
    def __init__(self, errors: _Optional[_Iterable[_Union[_state_pb2.ErrorGroup, _Mapping]]] = ...) -> None: ...

class RequeueDeadLettersRequest(_message.Message):
    __slots__ = ("sample_ids", "note")
    SAMPLE_IDS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    sample_ids: _containers.RepeatedScalarFieldContainer[str]
    note: str
    def __init__(self, sample_ids: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ...) -> None: ...

class RequeueDeadLettersResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_state_pb2.Answer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_state_pb2.Answer, _Mapping]]] = ...) -> None: ...

class DiscardDeadLettersRequest(_message.Message):
    __slots__ = ("sample_ids", "note")
    SAMPLE_IDS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    sample_ids: _containers.RepeatedScalarFieldContainer[str]
    note: str
    def __init__(self, sample_ids: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ...) -> None: ...

class DiscardDeadLettersResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_state_pb2.Answer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_state_pb2.Answer, _Mapping]]] = ...) -> None: ...

class ForgetRequest(_message.Message):
    __slots__ = ("sample_id", "producer", "dry_run")
    SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    sample_id: str
    producer: str
    dry_run: bool
    def __init__(self, sample_id: _Optional[str] = ..., producer: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class ForgetResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: _state_pb2.ForgetReport
    def __init__(self, report: _Optional[_Union[_state_pb2.ForgetReport, _Mapping]] = ...) -> None: ...

class ListForgettingsRequest(_message.Message):
    __slots__ = ("after_revision",)
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    def __init__(self, after_revision: _Optional[int] = ...) -> None: ...

class ListForgettingsResponse(_message.Message):
    __slots__ = ("forgettings",)
    FORGETTINGS_FIELD_NUMBER: _ClassVar[int]
    forgettings: _containers.RepeatedCompositeFieldContainer[_state_pb2.Forgetting]
    def __init__(self, forgettings: _Optional[_Iterable[_Union[_state_pb2.Forgetting, _Mapping]]] = ...) -> None: ...

class ApplyFlowRequest(_message.Message):
    __slots__ = ("roles", "drain")
    ROLES_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    roles: _containers.RepeatedCompositeFieldContainer[_state_pb2.RoleSpec]
    drain: bool
    def __init__(self, roles: _Optional[_Iterable[_Union[_state_pb2.RoleSpec, _Mapping]]] = ..., drain: _Optional[bool] = ...) -> None: ...

class ApplyFlowResponse(_message.Message):
    __slots__ = ("flow",)
    FLOW_FIELD_NUMBER: _ClassVar[int]
    flow: _state_pb2.FlowRecord
    def __init__(self, flow: _Optional[_Union[_state_pb2.FlowRecord, _Mapping]] = ...) -> None: ...

class CopyStoreRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CopyStoreResponse(_message.Message):
    __slots__ = ("size_bytes", "offset", "data")
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    size_bytes: int
    offset: int
    data: bytes
    def __init__(self, size_bytes: _Optional[int] = ..., offset: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...
