"""Which role may call which method. Deny by default: a method without an entry here is refused to everyone."""

from collections.abc import Mapping

from swarm.state import Role

_ALL = frozenset(Role)
_JUDGING = _ALL - {Role.STUDENT}
_WORKERS = frozenset({Role.STUDENT, Role.JUDGE, Role.TEACHER})
_STEERING = frozenset({Role.SUPERVISOR, Role.OPERATOR})

OPEN = frozenset({"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"})
"""Methods that need no credential."""

DOORS: Mapping[str, frozenset[Role]] = {
    "/swarm.v1.ExchangeService/Publish": _ALL,
    "/swarm.v1.ExchangeService/Lease": _WORKERS,
    "/swarm.v1.ExchangeService/Complete": _WORKERS,
    "/swarm.v1.ExchangeService/Fail": _WORKERS,
    "/swarm.v1.ExchangeService/Extend": _WORKERS,
    "/swarm.v1.ExchangeService/ListCorrections": frozenset({Role.TRAINER, Role.SUPERVISOR, Role.OPERATOR}),
    "/swarm.v1.SwarmService/GetState": _ALL,
    "/swarm.v1.SwarmService/ListSamples": _ALL,
    "/swarm.v1.SwarmService/GetLineage": _ALL,
    "/swarm.v1.SwarmService/Watch": _ALL,
    "/swarm.v1.SwarmService/GetPhase": _ALL,
    "/swarm.v1.SwarmService/SetPhase": _STEERING,
    "/swarm.v1.SwarmService/PutProgress": _STEERING,
    "/swarm.v1.AgentService/Register": _ALL,
    "/swarm.v1.AgentService/Heartbeat": _ALL,
    "/swarm.v1.AgentService/Leave": _ALL,
    "/swarm.v1.AgentService/ListAgents": _ALL,
    "/swarm.v1.RubricService/GetRubric": _JUDGING,
    "/swarm.v1.RubricService/PutRubric": _STEERING,
    "/swarm.v1.RubricService/PutExperiment": frozenset({Role.EVOLVER}),
    "/swarm.v1.RubricService/ListExperiments": _JUDGING,
    "/swarm.v1.CheckpointService/PutCheckpoint": frozenset({Role.TRAINER, Role.SUPERVISOR}),
    "/swarm.v1.CheckpointService/ListCheckpoints": _ALL,
    "/swarm.v1.CheckpointService/GetChampion": _ALL,
    "/swarm.v1.CheckpointService/Rollback": _STEERING,
    "/swarm.v1.ExamService/SubmitExam": frozenset({Role.EXAMINER}),
    "/swarm.v1.ExamService/ListPromotions": _ALL,
    "/swarm.v1.StudentService/Ask": frozenset({Role.OPERATOR}),
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": _ALL,
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": _ALL,
}
"""What a role may publish and lease is narrowed further, item by item, by swarm.exchange.flow."""


def may_call(role: Role, method: str) -> bool:
    """Whether a role may call a method, named as in `/swarm.v1.SwarmService/GetState`."""
    return role in DOORS.get(method, frozenset())
