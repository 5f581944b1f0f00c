from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutCheckpointRequest(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _state_pb2.Checkpoint
    def __init__(self, checkpoint: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ...) -> None: ...

class PutCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: _state_pb2.Checkpoint
    def __init__(self, checkpoint: _Optional[_Union[_state_pb2.Checkpoint, _Mapping]] = ...) -> None: ...

class ListCheckpointsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListCheckpointsResponse(_message.Message):
    __slots__ = ("checkpoints",)
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    checkpoints: _containers.RepeatedCompositeFieldContainer[_state_pb2.Checkpoint]
    def __init__(self, checkpoints: _Optional[_Iterable[_Union[_state_pb2.Checkpoint, _Mapping]]] = ...) -> None: ...

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
