from swarm.v1 import access_pb2 as _access_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class AskRequest(_message.Message):
    __slots__ = ("question", "request_id", "wait_seconds")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    question: str
    request_id: str
    wait_seconds: float
    def __init__(self, question: _Optional[str] = ..., request_id: _Optional[str] = ..., wait_seconds: _Optional[float] = ...) -> None: ...

class AskResponse(_message.Message):
    __slots__ = ("text", "answer", "checkpoint_id", "seconds")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    text: str
    answer: str
    checkpoint_id: str
    seconds: float
    def __init__(self, text: _Optional[str] = ..., answer: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., seconds: _Optional[float] = ...) -> None: ...
