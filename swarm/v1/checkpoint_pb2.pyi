from google.protobuf import field_mask_pb2 as _field_mask_pb2
from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutCheckpointRequest(_message.Message):
    __slots__ = ("checkpoint", "learned", "replayed")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    LEARNED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _state_pb2.Checkpoint
    learned: _containers.RepeatedScalarFieldContainer[str]
    replayed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, checkpoint: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ..., learned: _Optional[_Iterable[str]] = ..., replayed: _Optional[_Iterable[str]] = ...) -> None: ...

class PutCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _state_pb2.Checkpoint
    def __init__(self, checkpoint: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ...) -> None: ...

class GetCheckpointRequest(_message.Message):
    __slots__ = ("checkpoint_id",)
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    checkpoint_id: str
    def __init__(self, checkpoint_id: _Optional[str] = ...) -> None: ...

class GetCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint", "decision", "line")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _state_pb2.Checkpoint
    decision: _state_pb2.PromotionDecision
    line: _containers.RepeatedCompositeFieldContainer[_state_pb2.Lessons]
    def __init__(self, checkpoint: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ..., decision: _Optional[_Union[_state_pb2.PromotionDecision, _Mapping]] = ..., line: _Optional[_Iterable[_Union[_state_pb2.Lessons, _Mapping]]] = ...) -> None: ...

class ListCheckpointsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "read_mask")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class ListCheckpointsResponse(_message.Message):
    __slots__ = ("checkpoints", "next_page_token")
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    checkpoints: _containers.RepeatedCompositeFieldContainer[_state_pb2.Checkpoint]
    next_page_token: str
    def __init__(self, checkpoints: _Optional[_Iterable[_Union[_state_pb2.Checkpoint, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetChampionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetChampionResponse(_message.Message):
    __slots__ = ("champion",)
    CHAMPION_FIELD_NUMBER: _ClassVar[int]
    champion: _state_pb2.Checkpoint
    def __init__(self, champion: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ...) -> None: ...

class RollbackRequest(_message.Message):
    __slots__ = ("checkpoint_id",)
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    checkpoint_id: str
    def __init__(self, checkpoint_id: _Optional[str] = ...) -> None: ...

class RollbackResponse(_message.Message):
    __slots__ = ("champion",)
    CHAMPION_FIELD_NUMBER: _ClassVar[int]
    champion: _state_pb2.Checkpoint
    def __init__(self, champion: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ...) -> None: ...
