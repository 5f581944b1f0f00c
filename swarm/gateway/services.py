"""The gRPC server of a gateway: its services, health and reflection, behind what every call goes through."""

from collections.abc import Callable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from swarm.connection import MESSAGE_BYTES
from swarm.gateway.agent_service import AgentService
from swarm.gateway.checkpoint_service import CheckpointService
from swarm.gateway.credential_service import CredentialService
from swarm.gateway.desk import Desk
from swarm.gateway.doors import SERVICES
from swarm.gateway.exam_service import ExamService
from swarm.gateway.exchange_service import ExchangeService
from swarm.gateway.feedback_service import FeedbackService
from swarm.gateway.meter import Meter
from swarm.gateway.operator_service import OperatorService
from swarm.gateway.reading import Reading
from swarm.gateway.rubric_service import RubricService
from swarm.gateway.student_service import StudentService
from swarm.gateway.swarm_service import SwarmService
from swarm.v1 import (
    agent_pb2_grpc,
    checkpoint_pb2_grpc,
    credential_pb2_grpc,
    exam_pb2_grpc,
    exchange_pb2_grpc,
    feedback_pb2_grpc,
    operator_pb2_grpc,
    rubric_pb2_grpc,
    student_pb2_grpc,
    swarm_pb2_grpc,
)

MOST_CALLS = 4096
METADATA_BYTES = 16 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.max_connection_idle_ms", 15 * 60_000),
    ("grpc.max_concurrent_streams", 1024),
    ("grpc.max_metadata_size", METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES),
)
_SERVANTS: tuple[tuple[Callable[[Any, Any], None], Callable[[Desk], Any]], ...] = (
    (agent_pb2_grpc.add_AgentServiceServicer_to_server, AgentService),
    (checkpoint_pb2_grpc.add_CheckpointServiceServicer_to_server, CheckpointService),
    (credential_pb2_grpc.add_CredentialServiceServicer_to_server, CredentialService),
    (exam_pb2_grpc.add_ExamServiceServicer_to_server, ExamService),
    (exchange_pb2_grpc.add_ExchangeServiceServicer_to_server, ExchangeService),
    (feedback_pb2_grpc.add_FeedbackServiceServicer_to_server, FeedbackService),
    (operator_pb2_grpc.add_OperatorServiceServicer_to_server, OperatorService),
    (rubric_pb2_grpc.add_RubricServiceServicer_to_server, RubricService),
    (student_pb2_grpc.add_StudentServiceServicer_to_server, StudentService),
    (swarm_pb2_grpc.add_SwarmServiceServicer_to_server, SwarmService),
)
_NAMES = tuple(service.full_name for service in SERVICES)


def assembled(desk: Desk) -> tuple[grpc.aio.Server, Any]:
    """A server of all services, which listens nowhere yet, and its word on health."""
    server = grpc.aio.server(
        interceptors=[Meter(desk.metrics), desk.edge, Reading()], options=_OPTIONS, maximum_concurrent_rpcs=MOST_CALLS
    )
    for add, service in _SERVANTS:
        add(service(desk), server)
    health = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    names = (*_NAMES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, server)
    return server, health


async def say_serving(health: Any) -> None:
    """Tell who asks for health that all services are there."""
    for name in ("", *_NAMES):
        await health.set(name, health_pb2.HealthCheckResponse.SERVING)
