"""One gRPC channel to the gateway that outlives it: calls are repeated, with backoff, while the gateway is away."""

import asyncio
import random
import uuid
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from swarm.codec import error_of
from swarm.codec.contract import VERSION
from swarm.errors import ConfigError, RefusedError, SwarmError, UnavailableError

REQUEST_ID = "request-id"
"""Metadata: what the caller calls this request, so that a repeat is known to be one."""
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


_BUSY = ("RESOURCE_EXHAUSTED", "RATE_LIMITED", "QUEUE_FULL", "CREDITS_SPENT")
"""Refusals of a whole call that say to come back later; the gateway may have said when."""
_HANDSHAKE = ("CERTIFICATE_VERIFY_FAILED", "Hostname Verification", "Peer name", "WRONG_VERSION_NUMBER")


@dataclass(frozen=True, slots=True)
class Target:
    """Where the gateway is. With `ca` (PEM) the channel is TLS; `key` and `certificate` (PEM) show who calls (mTLS)."""

    address: str
    ca: bytes | None = None
    key: bytes | None = None
    certificate: bytes | None = None

    def channel(self) -> grpc.aio.Channel:
        """A new channel to it."""
        if self.ca is None:
            return grpc.aio.insecure_channel(self.address, options=_OPTIONS)
        proof = grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)
        return grpc.aio.secure_channel(self.address, proof, options=_OPTIONS)


class Patience:
    """Waits between tries: doubling with jitter, and at least as long as the gateway said, until `seconds` have passed
    since the last success."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Begin anew, after a success."""
        self._wait = _FIRST_WAIT_SECONDS
        self._until = asyncio.get_running_loop().time() + self._seconds

    async def wait(self, error: SwarmError) -> None:
        """Wait before the next try. Raises `error` where it is a refusal, or where patience is at its end."""
        busy = isinstance(error, RefusedError) and error.reason in _BUSY
        left = self._until - asyncio.get_running_loop().time()
        if not (busy or isinstance(error, UnavailableError)) or left <= 0:
            raise error
        said = error.retry_seconds if isinstance(error, RefusedError) else 0.0
        await asyncio.sleep(pause(self._wait, said, left, random.random()))
        self._wait = min(2 * self._wait, _LONGEST_WAIT_SECONDS)


def pause(backoff: float, said: float, left: float, draw: float) -> float:
    """Seconds until the next try: the backoff less up to half, or what the gateway said and up to half more.

    `draw` is uniform in [0, 1). What is said goes no further than the patience that is `left`: then one last try.
    """
    return max(backoff * (1.0 - draw / 2), min(said * (1.0 + draw / 2), left))


class Connection:
    """Calls on the gateway. `find` says where that is, and is asked again whenever the gateway is away."""

    def __init__(self, find: Callable[[], Target], credential: str, name: str, patience: float) -> None:
        self._find = find
        self._metadata = (("authorization", f"Bearer {credential}"), ("swarm-agent", name))
        self._patience = patience
        self._target: Target | None = None
        self._channels: list[grpc.aio.Channel] = []
        self._methods: dict[type[Message], Any] = {}

    async def call(self, request: Message, timeout: float) -> Any:
        """The response to a request. Repeats it, as the same request, while the gateway is away; `timeout` (seconds) is
        for one try.

        Raises RefusedError where the gateway says no, UnavailableError where it stays away.
        """
        if (size := request.ByteSize()) > MESSAGE_BYTES:
            raise RefusedError("TOO_LARGE", f"a message of {size} bytes, over {MESSAGE_BYTES}", "Send smaller batches")
        patience = Patience(self._patience)
        metadata = (*self._metadata, (REQUEST_ID, uuid.uuid4().hex))
        while True:
            try:
                return await self._method(request)(request, timeout=timeout, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                failure = _failure(error, request)
            except UnavailableError as error:
                failure = error
            await patience.wait(failure)

    async def stream(self, request: Callable[[], Message]) -> AsyncGenerator[Any, None]:
        """Responses of a streaming method; a broken stream is opened again with what `request` then gives."""
        patience = Patience(self._patience)
        while True:
            call, first = None, request()
            try:
                call = self._method(first)(first, metadata=self._metadata)
                async for answer in call:
                    patience.renew()
                    yield answer
                failure: SwarmError = UnavailableError("the gateway ended the stream", "Call again")
            except grpc.aio.AioRpcError as error:
                failure = _failure(error, first)
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
        self._target = None

    def _method(self, request: Message) -> Any:
        target = self._find()
        if target != self._target:
            # An older channel stays open until close(): closing it would cancel what others still wait for.
            self._channels.append(target.channel())
            self._methods.clear()
            self._target = target
        kind = type(request)
        if kind not in self._methods:
            method = _method_of(kind)
            shape = "unary_stream" if method.server_streaming else "unary_unary"
            self._methods[kind] = getattr(self._channels[-1], shape)(
                _path(method),
                request_serializer=kind.SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
        return self._methods[kind]


def _failure(error: grpc.aio.AioRpcError, request: Message) -> SwarmError:
    """The project's error. A handshake that can't succeed is no outage that trying again would mend, and gRPC itself
    doesn't say which method a gateway lacks."""
    said = f"{error.details()} {error.debug_error_string()}"
    if error.code() is grpc.StatusCode.UNAVAILABLE and any(sign in said for sign in _HANDSHAKE):
        return ConfigError(
            f"the gateway's certificate isn't one that this client trusts: {error.details()}",
            "Give the CA of this run (RUN/tls/ca.pem), call the gateway by a name in its certificate, and see that "
            "the certificate hasn't expired and that both clocks are right",
        )
    found = error_of(error)
    if isinstance(found, RefusedError) and found.reason == grpc.StatusCode.UNIMPLEMENTED.name:
        said = f"the gateway has no {_path(_method_of(type(request)))}"
        return RefusedError(found.reason, said, f"Upgrade it; this client has contract {VERSION}")
    return found


def _path(method: Any) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def _method_of(request: type[Message]) -> Any:
    """The one method that takes this request; the contract gives each method a request type of its own."""
    services = request.DESCRIPTOR.file.services_by_name.values()
    return next(m for service in services for m in service.methods if m.input_type is request.DESCRIPTOR)
