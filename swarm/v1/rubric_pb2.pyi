from swarm.v1 import access_pb2 as _access_pb2
from swarm.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetRubricRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class GetRubricResponse(_message.Message):
    __slots__ = ("rubric",)
    RUBRIC_FIELD_NUMBER: _ClassVar[int]
    rubric: _state_pb2.Rubric
    def __init__(self, rubric: _Optional[_Union[_state_pb2.Rubric, _Mapping]] = ...) -> None: ...

class PutRubricRequest(_message.Message):
    __slots__ = ("rubric",)
    RUBRIC_FIELD_NUMBER: _ClassVar[int]
    rubric: _state_pb2.Rubric
    def __init__(self, rubric: _Optional[_Union[_state_pb2.Rubric, _Mapping]] = ...) -> None: ...

class PutRubricResponse(_message.Message):
    __slots__ = ("rubric",)
    RUBRIC_FIELD_NUMBER: _ClassVar[int]
    rubric: _state_pb2.Rubric
    def __init__(self, rubric: _Optional[_Union[_state_pb2.Rubric, _Mapping]] = ...) -> None: ...

class PutExperimentRequest(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: _state_pb2.Experiment
    def __init__(self, experiment: _Optional[_Union[_state_pb2.Experiment, _Mapping]] = ...) -> None: ...

class PutExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: _state_pb2.Experiment
    def __init__(self, experiment: _Optional[_Union[_state_pb2.Experiment, _Mapping]] = ...) -> None: ...

class DecideExperimentRequest(_message.Message):
    __slots__ = ("number", "approve", "note")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    number: int
    approve: bool
    note: str
    def __init__(self, number: _Optional[int] = ..., approve: _Optional[bool] = ..., note: _Optional[str] = ...) -> None: ...

class DecideExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: _state_pb2.Experiment
    def __init__(self, experiment: _Optional[_Union[_state_pb2.Experiment, _Mapping]] = ...) -> None: ...

class RollBackRubricRequest(_message.Message):
    __slots__ = ("version", "note")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    version: int
    note: str
    def __init__(self, version: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class RollBackRubricResponse(_message.Message):
    __slots__ = ("rubric",)
    RUBRIC_FIELD_NUMBER: _ClassVar[int]
    rubric: _state_pb2.Rubric
    def __init__(self, rubric: _Optional[_Union[_state_pb2.Rubric, _Mapping]] = ...) -> None: ...

class ListExperimentsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListExperimentsResponse(_message.Message):
    __slots__ = ("experiments",)
    EXPERIMENTS_FIELD_NUMBER: _ClassVar[int]
    experiments: _containers.RepeatedCompositeFieldContainer[_state_pb2.Experiment]
    def __init__(self, experiments: _Optional[_Iterable[_Union[_state_pb2.Experiment, _Mapping]]] = ...) -> None: ...
