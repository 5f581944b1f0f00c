from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
CONTRACT_VERSION_FIELD_NUMBER: _ClassVar[int]
contract_version: _descriptor.FieldDescriptor

class Contract(_message.Message):
    __slots__ = ("version", "methods")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    version: str
    methods: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, version: _Optional[str] = ..., methods: _Optional[_Iterable[str]] = ...) -> None: ...
