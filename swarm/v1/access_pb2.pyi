from google.protobuf import descriptor_pb2 as _descriptor_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor

class Access(_message.Message):
    __slots__ = ("everyone", "but", "roles", "audited", "quarantined", "once")
    EVERYONE_FIELD_NUMBER: _ClassVar[int]
    BUT_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    AUDITED_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    ONCE_FIELD_NUMBER: _ClassVar[int]
    everyone: bool
    but: _containers.RepeatedScalarFieldContainer[_state_pb2.Role]
    roles: _containers.RepeatedScalarFieldContainer[_state_pb2.Role]
    audited: bool
    quarantined: bool
    once: bool
    def __init__(self, everyone: _Optional[bool] = ..., but: _Optional[_Iterable[_Union[_state_pb2.Role, str]]] = ..., roles: _Optional[_Iterable[_Union[_state_pb2.Role, str]]] = ..., audited: _Optional[bool] = ..., quarantined: _Optional[bool] = ..., once: _Optional[bool] = ...) -> None: ...
