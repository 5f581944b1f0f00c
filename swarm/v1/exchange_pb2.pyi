from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import records_pb2 as _records_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PublishRequest(_message.Message):
    __slots__ = ("samples",)
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    def __init__(self, samples: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ...) -> None: ...

class PublishResponse(_message.Message):
    __slots__ = ("answers", "retry_delay_seconds")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    RETRY_DELAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_state_pb2.Answer]
    retry_delay_seconds: float
    def __init__(self, answers: _Optional[_Iterable[_Union[_state_pb2.Answer, _Mapping]]] = ..., retry_delay_seconds: _Optional[float] = ...) -> None: ...

class LeaseRequest(_message.Message):
    __slots__ = ("stage", "limit", "ttl_seconds", "wait_seconds", "queue")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    stage: _state_pb2.Stage
    limit: int
    ttl_seconds: float
    wait_seconds: float
    queue: str
    def __init__(self, stage: _Optional[_Union[_state_pb2.Stage, str]] = ..., limit: _Optional[int] = ..., ttl_seconds: _Optional[float] = ..., wait_seconds: _Optional[float] = ..., queue: _Optional[str] = ...) -> None: ...

class LeaseResponse(_message.Message):
    __slots__ = ("leases", "drain")
    LEASES_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    leases: _containers.RepeatedCompositeFieldContainer[_state_pb2.Lease]
    drain: bool
    def __init__(self, leases: _Optional[_Iterable[_Union[_state_pb2.Lease, _Mapping]]] = ..., drain: _Optional[bool] = ...) -> None: ...

class CompleteRequest(_message.Message):
    __slots__ = ("completions",)
    COMPLETIONS_FIELD_NUMBER: _ClassVar[int]
    completions: _containers.RepeatedCompositeFieldContainer[_state_pb2.Completion]
    def __init__(self, completions: _Optional[_Iterable[_Union[_state_pb2.Completion, _Mapping]]] = ...) -> None: ...

class CompleteResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_state_pb2.Answer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_state_pb2.Answer, _Mapping]]] = ...) -> None: ...

class FailRequest(_message.Message):
    __slots__ = ("failures",)
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    failures: _containers.RepeatedCompositeFieldContainer[_state_pb2.Failure]
    def __init__(self, failures: _Optional[_Iterable[_Union[_state_pb2.Failure, _Mapping]]] = ...) -> None: ...

class FailResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_state_pb2.Answer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_state_pb2.Answer, _Mapping]]] = ...) -> None: ...

class ExtendRequest(_message.Message):
    __slots__ = ("tokens", "ttl_seconds")
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    tokens: _containers.RepeatedScalarFieldContainer[str]
    ttl_seconds: float
    def __init__(self, tokens: _Optional[_Iterable[str]] = ..., ttl_seconds: _Optional[float] = ...) -> None: ...

class ExtendResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[_state_pb2.Answer]
    def __init__(self, answers: _Optional[_Iterable[_Union[_state_pb2.Answer, _Mapping]]] = ...) -> None: ...

class ListCorrectionsRequest(_message.Message):
    __slots__ = ("after_revision", "limit", "wait_seconds")
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    limit: int
    wait_seconds: float
    def __init__(self, after_revision: _Optional[int] = ..., limit: _Optional[int] = ..., wait_seconds: _Optional[float] = ...) -> None: ...

class CorrectionChain(_message.Message):
    __slots__ = ("chain",)
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    chain: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    def __init__(self, chain: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ...) -> None: ...

class ListCorrectionsResponse(_message.Message):
    __slots__ = ("corrections",)
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    corrections: _containers.RepeatedCompositeFieldContainer[CorrectionChain]
    def __init__(self, corrections: _Optional[_Iterable[_Union[CorrectionChain, _Mapping]]] = ...) -> None: ...
