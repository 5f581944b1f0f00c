"""One gRPC channel to the gateway that outlives it: calls are repeated, with backoff, while the gateway is away."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from swarm.codec import error_of
from swarm.errors import RefusedError, SwarmError, UnavailableError

MESSAGE_BYTES = 16 * 1024 * 1024
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0
_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.use_local_subchannel_pool", 1),
)


class Patience:
    """Waits between tries: doubling with jitter until `seconds` have passed since the last success."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Begin anew, after a success."""
        self._wait = _FIRST_WAIT_SECONDS
        self._until = asyncio.get_running_loop().time() + self._seconds

    async def wait(self, error: SwarmError) -> None:
        """Wait before the next try. Raises `error` where it is a refusal, or where patience is at its end."""
        busy = isinstance(error, RefusedError) and error.reason == "RESOURCE_EXHAUSTED"
        if not (busy or isinstance(error, UnavailableError)) or asyncio.get_running_loop().time() >= self._until:
            raise error
        await asyncio.sleep(self._wait * random.uniform(0.5, 1.0))
        self._wait = min(2 * self._wait, _LONGEST_WAIT_SECONDS)


class Connection:
    """Calls on the gateway. `find` gives its address and is asked again whenever the gateway is away."""

    def __init__(self, find: Callable[[], str], credential: str, name: str, patience: float) -> None:
        self._find = find
        self._metadata = (("authorization", f"Bearer {credential}"), ("swarm-agent", name))
        self._patience = patience
        self._address = ""
        self._channels: list[grpc.aio.Channel] = []
        self._methods: dict[type[Message], Any] = {}

    async def call(self, request: Message, timeout: float) -> Any:
        """The response to a request. Repeats it while the gateway is away; `timeout` (seconds) is for one try.

        Raises RefusedError where the gateway says no, UnavailableError where it stays away.
        """
        if (size := request.ByteSize()) > MESSAGE_BYTES:
            raise RefusedError("TOO_LARGE", f"a message of {size} bytes, over {MESSAGE_BYTES}", "Send smaller batches")
        patience = Patience(self._patience)
        while True:
            try:
                return await self._method(request)(request, timeout=timeout, metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                failure = error_of(error)
            except UnavailableError as error:
                failure = error
            await patience.wait(failure)

    async def stream(self, request: Callable[[], Message]) -> AsyncIterator[Any]:
        """Responses of a streaming method; a broken stream is opened again with what `request` then gives."""
        patience = Patience(self._patience)
        while True:
            call = None
            try:
                first = request()
                call = self._method(first)(first, metadata=self._metadata)
                async for answer in call:
                    patience.renew()
                    yield answer
                failure: SwarmError = UnavailableError("the gateway ended the stream", "Call again")
            except grpc.aio.AioRpcError as error:
                failure = error_of(error)
            except UnavailableError as error:
                failure = error
            finally:
                if call is not None:
                    call.cancel()
            await patience.wait(failure)

    async def close(self) -> None:
        """Close all channels; calls under way end."""
        for channel in self._channels:
            await channel.close(None)
        self._channels.clear()
        self._methods.clear()
        self._address = ""

    def _method(self, request: Message) -> Any:
        address = self._find()
        if address != self._address:
            # An older channel stays open until close(): closing it would cancel what others still wait for.
            self._channels.append(grpc.aio.insecure_channel(address, options=_OPTIONS))
            self._methods.clear()
            self._address = address
        kind = type(request)
        if kind not in self._methods:
            method = _method_of(kind)
            shape = "unary_stream" if method.server_streaming else "unary_unary"
            self._methods[kind] = getattr(self._channels[-1], shape)(
                f"/{method.containing_service.full_name}/{method.name}",
                request_serializer=kind.SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
        return self._methods[kind]


def _method_of(request: type[Message]) -> Any:
    """The one method that takes this request; the contract gives each method a request type of its own."""
    services = request.DESCRIPTOR.file.services_by_name.values()
    return next(m for service in services for m in service.methods if m.input_type is request.DESCRIPTOR)
