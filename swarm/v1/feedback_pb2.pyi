import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import records_pb2 as _records_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Thumb(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    THUMB_UNSPECIFIED: _ClassVar[Thumb]
    THUMB_UP: _ClassVar[Thumb]
    THUMB_DOWN: _ClassVar[Thumb]

class FeedbackState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEEDBACK_STATE_UNSPECIFIED: _ClassVar[FeedbackState]
    FEEDBACK_STATE_COUNTED: _ClassVar[FeedbackState]
    FEEDBACK_STATE_OPEN: _ClassVar[FeedbackState]
    FEEDBACK_STATE_ASKED: _ClassVar[FeedbackState]
    FEEDBACK_STATE_DISMISSED: _ClassVar[FeedbackState]
THUMB_UNSPECIFIED: Thumb
THUMB_UP: Thumb
THUMB_DOWN: Thumb
FEEDBACK_STATE_UNSPECIFIED: FeedbackState
FEEDBACK_STATE_COUNTED: FeedbackState
FEEDBACK_STATE_OPEN: FeedbackState
FEEDBACK_STATE_ASKED: FeedbackState
FEEDBACK_STATE_DISMISSED: FeedbackState

class FeedbackReport(_message.Message):
    __slots__ = ("id", "question", "answer", "checkpoint_id", "thumb", "corrected_answer", "consent", "cell", "asked_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    THUMB_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_ANSWER_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    question: str
    answer: str
    checkpoint_id: str
    thumb: Thumb
    corrected_answer: str
    consent: bool
    cell: _records_pb2.Cell
    asked_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., question: _Optional[str] = ..., answer: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., thumb: _Optional[_Union[Thumb, str]] = ..., corrected_answer: _Optional[str] = ..., consent: _Optional[bool] = ..., cell: _Optional[_Union[_records_pb2.Cell, _Mapping]] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Feedback(_message.Message):
    __slots__ = ("id", "reporter", "tier", "at", "checkpoint_id", "thumb", "state", "probe_id", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    REPORTER_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    THUMB_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROBE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    reporter: str
    tier: _records_pb2.Tier
    at: _timestamp_pb2.Timestamp
    checkpoint_id: str
    thumb: Thumb
    state: FeedbackState
    probe_id: str
    reason: str
    def __init__(self, id: _Optional[str] = ..., reporter: _Optional[str] = ..., tier: _Optional[_Union[_records_pb2.Tier, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., checkpoint_id: _Optional[str] = ..., thumb: _Optional[_Union[Thumb, str]] = ..., state: _Optional[_Union[FeedbackState, str]] = ..., probe_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class FeedbackCount(_message.Message):
    __slots__ = ("checkpoint_id", "up", "down")
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    UP_FIELD_NUMBER: _ClassVar[int]
    DOWN_FIELD_NUMBER: _ClassVar[int]
    checkpoint_id: str
    up: int
    down: int
    def __init__(self, checkpoint_id: _Optional[str] = ..., up: _Optional[int] = ..., down: _Optional[int] = ...) -> None: ...

class ReportFeedbackRequest(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: FeedbackReport
    def __init__(self, report: _Optional[_Union[FeedbackReport, _Mapping]] = ...) -> None: ...

class ReportFeedbackResponse(_message.Message):
    __slots__ = ("feedback",)
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    feedback: Feedback
    def __init__(self, feedback: _Optional[_Union[Feedback, _Mapping]] = ...) -> None: ...

class AnswerFeedbackRequest(_message.Message):
    __slots__ = ("id", "corrected_answer")
    ID_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_ANSWER_FIELD_NUMBER: _ClassVar[int]
    id: str
    corrected_answer: str
    def __init__(self, id: _Optional[str] = ..., corrected_answer: _Optional[str] = ...) -> None: ...

class AnswerFeedbackResponse(_message.Message):
    __slots__ = ("feedback",)
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    feedback: Feedback
    def __init__(self, feedback: _Optional[_Union[Feedback, _Mapping]] = ...) -> None: ...

class DismissFeedbackRequest(_message.Message):
    __slots__ = ("id", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    reason: str
    def __init__(self, id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class DismissFeedbackResponse(_message.Message):
    __slots__ = ("feedback",)
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    feedback: Feedback
    def __init__(self, feedback: _Optional[_Union[Feedback, _Mapping]] = ...) -> None: ...

class ListFeedbackRequest(_message.Message):
    __slots__ = ("state", "limit", "before_id", "id")
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    state: FeedbackState
    limit: int
    before_id: str
    id: str
    def __init__(self, state: _Optional[_Union[FeedbackState, str]] = ..., limit: _Optional[int] = ..., before_id: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class ListFeedbackResponse(_message.Message):
    __slots__ = ("feedback", "counts")
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    feedback: _containers.RepeatedCompositeFieldContainer[Feedback]
    counts: _containers.RepeatedCompositeFieldContainer[FeedbackCount]
    def __init__(self, feedback: _Optional[_Iterable[_Union[Feedback, _Mapping]]] = ..., counts: _Optional[_Iterable[_Union[FeedbackCount, _Mapping]]] = ...) -> None: ...
