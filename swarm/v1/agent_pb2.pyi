from google.protobuf import field_mask_pb2 as _field_mask_pb2
from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import contract_pb2 as _contract_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RegisterRequest(_message.Message):
    __slots__ = ("card", "contract", "needs", "instance", "life_seconds")
    CARD_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    LIFE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    card: _state_pb2.AgentCard
    contract: str
    needs: _containers.RepeatedScalarFieldContainer[str]
    instance: str
    life_seconds: float
    def __init__(self, card: _Optional[_Union[_state_pb2.AgentCard, _Mapping]] = ..., contract: _Optional[str] = ..., needs: _Optional[_Iterable[str]] = ..., instance: _Optional[str] = ..., life_seconds: _Optional[float] = ...) -> None: ...

class RegisterResponse(_message.Message):
    __slots__ = ("status", "contract", "life_seconds")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    LIFE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    status: _state_pb2.AgentStatus
    contract: _contract_pb2.Contract
    life_seconds: float
    def __init__(self, status: _Optional[_Union[_state_pb2.AgentStatus, _Mapping]] = ..., contract: _Optional[_Union[_contract_pb2.Contract, _Mapping]] = ..., life_seconds: _Optional[float] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ("report_id", "completed", "failed", "prompt_tokens", "completion_tokens", "busy_seconds", "dollars", "note", "invalid_probes")
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    BUSY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DOLLARS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    INVALID_PROBES_FIELD_NUMBER: _ClassVar[int]
    report_id: str
    completed: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    busy_seconds: float
    dollars: float
    note: str
    invalid_probes: _containers.RepeatedCompositeFieldContainer[_state_pb2.InvalidProbeCount]
    def __init__(self, report_id: _Optional[str] = ..., completed: _Optional[int] = ..., failed: _Optional[int] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., busy_seconds: _Optional[float] = ..., dollars: _Optional[float] = ..., note: _Optional[str] = ..., invalid_probes: _Optional[_Iterable[_Union[_state_pb2.InvalidProbeCount, _Mapping]]] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ("drain", "life_seconds")
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    LIFE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    drain: bool
    life_seconds: float
    def __init__(self, drain: _Optional[bool] = ..., life_seconds: _Optional[float] = ...) -> None: ...

class LeaveRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class LeaveResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DrainResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _state_pb2.AgentStatus
    def __init__(self, status: _Optional[_Union[_state_pb2.AgentStatus, _Mapping]] = ...) -> None: ...

class UndrainRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class UndrainResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _state_pb2.AgentStatus
    def __init__(self, status: _Optional[_Union[_state_pb2.AgentStatus, _Mapping]] = ...) -> None: ...

class ListAgentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "read_mask")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class ListAgentsResponse(_message.Message):
    __slots__ = ("agents", "next_page_token")
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedCompositeFieldContainer[_state_pb2.AgentStatus]
    next_page_token: str
    def __init__(self, agents: _Optional[_Iterable[_Union[_state_pb2.AgentStatus, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
