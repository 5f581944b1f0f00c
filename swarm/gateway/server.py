"""Puts a gateway together, serves until it is told to stop, and takes it apart in the opposite order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from swarm.connection import MESSAGE_BYTES
from swarm.domains import load_domain
from swarm.errors import ConfigError, SwarmError
from swarm.exchange import DEFAULT_QUEUE_LIMIT, Exchange
from swarm.gateway.agent_service import AgentService
from swarm.gateway.changes import QUEUES, Changes
from swarm.gateway.checkpoint_service import CheckpointService
from swarm.gateway.desk import Desk
from swarm.gateway.edge import Edge
from swarm.gateway.exam_service import ExamService
from swarm.gateway.exchange_service import ExchangeService
from swarm.gateway.reading import Reading
from swarm.gateway.rubric_service import RubricService
from swarm.gateway.run_folder import STORE_FILE, Credentials, Lock, previous_port, write_address
from swarm.gateway.student_service import StudentService
from swarm.gateway.swarm_service import SwarmService
from swarm.gateway.writer import Writer
from swarm.v1 import (
    agent_pb2_grpc,
    checkpoint_pb2_grpc,
    exam_pb2_grpc,
    exchange_pb2_grpc,
    rubric_pb2_grpc,
    student_pb2_grpc,
    swarm_pb2_grpc,
)

GRACE_SECONDS = 5.0
TICK_SECONDS = 1.0
MOST_CALLS = 4096
_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)
_LOG = logging.getLogger("swarm.gateway")

_SERVICES: dict[str, tuple[Callable[[Any, Any], None], Callable[[Desk], Any]]] = {
    "swarm.v1.ExchangeService": (exchange_pb2_grpc.add_ExchangeServiceServicer_to_server, ExchangeService),
    "swarm.v1.SwarmService": (swarm_pb2_grpc.add_SwarmServiceServicer_to_server, SwarmService),
    "swarm.v1.AgentService": (agent_pb2_grpc.add_AgentServiceServicer_to_server, AgentService),
    "swarm.v1.RubricService": (rubric_pb2_grpc.add_RubricServiceServicer_to_server, RubricService),
    "swarm.v1.CheckpointService": (checkpoint_pb2_grpc.add_CheckpointServiceServicer_to_server, CheckpointService),
    "swarm.v1.ExamService": (exam_pb2_grpc.add_ExamServiceServicer_to_server, ExamService),
    "swarm.v1.StudentService": (student_pb2_grpc.add_StudentServiceServicer_to_server, StudentService),
}


@dataclass(frozen=True)
class Settings:
    """What a gateway is started with."""

    run_dir: Path
    name: str
    domain: str
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes the port of the run's last gateway, or a free one."""
    queue_limit: int = DEFAULT_QUEUE_LIMIT
    max_lag: int = 4
    bookmark_seconds: float = 3.0


@dataclass(frozen=True)
class Gateway:
    """A gateway that serves."""

    address: str
    desk: Desk


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway for as long as the block runs. Raises ConfigError or StoreError where it can't start."""
    with _exchange(settings) as (exchange, credentials, domain):
        changes, edge = Changes(), Edge(credentials)
        writer = Writer(exchange, changes)
        desk = Desk(exchange, writer, changes, domain, edge, settings.max_lag, settings.bookmark_seconds)
        server, health = _server(desk)
        ticking = asyncio.create_task(_tick(desk))
        try:
            address = _bind(server, settings)
            await server.start()
            write_address(settings.run_dir, address)
            for name in ("", *_SERVICES):
                await health.set(name, health_pb2.HealthCheckResponse.SERVING)
            yield Gateway(address, desk)
        finally:
            await health.enter_graceful_shutdown()
            ticking.cancel()
            await changes.close()
            await server.stop(GRACE_SECONDS)
            await writer.close()


@contextmanager
def _exchange(settings: Settings) -> Any:
    try:
        domain = load_domain(settings.domain)
    except ValueError as error:
        raise ConfigError(str(error), "Give one of these with --domain") from error
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    lock = Lock(settings.run_dir)
    try:
        credentials = Credentials(settings.run_dir)
        url = f"sqlite:///{(settings.run_dir / STORE_FILE).absolute()}"
        with Exchange(
            url,
            settings.name,
            settings.domain,
            lambda: datetime.now(UTC),
            credentials.lease_key,
            queue_limit=settings.queue_limit,
        ) as exchange:
            yield exchange, credentials, domain
    finally:
        lock.release()


def _server(desk: Desk) -> tuple[grpc.aio.Server, Any]:
    server = grpc.aio.server(interceptors=[desk.edge, Reading()], options=_OPTIONS, maximum_concurrent_rpcs=MOST_CALLS)
    for add, service in _SERVICES.values():
        add(service(desk), server)
    health = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    names = (*_SERVICES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, server)
    return server, health


def _bind(server: grpc.aio.Server, settings: Settings) -> str:
    last = previous_port(settings.run_dir) if settings.port == 0 else 0
    for port in (last, settings.port) if last else (settings.port,):
        try:
            bound = server.add_insecure_port(f"{settings.host}:{port}")
        except RuntimeError:
            bound = 0
        if bound:
            return f"{settings.host}:{bound}"
    raise ConfigError(
        f"can't listen on {settings.host}:{settings.port}; another process does, or the address isn't this machine's",
        "Give another --port, or 0 for a free one",
    )


async def _tick(desk: Desk) -> None:
    """Once a second: take back leases that ran out, and let waiters look for work whose backoff is over."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        try:
            await desk.write(lambda exchange: exchange.expire(), QUEUES)
        except SwarmError as error:
            _LOG.warning("expired leases were not taken back: %s", error)
