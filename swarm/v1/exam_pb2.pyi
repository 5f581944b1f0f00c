from google.protobuf import field_mask_pb2 as _field_mask_pb2
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

class GetExamRequest(_message.Message):
    __slots__ = ("exam_id", "read_mask")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, exam_id: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetExamResponse(_message.Message):
    __slots__ = ("exam",)
    EXAM_FIELD_NUMBER: _ClassVar[int]
    exam: _state_pb2.ExamRecord
    def __init__(self, exam: _Optional[_Union[_state_pb2.ExamRecord, _Mapping]] = ...) -> None: ...

class ListPromotionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "read_mask", "candidate_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    read_mask: _field_mask_pb2.FieldMask
    candidate_id: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., candidate_id: _Optional[str] = ...) -> None: ...

class ListPromotionsResponse(_message.Message):
    __slots__ = ("promotions", "next_page_token")
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    promotions: _containers.RepeatedCompositeFieldContainer[_state_pb2.PromotionDecision]
    next_page_token: str
    def __init__(self, promotions: _Optional[_Iterable[_Union[_state_pb2.PromotionDecision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
