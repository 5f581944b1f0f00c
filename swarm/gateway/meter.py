"""Measures every call from outside the edge, refusals included."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from swarm.gateway.metrics import Metrics

_CODES = {code.value[0]: code.name for code in grpc.StatusCode}


class Meter(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Stands before all other interceptors. Methods that don't exist are not counted: their names are the caller's."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        """Wrap the handler that the interceptors behind this one give."""
        handler = await continuation(details)
        if handler is None or handler.request_streaming:
            return handler
        method = details.method.lstrip("/").removeprefix("swarm.v1.")
        if handler.response_streaming:
            shape: Any = grpc.unary_stream_rpc_method_handler
            wrapped: Any = self._streaming(handler.unary_stream, method)
        else:
            shape, wrapped = grpc.unary_unary_rpc_method_handler, self._unary(handler.unary_unary, method)
        return shape(wrapped, handler.request_deserializer, handler.response_serializer)

    def _unary(self, inner: Callable[..., Awaitable[Any]], method: str) -> Any:
        async def answer(request: Any, context: Any) -> Any:
            began, code = time.perf_counter(), ""
            try:
                return await inner(request, context)
            except asyncio.CancelledError:
                code = "CANCELLED"
                raise
            finally:
                self._metrics.call(method, code or _name(context), time.perf_counter() - began)

        return answer

    def _streaming(self, inner: Callable[..., Awaitable[None]], method: str) -> Any:
        async def answer(request: Any, context: Any) -> None:
            with self._metrics.stream(method):
                await inner(request, context)

        return answer


def _name(context: Any) -> str:
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else _CODES[code or 0]
