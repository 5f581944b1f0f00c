"""Reads requests behind the edge: bytes are only parsed for a caller who may call, and wrong ones are a refusal."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from swarm.errors import RefusedError


class Reading(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Stands between the edge and the services. gRPC itself would answer bytes that it can't parse with INTERNAL.

    Fields that the contract doesn't have are ignored, as protobuf does: a newer client may send them.
    """

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        """The service's method, taking the bytes as they came."""
        handler = await continuation(details)
        if handler is None or handler.request_streaming:
            return handler

        def read(data: bytes) -> Any:
            try:
                return handler.request_deserializer(data)
            except (DecodeError, RecursionError) as error:
                raise RefusedError(
                    "INVALID", f"{len(data)} bytes are no request of {details.method}: {error}", "See docs/api.md"
                ) from error

        async def one(data: bytes, context: Any) -> Any:
            return await handler.unary_unary(read(data), context)

        async def many(data: bytes, context: Any) -> AsyncIterator[Any]:
            async for item in handler.unary_stream(read(data), context):
                yield item

        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(many, None, handler.response_serializer)
        return grpc.unary_unary_rpc_method_handler(one, None, handler.response_serializer)
