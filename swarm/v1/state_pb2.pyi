import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from swarm.v1 import records_pb2 as _records_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_PROBER: _ClassVar[Role]
    ROLE_STUDENT: _ClassVar[Role]
    ROLE_JUDGE: _ClassVar[Role]
    ROLE_TEACHER: _ClassVar[Role]
    ROLE_EVOLVER: _ClassVar[Role]
    ROLE_EXAMINER: _ClassVar[Role]
    ROLE_TRAINER: _ClassVar[Role]
    ROLE_SUPERVISOR: _ClassVar[Role]
    ROLE_OPERATOR: _ClassVar[Role]
    ROLE_REPORTER: _ClassVar[Role]
    ROLE_DECLARED: _ClassVar[Role]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_PROBES: _ClassVar[Stage]
    STAGE_ATTEMPTS: _ClassVar[Stage]
    STAGE_FAILURES: _ClassVar[Stage]
    STAGE_DECLARED: _ClassVar[Stage]

class FailKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAIL_KIND_UNSPECIFIED: _ClassVar[FailKind]
    FAIL_KIND_RETRY: _ClassVar[FailKind]
    FAIL_KIND_RELEASE: _ClassVar[FailKind]
    FAIL_KIND_REJECT: _ClassVar[FailKind]

class PhaseName(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHASE_NAME_UNSPECIFIED: _ClassVar[PhaseName]
    PHASE_NAME_LEARN: _ClassVar[PhaseName]
    PHASE_NAME_SIEGE: _ClassVar[PhaseName]
    PHASE_NAME_CENSUS: _ClassVar[PhaseName]
    PHASE_NAME_CERTIFIED: _ClassVar[PhaseName]
    PHASE_NAME_STOPPED: _ClassVar[PhaseName]

class CheckpointStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHECKPOINT_STATUS_UNSPECIFIED: _ClassVar[CheckpointStatus]
    CHECKPOINT_STATUS_BASE: _ClassVar[CheckpointStatus]
    CHECKPOINT_STATUS_CANDIDATE: _ClassVar[CheckpointStatus]
    CHECKPOINT_STATUS_CHAMPION: _ClassVar[CheckpointStatus]
    CHECKPOINT_STATUS_RETIRED: _ClassVar[CheckpointStatus]
    CHECKPOINT_STATUS_REJECTED: _ClassVar[CheckpointStatus]
    CHECKPOINT_STATUS_GRADUATE: _ClassVar[CheckpointStatus]

class ExperimentOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERIMENT_OUTCOME_UNSPECIFIED: _ClassVar[ExperimentOutcome]
    EXPERIMENT_OUTCOME_KEPT: _ClassVar[ExperimentOutcome]
    EXPERIMENT_OUTCOME_DISCARDED: _ClassVar[ExperimentOutcome]
    EXPERIMENT_OUTCOME_CRASHED: _ClassVar[ExperimentOutcome]
    EXPERIMENT_OUTCOME_PROPOSED: _ClassVar[ExperimentOutcome]
    EXPERIMENT_OUTCOME_WAITING: _ClassVar[ExperimentOutcome]

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_KIND_UNSPECIFIED: _ClassVar[EventKind]
    EVENT_KIND_SAMPLE: _ClassVar[EventKind]
    EVENT_KIND_PHASE: _ClassVar[EventKind]
    EVENT_KIND_RUBRIC: _ClassVar[EventKind]
    EVENT_KIND_EXPERIMENT: _ClassVar[EventKind]
    EVENT_KIND_CHECKPOINT: _ClassVar[EventKind]
    EVENT_KIND_EXAM: _ClassVar[EventKind]
    EVENT_KIND_PROMOTION: _ClassVar[EventKind]
    EVENT_KIND_AGENT: _ClassVar[EventKind]
    EVENT_KIND_BOOKMARK: _ClassVar[EventKind]
    EVENT_KIND_FORGETTING: _ClassVar[EventKind]
    EVENT_KIND_FLOW: _ClassVar[EventKind]

class EngineState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENGINE_STATE_UNSPECIFIED: _ClassVar[EngineState]
    ENGINE_STATE_RESTARTING: _ClassVar[EngineState]
    ENGINE_STATE_STALE: _ClassVar[EngineState]
    ENGINE_STATE_HEALTHY: _ClassVar[EngineState]
    ENGINE_STATE_SUSPECT: _ClassVar[EngineState]
    ENGINE_STATE_DEAD: _ClassVar[EngineState]

class TrainerActivity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRAINER_ACTIVITY_UNSPECIFIED: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_LOADING: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_TRAINING: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_PUBLISHING: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_NO_WORK: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_EXAM: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_TURN: _ClassVar[TrainerActivity]
    TRAINER_ACTIVITY_PAUSED: _ClassVar[TrainerActivity]

class MishapKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MISHAP_KIND_UNSPECIFIED: _ClassVar[MishapKind]
    MISHAP_KIND_DEATH: _ClassVar[MishapKind]
    MISHAP_KIND_HANG: _ClassVar[MishapKind]
    MISHAP_KIND_MEMORY: _ClassVar[MishapKind]
    MISHAP_KIND_ERROR: _ClassVar[MishapKind]
ROLE_UNSPECIFIED: Role
ROLE_PROBER: Role
ROLE_STUDENT: Role
ROLE_JUDGE: Role
ROLE_TEACHER: Role
ROLE_EVOLVER: Role
ROLE_EXAMINER: Role
ROLE_TRAINER: Role
ROLE_SUPERVISOR: Role
ROLE_OPERATOR: Role
ROLE_REPORTER: Role
ROLE_DECLARED: Role
STAGE_UNSPECIFIED: Stage
STAGE_PROBES: Stage
STAGE_ATTEMPTS: Stage
STAGE_FAILURES: Stage
STAGE_DECLARED: Stage
FAIL_KIND_UNSPECIFIED: FailKind
FAIL_KIND_RETRY: FailKind
FAIL_KIND_RELEASE: FailKind
FAIL_KIND_REJECT: FailKind
PHASE_NAME_UNSPECIFIED: PhaseName
PHASE_NAME_LEARN: PhaseName
PHASE_NAME_SIEGE: PhaseName
PHASE_NAME_CENSUS: PhaseName
PHASE_NAME_CERTIFIED: PhaseName
PHASE_NAME_STOPPED: PhaseName
CHECKPOINT_STATUS_UNSPECIFIED: CheckpointStatus
CHECKPOINT_STATUS_BASE: CheckpointStatus
CHECKPOINT_STATUS_CANDIDATE: CheckpointStatus
CHECKPOINT_STATUS_CHAMPION: CheckpointStatus
CHECKPOINT_STATUS_RETIRED: CheckpointStatus
CHECKPOINT_STATUS_REJECTED: CheckpointStatus
CHECKPOINT_STATUS_GRADUATE: CheckpointStatus
EXPERIMENT_OUTCOME_UNSPECIFIED: ExperimentOutcome
EXPERIMENT_OUTCOME_KEPT: ExperimentOutcome
EXPERIMENT_OUTCOME_DISCARDED: ExperimentOutcome
EXPERIMENT_OUTCOME_CRASHED: ExperimentOutcome
EXPERIMENT_OUTCOME_PROPOSED: ExperimentOutcome
EXPERIMENT_OUTCOME_WAITING: ExperimentOutcome
EVENT_KIND_UNSPECIFIED: EventKind
EVENT_KIND_SAMPLE: EventKind
EVENT_KIND_PHASE: EventKind
EVENT_KIND_RUBRIC: EventKind
EVENT_KIND_EXPERIMENT: EventKind
EVENT_KIND_CHECKPOINT: EventKind
EVENT_KIND_EXAM: EventKind
EVENT_KIND_PROMOTION: EventKind
EVENT_KIND_AGENT: EventKind
EVENT_KIND_BOOKMARK: EventKind
EVENT_KIND_FORGETTING: EventKind
EVENT_KIND_FLOW: EventKind
ENGINE_STATE_UNSPECIFIED: EngineState
ENGINE_STATE_RESTARTING: EngineState
ENGINE_STATE_STALE: EngineState
ENGINE_STATE_HEALTHY: EngineState
ENGINE_STATE_SUSPECT: EngineState
ENGINE_STATE_DEAD: EngineState
TRAINER_ACTIVITY_UNSPECIFIED: TrainerActivity
TRAINER_ACTIVITY_LOADING: TrainerActivity
TRAINER_ACTIVITY_TRAINING: TrainerActivity
TRAINER_ACTIVITY_PUBLISHING: TrainerActivity
TRAINER_ACTIVITY_NO_WORK: TrainerActivity
TRAINER_ACTIVITY_EXAM: TrainerActivity
TRAINER_ACTIVITY_TURN: TrainerActivity
TRAINER_ACTIVITY_PAUSED: TrainerActivity
MISHAP_KIND_UNSPECIFIED: MishapKind
MISHAP_KIND_DEATH: MishapKind
MISHAP_KIND_HANG: MishapKind
MISHAP_KIND_MEMORY: MishapKind
MISHAP_KIND_ERROR: MishapKind

class Credential(_message.Message):
    __slots__ = ("id", "name", "role", "issued_at", "expires_at", "revoked_at", "standing", "declared_role")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    DECLARED_ROLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    role: Role
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    revoked_at: _timestamp_pb2.Timestamp
    standing: Standing
    declared_role: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., standing: _Optional[_Union[Standing, _Mapping]] = ..., declared_role: _Optional[str] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("name", "tier", "reason", "since", "checked", "right")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    name: str
    tier: _records_pb2.Tier
    reason: str
    since: _timestamp_pb2.Timestamp
    checked: int
    right: int
    def __init__(self, name: _Optional[str] = ..., tier: _Optional[_Union[_records_pb2.Tier, str]] = ..., reason: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., checked: _Optional[int] = ..., right: _Optional[int] = ...) -> None: ...

class Lease(_message.Message):
    __slots__ = ("token", "stage", "sample", "chain", "attempt", "ttl_seconds", "queue")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    token: str
    stage: Stage
    sample: _records_pb2.Sample
    chain: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    attempt: int
    ttl_seconds: float
    queue: str
    def __init__(self, token: _Optional[str] = ..., stage: _Optional[_Union[Stage, str]] = ..., sample: _Optional[_Union[_records_pb2.Sample, _Mapping]] = ..., chain: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ..., attempt: _Optional[int] = ..., ttl_seconds: _Optional[float] = ..., queue: _Optional[str] = ...) -> None: ...

class Completion(_message.Message):
    __slots__ = ("token", "outputs")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    token: str
    outputs: _containers.RepeatedCompositeFieldContainer[_records_pb2.Sample]
    def __init__(self, token: _Optional[str] = ..., outputs: _Optional[_Iterable[_Union[_records_pb2.Sample, _Mapping]]] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("token", "kind", "reason")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    token: str
    kind: FailKind
    reason: str
    def __init__(self, token: _Optional[str] = ..., kind: _Optional[_Union[FailKind, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class Answer(_message.Message):
    __slots__ = ("id", "code", "message", "revision")
    ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    id: str
    code: str
    message: str
    revision: int
    def __init__(self, id: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class AgentCard(_message.Message):
    __slots__ = ("name", "role", "version", "model_family", "capabilities", "lease_limit", "declared_role")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FAMILY_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    LEASE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    DECLARED_ROLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: Role
    version: str
    model_family: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    lease_limit: int
    declared_role: str
    def __init__(self, name: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., version: _Optional[str] = ..., model_family: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., lease_limit: _Optional[int] = ..., declared_role: _Optional[str] = ...) -> None: ...

class AgentStatus(_message.Message):
    __slots__ = ("card", "registered_at", "last_seen_at", "completed", "failed", "tokens", "busy_seconds", "note", "standing", "absent", "draining", "gone", "leases", "oldest_lease_at", "per_second", "life_seconds")
    CARD_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    BUSY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    LEASES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_LEASE_AT_FIELD_NUMBER: _ClassVar[int]
    PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LIFE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    card: AgentCard
    registered_at: _timestamp_pb2.Timestamp
    last_seen_at: _timestamp_pb2.Timestamp
    completed: int
    failed: int
    tokens: int
    busy_seconds: float
    note: str
    standing: Standing
    absent: bool
    draining: bool
    gone: bool
    leases: int
    oldest_lease_at: _timestamp_pb2.Timestamp
    per_second: float
    life_seconds: float
    def __init__(self, card: _Optional[_Union[AgentCard, _Mapping]] = ..., registered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed: _Optional[int] = ..., failed: _Optional[int] = ..., tokens: _Optional[int] = ..., busy_seconds: _Optional[float] = ..., note: _Optional[str] = ..., standing: _Optional[_Union[Standing, _Mapping]] = ..., absent: _Optional[bool] = ..., draining: _Optional[bool] = ..., gone: _Optional[bool] = ..., leases: _Optional[int] = ..., oldest_lease_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., per_second: _Optional[float] = ..., life_seconds: _Optional[float] = ...) -> None: ...

class QueueCount(_message.Message):
    __slots__ = ("stage", "accepted", "ready", "leased", "delayed", "done", "dead", "expired", "discarded", "oldest_age_seconds", "queue", "dropped", "unoffered")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    LEASED_FIELD_NUMBER: _ClassVar[int]
    DELAYED_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    DEAD_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    DISCARDED_FIELD_NUMBER: _ClassVar[int]
    OLDEST_AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    UNOFFERED_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    accepted: int
    ready: int
    leased: int
    delayed: int
    done: int
    dead: int
    expired: int
    discarded: int
    oldest_age_seconds: float
    queue: str
    dropped: int
    unoffered: int
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., accepted: _Optional[int] = ..., ready: _Optional[int] = ..., leased: _Optional[int] = ..., delayed: _Optional[int] = ..., done: _Optional[int] = ..., dead: _Optional[int] = ..., expired: _Optional[int] = ..., discarded: _Optional[int] = ..., oldest_age_seconds: _Optional[float] = ..., queue: _Optional[str] = ..., dropped: _Optional[int] = ..., unoffered: _Optional[int] = ...) -> None: ...

class RoleLimits(_message.Message):
    __slots__ = ("queue", "generations")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    queue: int
    generations: int
    def __init__(self, queue: _Optional[int] = ..., generations: _Optional[int] = ...) -> None: ...

class RoleSpec(_message.Message):
    __slots__ = ("name", "consumes", "stands", "completes_with", "publishes", "limits")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONSUMES_FIELD_NUMBER: _ClassVar[int]
    STANDS_FIELD_NUMBER: _ClassVar[int]
    COMPLETES_WITH_FIELD_NUMBER: _ClassVar[int]
    PUBLISHES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    name: str
    consumes: str
    stands: str
    completes_with: str
    publishes: _containers.RepeatedScalarFieldContainer[str]
    limits: RoleLimits
    def __init__(self, name: _Optional[str] = ..., consumes: _Optional[str] = ..., stands: _Optional[str] = ..., completes_with: _Optional[str] = ..., publishes: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[RoleLimits, _Mapping]] = ...) -> None: ...

class FlowRecord(_message.Message):
    __slots__ = ("roles", "at", "revision")
    ROLES_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    roles: _containers.RepeatedCompositeFieldContainer[RoleSpec]
    at: _timestamp_pb2.Timestamp
    revision: int
    def __init__(self, roles: _Optional[_Iterable[_Union[RoleSpec, _Mapping]]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class CellCount(_message.Message):
    __slots__ = ("cell", "checkpoint_id", "rubric_version", "passed", "failed")
    CELL_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    RUBRIC_VERSION_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    cell: _records_pb2.Cell
    checkpoint_id: str
    rubric_version: int
    passed: int
    failed: int
    def __init__(self, cell: _Optional[_Union[_records_pb2.Cell, _Mapping]] = ..., checkpoint_id: _Optional[str] = ..., rubric_version: _Optional[int] = ..., passed: _Optional[int] = ..., failed: _Optional[int] = ...) -> None: ...

class PhaseRecord(_message.Message):
    __slots__ = ("name", "reason", "paused", "epoch", "attempt", "revision", "since", "began")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    BEGAN_FIELD_NUMBER: _ClassVar[int]
    name: PhaseName
    reason: str
    paused: bool
    epoch: int
    attempt: int
    revision: int
    since: _timestamp_pb2.Timestamp
    began: int
    def __init__(self, name: _Optional[_Union[PhaseName, str]] = ..., reason: _Optional[str] = ..., paused: _Optional[bool] = ..., epoch: _Optional[int] = ..., attempt: _Optional[int] = ..., revision: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., began: _Optional[int] = ...) -> None: ...

class Criterion(_message.Message):
    __slots__ = ("id", "text", "check", "params", "veto")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    VETO_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    check: str
    params: _containers.ScalarMap[str, str]
    veto: bool
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., check: _Optional[str] = ..., params: _Optional[_Mapping[str, str]] = ..., veto: _Optional[bool] = ...) -> None: ...

class Dimension(_message.Message):
    __slots__ = ("id", "text", "criteria", "fails_if")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    FAILS_IF_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    criteria: _containers.RepeatedScalarFieldContainer[str]
    fails_if: Criterion
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., criteria: _Optional[_Iterable[str]] = ..., fails_if: _Optional[_Union[Criterion, _Mapping]] = ...) -> None: ...

class Rubric(_message.Message):
    __slots__ = ("version", "parent_version", "domain", "criteria", "note", "revision", "dimensions")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PARENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    version: int
    parent_version: int
    domain: str
    criteria: _containers.RepeatedCompositeFieldContainer[Criterion]
    note: str
    revision: int
    dimensions: _containers.RepeatedCompositeFieldContainer[Dimension]
    def __init__(self, version: _Optional[int] = ..., parent_version: _Optional[int] = ..., domain: _Optional[str] = ..., criteria: _Optional[_Iterable[_Union[Criterion, _Mapping]]] = ..., note: _Optional[str] = ..., revision: _Optional[int] = ..., dimensions: _Optional[_Iterable[_Union[Dimension, _Mapping]]] = ...) -> None: ...

class Experiment(_message.Message):
    __slots__ = ("number", "incumbent_version", "proposal", "outcome", "reason", "items", "wins", "losses", "e_value", "threshold", "defect_recall", "false_failure_rate", "incumbent_defect_recall", "incumbent_false_failure_rate", "revision", "at", "engine", "items_digest", "sealed", "incumbent_sealed", "newly_credited", "newly_rejected")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    E_VALUE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    DEFECT_RECALL_FIELD_NUMBER: _ClassVar[int]
    FALSE_FAILURE_RATE_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_DEFECT_RECALL_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_FALSE_FAILURE_RATE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_SEALED_FIELD_NUMBER: _ClassVar[int]
    NEWLY_CREDITED_FIELD_NUMBER: _ClassVar[int]
    NEWLY_REJECTED_FIELD_NUMBER: _ClassVar[int]
    number: int
    incumbent_version: int
    proposal: Rubric
    outcome: ExperimentOutcome
    reason: str
    items: int
    wins: int
    losses: int
    e_value: float
    threshold: float
    defect_recall: float
    false_failure_rate: float
    incumbent_defect_recall: float
    incumbent_false_failure_rate: float
    revision: int
    at: _timestamp_pb2.Timestamp
    engine: str
    items_digest: str
    sealed: float
    incumbent_sealed: float
    newly_credited: int
    newly_rejected: int
    def __init__(self, number: _Optional[int] = ..., incumbent_version: _Optional[int] = ..., proposal: _Optional[_Union[Rubric, _Mapping]] = ..., outcome: _Optional[_Union[ExperimentOutcome, str]] = ..., reason: _Optional[str] = ..., items: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., e_value: _Optional[float] = ..., threshold: _Optional[float] = ..., defect_recall: _Optional[float] = ..., false_failure_rate: _Optional[float] = ..., incumbent_defect_recall: _Optional[float] = ..., incumbent_false_failure_rate: _Optional[float] = ..., revision: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., engine: _Optional[str] = ..., items_digest: _Optional[str] = ..., sealed: _Optional[float] = ..., incumbent_sealed: _Optional[float] = ..., newly_credited: _Optional[int] = ..., newly_rejected: _Optional[int] = ...) -> None: ...

class TensorFile(_message.Message):
    __slots__ = ("path", "sha256", "size_bytes")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    size_bytes: int
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class Checkpoint(_message.Message):
    __slots__ = ("id", "parent_id", "status", "url", "adapter", "files", "cursor", "corrections_trained", "tokens_trained", "train_seconds", "loss", "kl_to_base", "canary_logprob", "recipe", "reason", "revision", "created_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_TRAINED_FIELD_NUMBER: _ClassVar[int]
    TOKENS_TRAINED_FIELD_NUMBER: _ClassVar[int]
    TRAIN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    KL_TO_BASE_FIELD_NUMBER: _ClassVar[int]
    CANARY_LOGPROB_FIELD_NUMBER: _ClassVar[int]
    RECIPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    parent_id: str
    status: CheckpointStatus
    url: str
    adapter: bool
    files: _containers.RepeatedCompositeFieldContainer[TensorFile]
    cursor: int
    corrections_trained: int
    tokens_trained: int
    train_seconds: float
    loss: float
    kl_to_base: float
    canary_logprob: float
    recipe: str
    reason: str
    revision: int
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., parent_id: _Optional[str] = ..., status: _Optional[_Union[CheckpointStatus, str]] = ..., url: _Optional[str] = ..., adapter: _Optional[bool] = ..., files: _Optional[_Iterable[_Union[TensorFile, _Mapping]]] = ..., cursor: _Optional[int] = ..., corrections_trained: _Optional[int] = ..., tokens_trained: _Optional[int] = ..., train_seconds: _Optional[float] = ..., loss: _Optional[float] = ..., kl_to_base: _Optional[float] = ..., canary_logprob: _Optional[float] = ..., recipe: _Optional[str] = ..., reason: _Optional[str] = ..., revision: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Lessons(_message.Message):
    __slots__ = ("checkpoint_id", "learned", "replayed")
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    LEARNED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    checkpoint_id: str
    learned: int
    replayed: int
    def __init__(self, checkpoint_id: _Optional[str] = ..., learned: _Optional[int] = ..., replayed: _Optional[int] = ...) -> None: ...

class Learning(_message.Message):
    __slots__ = ("sample_id", "checkpoint_id", "fresh", "replays")
    SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    FRESH_FIELD_NUMBER: _ClassVar[int]
    REPLAYS_FIELD_NUMBER: _ClassVar[int]
    sample_id: str
    checkpoint_id: str
    fresh: bool
    replays: int
    def __init__(self, sample_id: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., fresh: _Optional[bool] = ..., replays: _Optional[int] = ...) -> None: ...

class ExamItem(_message.Message):
    __slots__ = ("probe", "champion_text", "candidate_text", "champion_passed", "candidate_passed", "breach")
    PROBE_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_TEXT_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_TEXT_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_PASSED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_PASSED_FIELD_NUMBER: _ClassVar[int]
    BREACH_FIELD_NUMBER: _ClassVar[int]
    probe: _records_pb2.Sample
    champion_text: str
    candidate_text: str
    champion_passed: bool
    candidate_passed: bool
    breach: str
    def __init__(self, probe: _Optional[_Union[_records_pb2.Sample, _Mapping]] = ..., champion_text: _Optional[str] = ..., candidate_text: _Optional[str] = ..., champion_passed: _Optional[bool] = ..., candidate_passed: _Optional[bool] = ..., breach: _Optional[str] = ...) -> None: ...

class ExamRecord(_message.Message):
    __slots__ = ("id", "champion_id", "candidate_id", "items", "retention_correct_base", "retention_correct_champion", "retention_correct_candidate", "retention_items", "retention_choices", "revision", "breach_revision")
    ID_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_CORRECT_BASE_FIELD_NUMBER: _ClassVar[int]
    RETENTION_CORRECT_CHAMPION_FIELD_NUMBER: _ClassVar[int]
    RETENTION_CORRECT_CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    RETENTION_ITEMS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_CHOICES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    BREACH_REVISION_FIELD_NUMBER: _ClassVar[int]
    id: str
    champion_id: str
    candidate_id: str
    items: _containers.RepeatedCompositeFieldContainer[ExamItem]
    retention_correct_base: int
    retention_correct_champion: int
    retention_correct_candidate: int
    retention_items: int
    retention_choices: int
    revision: int
    breach_revision: int
    def __init__(self, id: _Optional[str] = ..., champion_id: _Optional[str] = ..., candidate_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[ExamItem, _Mapping]]] = ..., retention_correct_base: _Optional[int] = ..., retention_correct_champion: _Optional[int] = ..., retention_correct_candidate: _Optional[int] = ..., retention_items: _Optional[int] = ..., retention_choices: _Optional[int] = ..., revision: _Optional[int] = ..., breach_revision: _Optional[int] = ...) -> None: ...

class BreachScore(_message.Message):
    __slots__ = ("items", "champion_passed", "candidate_passed", "wins", "losses")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_PASSED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_PASSED_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    items: int
    champion_passed: int
    candidate_passed: int
    wins: int
    losses: int
    def __init__(self, items: _Optional[int] = ..., champion_passed: _Optional[int] = ..., candidate_passed: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ...) -> None: ...

class PromotionDecision(_message.Message):
    __slots__ = ("exam_id", "candidate_id", "champion_id", "promoted", "wins", "losses", "champion_accuracy", "candidate_accuracy", "e_value", "threshold", "regression", "blocked_by", "revision", "at", "breach")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ID_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTED_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_ACCURACY_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ACCURACY_FIELD_NUMBER: _ClassVar[int]
    E_VALUE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    REGRESSION_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_BY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    BREACH_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    candidate_id: str
    champion_id: str
    promoted: bool
    wins: int
    losses: int
    champion_accuracy: float
    candidate_accuracy: float
    e_value: float
    threshold: float
    regression: bool
    blocked_by: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    at: _timestamp_pb2.Timestamp
    breach: BreachScore
    def __init__(self, exam_id: _Optional[str] = ..., candidate_id: _Optional[str] = ..., champion_id: _Optional[str] = ..., promoted: _Optional[bool] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., champion_accuracy: _Optional[float] = ..., candidate_accuracy: _Optional[float] = ..., e_value: _Optional[float] = ..., threshold: _Optional[float] = ..., regression: _Optional[bool] = ..., blocked_by: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., breach: _Optional[_Union[BreachScore, _Mapping]] = ...) -> None: ...

class Cost(_message.Message):
    __slots__ = ("role", "prompt_tokens", "completion_tokens", "busy_seconds", "dollars", "declared_role")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    BUSY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DOLLARS_FIELD_NUMBER: _ClassVar[int]
    DECLARED_ROLE_FIELD_NUMBER: _ClassVar[int]
    role: Role
    prompt_tokens: int
    completion_tokens: int
    busy_seconds: float
    dollars: float
    declared_role: str
    def __init__(self, role: _Optional[_Union[Role, str]] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., busy_seconds: _Optional[float] = ..., dollars: _Optional[float] = ..., declared_role: _Optional[str] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("phase", "attempt", "probes", "failures", "alpha", "bound", "log_ratio", "decided")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PROBES_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    LOG_RATIO_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    phase: PhaseName
    attempt: int
    probes: int
    failures: int
    alpha: float
    bound: float
    log_ratio: float
    decided: str
    def __init__(self, phase: _Optional[_Union[PhaseName, str]] = ..., attempt: _Optional[int] = ..., probes: _Optional[int] = ..., failures: _Optional[int] = ..., alpha: _Optional[float] = ..., bound: _Optional[float] = ..., log_ratio: _Optional[float] = ..., decided: _Optional[str] = ...) -> None: ...

class InvalidProbeCount(_message.Message):
    __slots__ = ("reason", "count")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    reason: str
    count: int
    def __init__(self, reason: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class OriginCount(_message.Message):
    __slots__ = ("origin", "count")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    origin: _records_pb2.Origin
    count: int
    def __init__(self, origin: _Optional[_Union[_records_pb2.Origin, str]] = ..., count: _Optional[int] = ...) -> None: ...

class FamilyYield(_message.Message):
    __slots__ = ("origin", "judged", "failed", "first")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    JUDGED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    origin: _records_pb2.Origin
    judged: int
    failed: int
    first: int
    def __init__(self, origin: _Optional[_Union[_records_pb2.Origin, str]] = ..., judged: _Optional[int] = ..., failed: _Optional[int] = ..., first: _Optional[int] = ...) -> None: ...

class SwarmState(_message.Message):
    __slots__ = ("name", "domain", "revision", "started_at", "phase", "champion_id", "rubric_version", "queues", "cells", "agents", "checkpoints", "promotions", "costs", "progress", "corrections", "corrections_trained", "invalid_probes", "origins", "alarms", "rates", "flow", "trainer", "engines", "yields")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_ID_FIELD_NUMBER: _ClassVar[int]
    RUBRIC_VERSION_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_TRAINED_FIELD_NUMBER: _ClassVar[int]
    INVALID_PROBES_FIELD_NUMBER: _ClassVar[int]
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    TRAINER_FIELD_NUMBER: _ClassVar[int]
    ENGINES_FIELD_NUMBER: _ClassVar[int]
    YIELDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    domain: str
    revision: int
    started_at: _timestamp_pb2.Timestamp
    phase: PhaseRecord
    champion_id: str
    rubric_version: int
    queues: _containers.RepeatedCompositeFieldContainer[QueueCount]
    cells: _containers.RepeatedCompositeFieldContainer[CellCount]
    agents: _containers.RepeatedCompositeFieldContainer[AgentStatus]
    checkpoints: _containers.RepeatedCompositeFieldContainer[Checkpoint]
    promotions: _containers.RepeatedCompositeFieldContainer[PromotionDecision]
    costs: _containers.RepeatedCompositeFieldContainer[Cost]
    progress: Progress
    corrections: int
    corrections_trained: int
    invalid_probes: _containers.RepeatedCompositeFieldContainer[InvalidProbeCount]
    origins: _containers.RepeatedCompositeFieldContainer[OriginCount]
    alarms: _containers.RepeatedScalarFieldContainer[str]
    rates: Rates
    flow: FlowRecord
    trainer: TrainerStanding
    engines: _containers.RepeatedCompositeFieldContainer[EngineStanding]
    yields: _containers.RepeatedCompositeFieldContainer[FamilyYield]
    def __init__(self, name: _Optional[str] = ..., domain: _Optional[str] = ..., revision: _Optional[int] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., phase: _Optional[_Union[PhaseRecord, _Mapping]] = ..., champion_id: _Optional[str] = ..., rubric_version: _Optional[int] = ..., queues: _Optional[_Iterable[_Union[QueueCount, _Mapping]]] = ..., cells: _Optional[_Iterable[_Union[CellCount, _Mapping]]] = ..., agents: _Optional[_Iterable[_Union[AgentStatus, _Mapping]]] = ..., checkpoints: _Optional[_Iterable[_Union[Checkpoint, _Mapping]]] = ..., promotions: _Optional[_Iterable[_Union[PromotionDecision, _Mapping]]] = ..., costs: _Optional[_Iterable[_Union[Cost, _Mapping]]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., corrections: _Optional[int] = ..., corrections_trained: _Optional[int] = ..., invalid_probes: _Optional[_Iterable[_Union[InvalidProbeCount, _Mapping]]] = ..., origins: _Optional[_Iterable[_Union[OriginCount, _Mapping]]] = ..., alarms: _Optional[_Iterable[str]] = ..., rates: _Optional[_Union[Rates, _Mapping]] = ..., flow: _Optional[_Union[FlowRecord, _Mapping]] = ..., trainer: _Optional[_Union[TrainerStanding, _Mapping]] = ..., engines: _Optional[_Iterable[_Union[EngineStanding, _Mapping]]] = ..., yields: _Optional[_Iterable[_Union[FamilyYield, _Mapping]]] = ...) -> None: ...

class EngineStanding(_message.Message):
    __slots__ = ("name", "state", "since", "wanted", "verified", "incarnation", "missed", "restarts", "why")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: EngineState
    since: _timestamp_pb2.Timestamp
    wanted: str
    verified: _containers.RepeatedScalarFieldContainer[str]
    incarnation: str
    missed: int
    restarts: int
    why: str
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[EngineState, str]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., wanted: _Optional[str] = ..., verified: _Optional[_Iterable[str]] = ..., incarnation: _Optional[str] = ..., missed: _Optional[int] = ..., restarts: _Optional[int] = ..., why: _Optional[str] = ...) -> None: ...

class Spell(_message.Message):
    __slots__ = ("place", "what", "who", "checkpoint_id", "began", "ended", "prompt_tokens", "completion_tokens")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    WHO_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    BEGAN_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    place: str
    what: str
    who: str
    checkpoint_id: str
    began: _timestamp_pb2.Timestamp
    ended: _timestamp_pb2.Timestamp
    prompt_tokens: int
    completion_tokens: int
    def __init__(self, place: _Optional[str] = ..., what: _Optional[str] = ..., who: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., began: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ...) -> None: ...

class ActivitySeconds(_message.Message):
    __slots__ = ("activity", "seconds")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    activity: TrainerActivity
    seconds: float
    def __init__(self, activity: _Optional[_Union[TrainerActivity, str]] = ..., seconds: _Optional[float] = ...) -> None: ...

class TrainerReport(_message.Message):
    __slots__ = ("activity", "since", "workers", "rounds", "idle_fraction", "seconds", "note")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    IDLE_FRACTION_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    activity: TrainerActivity
    since: _timestamp_pb2.Timestamp
    workers: int
    rounds: int
    idle_fraction: float
    seconds: _containers.RepeatedCompositeFieldContainer[ActivitySeconds]
    note: str
    def __init__(self, activity: _Optional[_Union[TrainerActivity, str]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., workers: _Optional[int] = ..., rounds: _Optional[int] = ..., idle_fraction: _Optional[float] = ..., seconds: _Optional[_Iterable[_Union[ActivitySeconds, _Mapping]]] = ..., note: _Optional[str] = ...) -> None: ...

class TrainerMishap(_message.Message):
    __slots__ = ("kind", "at", "detail")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    kind: MishapKind
    at: _timestamp_pb2.Timestamp
    detail: str
    def __init__(self, kind: _Optional[_Union[MishapKind, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detail: _Optional[str] = ...) -> None: ...

class MishapCount(_message.Message):
    __slots__ = ("kind", "count")
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    kind: MishapKind
    count: int
    def __init__(self, kind: _Optional[_Union[MishapKind, str]] = ..., count: _Optional[int] = ...) -> None: ...

class TrainerStanding(_message.Message):
    __slots__ = ("report", "counts", "mishaps")
    REPORT_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    MISHAPS_FIELD_NUMBER: _ClassVar[int]
    report: TrainerReport
    counts: _containers.RepeatedCompositeFieldContainer[MishapCount]
    mishaps: _containers.RepeatedCompositeFieldContainer[TrainerMishap]
    def __init__(self, report: _Optional[_Union[TrainerReport, _Mapping]] = ..., counts: _Optional[_Iterable[_Union[MishapCount, _Mapping]]] = ..., mishaps: _Optional[_Iterable[_Union[TrainerMishap, _Mapping]]] = ...) -> None: ...

class StageRate(_message.Message):
    __slots__ = ("stage", "accepted", "closed", "queue")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    accepted: float
    closed: float
    queue: str
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., accepted: _Optional[float] = ..., closed: _Optional[float] = ..., queue: _Optional[str] = ...) -> None: ...

class RoleRate(_message.Message):
    __slots__ = ("role", "completed", "failed", "declared_role")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    DECLARED_ROLE_FIELD_NUMBER: _ClassVar[int]
    role: Role
    completed: float
    failed: float
    declared_role: str
    def __init__(self, role: _Optional[_Union[Role, str]] = ..., completed: _Optional[float] = ..., failed: _Optional[float] = ..., declared_role: _Optional[str] = ...) -> None: ...

class Rates(_message.Message):
    __slots__ = ("window_seconds", "stages", "roles")
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    window_seconds: float
    stages: _containers.RepeatedCompositeFieldContainer[StageRate]
    roles: _containers.RepeatedCompositeFieldContainer[RoleRate]
    def __init__(self, window_seconds: _Optional[float] = ..., stages: _Optional[_Iterable[_Union[StageRate, _Mapping]]] = ..., roles: _Optional[_Iterable[_Union[RoleRate, _Mapping]]] = ...) -> None: ...

class ErrorGroup(_message.Message):
    __slots__ = ("stage", "kind", "reason", "count", "first_at", "last_at", "last_sample_id", "agents", "queue")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    kind: str
    reason: str
    count: int
    first_at: _timestamp_pb2.Timestamp
    last_at: _timestamp_pb2.Timestamp
    last_sample_id: str
    agents: _containers.RepeatedScalarFieldContainer[str]
    queue: str
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., kind: _Optional[str] = ..., reason: _Optional[str] = ..., count: _Optional[int] = ..., first_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_sample_id: _Optional[str] = ..., agents: _Optional[_Iterable[str]] = ..., queue: _Optional[str] = ...) -> None: ...

class SpeciesCount(_message.Message):
    __slots__ = ("name", "failures", "first_revision", "last_revision", "last_sample_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    FIRST_REVISION_FIELD_NUMBER: _ClassVar[int]
    LAST_REVISION_FIELD_NUMBER: _ClassVar[int]
    LAST_SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    failures: int
    first_revision: int
    last_revision: int
    last_sample_id: str
    def __init__(self, name: _Optional[str] = ..., failures: _Optional[int] = ..., first_revision: _Optional[int] = ..., last_revision: _Optional[int] = ..., last_sample_id: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("revision", "kind", "at", "sample", "phase", "rubric", "experiment", "checkpoint", "promotion", "agent", "forgetting", "flow")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    RUBRIC_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    FORGETTING_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    revision: int
    kind: EventKind
    at: _timestamp_pb2.Timestamp
    sample: _records_pb2.Sample
    phase: PhaseRecord
    rubric: Rubric
    experiment: Experiment
    checkpoint: Checkpoint
    promotion: PromotionDecision
    agent: AgentStatus
    forgetting: Forgetting
    flow: FlowRecord
    def __init__(self, revision: _Optional[int] = ..., kind: _Optional[_Union[EventKind, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sample: _Optional[_Union[_records_pb2.Sample, _Mapping]] = ..., phase: _Optional[_Union[PhaseRecord, _Mapping]] = ..., rubric: _Optional[_Union[Rubric, _Mapping]] = ..., experiment: _Optional[_Union[Experiment, _Mapping]] = ..., checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ..., promotion: _Optional[_Union[PromotionDecision, _Mapping]] = ..., agent: _Optional[_Union[AgentStatus, _Mapping]] = ..., forgetting: _Optional[_Union[Forgetting, _Mapping]] = ..., flow: _Optional[_Union[FlowRecord, _Mapping]] = ...) -> None: ...

class Forgetting(_message.Message):
    __slots__ = ("subject", "by", "at", "sample_ids", "checkpoints", "exams", "revision")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_IDS_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    EXAMS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    subject: str
    by: str
    at: _timestamp_pb2.Timestamp
    sample_ids: _containers.RepeatedScalarFieldContainer[str]
    checkpoints: _containers.RepeatedScalarFieldContainer[str]
    exams: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    def __init__(self, subject: _Optional[str] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sample_ids: _Optional[_Iterable[str]] = ..., checkpoints: _Optional[_Iterable[str]] = ..., exams: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ...) -> None: ...

class ForgetReport(_message.Message):
    __slots__ = ("subject", "samples", "erased", "corrections", "discarded", "checkpoints", "exams", "revision", "scrubbed")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    DISCARDED_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    EXAMS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SCRUBBED_FIELD_NUMBER: _ClassVar[int]
    subject: str
    samples: int
    erased: int
    corrections: int
    discarded: int
    checkpoints: _containers.RepeatedScalarFieldContainer[str]
    exams: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    scrubbed: bool
    def __init__(self, subject: _Optional[str] = ..., samples: _Optional[int] = ..., erased: _Optional[int] = ..., corrections: _Optional[int] = ..., discarded: _Optional[int] = ..., checkpoints: _Optional[_Iterable[str]] = ..., exams: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ..., scrubbed: _Optional[bool] = ...) -> None: ...
