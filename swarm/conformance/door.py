"""The door between the agent under test and the real gateway: relays every call, writes it down, and lets a rule spoil
what comes of it."""

import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message_factory import GetMessageClass

from swarm.codec import status_of
from swarm.connection import MESSAGE_BYTES
from swarm.errors import SwarmError
from swarm.gateway.doors import SERVICES

_METHODS = {f"/{service.full_name}/{method.name}": method for service in SERVICES for method in service.methods}
_SIZES = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.use_local_subchannel_pool", 1),
)
_OWN = ("user-agent", "content-type", "te")
"""Metadata that each connection writes anew."""


@dataclass(eq=False)
class Call:
    """One call as the agent has seen it. `code` is "" while it is under way, then that of its status."""

    method: str
    request: Any
    began: float
    reply: Any = None
    code: str = ""
    said: str = ""
    ended: float = 0.0


Forward = Callable[[], Awaitable[Any]]
Rule = Callable[[Call, Forward], Awaitable[Any]]
"""Gives what the agent gets in answer to a call; `forward` asks the gateway. What it raises becomes the status."""


async def plainly(_call: Call, forward: Forward) -> Any:
    """The rule that changes nothing."""
    return await forward()


def at_each(methods: Collection[str], act: Rule) -> Rule:
    """The rule that acts on all calls of these methods, and leaves all others alone."""
    return at_first(methods, act, math.inf)


def at_first(methods: Collection[str], act: Rule, times: float = 1) -> Rule:
    """The rule that acts on the first calls of these methods, so many of them, and leaves all others alone."""
    left = times

    async def rule(call: Call, forward: Forward) -> Any:
        nonlocal left
        if call.method not in methods or not left:
            return await forward()
        left -= 1
        return await act(call, forward)

    return rule


class Door(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """A gRPC server on a port of its own that knows every method of the contract. `changed` is called whenever a call
    begins or ends."""

    def __init__(self, gateway: str, changed: Callable[[], None]) -> None:
        self.rule: Rule = plainly
        self.calls: list[Call] = []
        self._changed = changed
        self._channel = grpc.aio.insecure_channel(gateway, options=_SIZES)
        self._server = grpc.aio.server(options=_SIZES)

    async def open(self) -> int:
        """Listen on a free port of loopback; returns it."""
        self._server.add_generic_rpc_handlers((self,))
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        return port

    async def close(self) -> None:
        """End all calls."""
        await self._server.stop(None)
        await self._channel.close(None)

    def service(self, details: Any) -> Any:
        """gRPC's question: who answers this call."""
        method = _METHODS.get(details.method)
        if method is None or method.server_streaming:
            return grpc.stream_stream_rpc_method_handler(self._through(details.method))
        return grpc.unary_unary_rpc_method_handler(self._relayed(details.method, method))

    def _relayed(self, path: str, method: Any) -> Any:
        given, gives = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        ask = self._channel.unary_unary(path, None, None)

        async def answer(data: bytes, context: Any) -> bytes:
            trailing: Any
            call = Call(method.name, given.FromString(data), time.monotonic())
            self.calls.append(call)
            self._changed()

            async def forward() -> Any:
                waits = context.time_remaining()
                return gives.FromString(await ask(data, metadata=_carried(context), timeout=waits))

            try:
                call.reply = await self.rule(call, forward)
                call.code = "OK"
                return call.reply.SerializeToString()
            except SwarmError as error:
                code, call.said, trailing = status_of(error)
                call.code = code.name
            except grpc.aio.AioRpcError as error:
                code, call.said, trailing = error.code(), error.details() or "", _trailing(error)
                call.code = code.name
            finally:
                call.code, call.ended = call.code or "CANCELLED", time.monotonic()
                self._changed()
            return await context.abort(code, call.said, trailing)

        return answer

    def _through(self, path: str) -> Any:
        ask = self._channel.stream_stream(path, None, None)

        async def answer(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            try:
                async for reply in ask(requests, metadata=_carried(context)):
                    yield reply
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "", _trailing(error))

        return answer


def _carried(context: Any) -> tuple[tuple[str, Any], ...]:
    """The caller's metadata, without what the relay's own connection says."""
    pairs = context.invocation_metadata() or ()
    return tuple((key, value) for key, value in pairs if key not in _OWN and not key.startswith(("grpc-", ":")))


def _trailing(error: grpc.aio.AioRpcError) -> Any:
    """The metadata behind an answer, in which the details of the status travel."""
    return tuple(error.trailing_metadata() or ())
