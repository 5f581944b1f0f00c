"""The standard gRPC health service of an agent, for whoever restarts agents that don't answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from swarm.errors import ConfigError


@asynccontextmanager
async def healthy(address: str) -> AsyncIterator[None]:
    """Say SERVING at `host:port` meanwhile, then NOT_SERVING; "" says nothing to nobody.

    Raises ConfigError where that can't be bound, or grpcio-health-checking isn't installed.
    """
    if not address:
        yield
        return
    try:
        from grpc_health.v1 import health_pb2, health_pb2_grpc
        from grpc_health.v1._async import HealthServicer
    except ImportError as error:
        raise ConfigError(f"no health service: {error}", "pip install 'nucleus-swarm-client[health]'") from error
    server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
    servicer = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    try:
        server.add_insecure_port(address)
    except RuntimeError as error:
        raise ConfigError(f"no health service at {address!r}: {error}", "Give HOST:PORT, a free one") from error
    await server.start()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    try:
        yield
    finally:
        await servicer.enter_graceful_shutdown()
        await server.stop(None)
