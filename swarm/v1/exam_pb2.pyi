from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubmitExamRequest(_message.Message):
    __slots__ = ("exam",)
    EXAM_FIELD_NUMBER: _ClassVar[int]
    exam: _state_pb2.ExamRecord
    def __init__(self, exam: _Optional[_Union[_state_pb2.ExamRecord, _Mapping]] = ...) -> None: ...

class SubmitExamResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: _state_pb2.PromotionDecision
    def __init__(self, decision: _Optional[_Union[_state_pb2.PromotionDecision, _Mapping]] = ...) -> None: ...

class ListPromotionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPromotionsResponse(_message.Message):
    __slots__ = ("promotions",)
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    promotions: _containers.RepeatedCompositeFieldContainer[_state_pb2.PromotionDecision]
    def __init__(self, promotions: _Optional[_Iterable[_Union[_state_pb2.PromotionDecision, _Mapping]]] = ...) -> None: ...
