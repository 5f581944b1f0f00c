"""The standard gRPC health service of an agent, for whoever restarts agents that don't answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from swarm.errors import ConfigError


@asynccontextmanager
async def healthy(port: int) -> AsyncIterator[None]:
    """Say SERVING on that loopback port meanwhile, then NOT_SERVING; port 0 says nothing to nobody.

    Raises ConfigError where the port is taken, or grpcio-health-checking isn't installed.
    """
    if not port:
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
        server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError as error:
        raise ConfigError(f"no health service on port {port}: {error}", "Give a free one") from error
    await server.start()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    try:
        yield
    finally:
        await servicer.enter_graceful_shutdown()
        await server.stop(None)
