"""The edge of every call: who calls, whether and how often they may, and how an error becomes a status."""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import grpc

from swarm.codec import reason_of, status_of
from swarm.errors import RefusedError, SwarmError, UnavailableError
from swarm.exchange import Identity
from swarm.gateway.audit import Audit
from swarm.gateway.doors import DOORS, OPEN, may_call
from swarm.gateway.keys import Keys
from swarm.records import Tier

_CALLER: ContextVar[Identity] = ContextVar("caller")
_LOG = logging.getLogger("swarm.gateway")


_DEADLINE: ContextVar[float] = ContextVar("deadline", default=math.inf)


def deadline() -> float:
    """Until when the caller waits for the answer, on the clock of `time.monotonic`; without end where nobody waits."""
    return _DEADLINE.get()


def caller() -> Identity:
    """Who makes the call that is being answered."""
    return _CALLER.get()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one agent may ask of the gateway."""

    calls_per_second: float = 2000.0
    """With bursts of as many."""
    quarantined_calls_per_second: float = 50.0
    streams: int = 256
    slow_seconds: float = 30.0
    """How long an item of a stream may wait for its reader before the stream is cut."""


@dataclass(eq=False, slots=True)
class _Stream:
    identity: Identity
    task: asyncio.Task[Any]
    sending_since: float = 0.0
    cut: SwarmError | None = None


@dataclass(slots=True)
class _Bucket:
    """A token bucket."""

    left: float
    at: float


class Edge(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Lets a call through to its service only with a credential whose role may make it, and within its limits."""

    def __init__(self, keys: Keys, audit: Audit, limits: Limits) -> None:
        self._keys, self._audit, self._limits = keys, audit, limits
        self._buckets: dict[str, _Bucket] = {}
        self._streams: set[_Stream] = set()
        self._open: Counter[str] = Counter()
        self.defects = 0
        """Calls that failed by a fault of the gateway; GetState shows them as an alarm."""

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        """Wrap the service's method for the caller, or replace it by the refusal."""
        handler = await continuation(details)
        if handler is None or details.method in OPEN:
            return handler
        identity = self._admit(details)
        if handler.response_streaming:
            shape = grpc.stream_stream_rpc_method_handler if handler.request_streaming else None
            shape = shape or grpc.unary_stream_rpc_method_handler
            inner = handler.stream_stream if handler.request_streaming else handler.unary_stream
            wrapped: Any = self._streaming(inner, identity, details.method)
        else:
            shape = grpc.unary_unary_rpc_method_handler
            wrapped = self._unary(handler.unary_unary, identity, details.method)
        return shape(wrapped, handler.request_deserializer, handler.response_serializer)

    def sweep(self) -> None:
        """Cut the streams whose credential has ended, and those whose reader has stopped reading."""
        now = time.monotonic()
        for stream in self._streams:
            try:
                self._keys.check(stream.identity.credential_id)
            except RefusedError as error:
                stream.cut = error
            if stream.sending_since and now - stream.sending_since > self._limits.slow_seconds:
                said = f"{stream.identity.name} read nothing for {self._limits.slow_seconds:g} s"
                stream.cut = UnavailableError(said, "Watch again from the last revision that was read")
            if stream.cut is not None:
                stream.task.cancel()
        full, slow = self._limits.calls_per_second, self._limits.quarantined_calls_per_second
        self._buckets = {n: b for n, b in self._buckets.items() if b.left + (now - b.at) * min(full, slow) < full}

    def _admit(self, details: grpc.HandlerCallDetails) -> Identity | RefusedError:
        try:
            identity = self._keys.caller(dict(details.invocation_metadata or ()))
        except RefusedError as error:
            return error
        if not may_call(identity.role, details.method):
            said = f"a {identity.role_name} may not call {details.method}"
            return RefusedError("FORBIDDEN", said, "Use the credential of a role that may")
        if not may_call(identity.role, details.method, identity.tier):
            said = f"{identity.name} is in quarantine and may not call {details.method}"
            return RefusedError("FORBIDDEN", said, "Have it trusted: swarm credentials tier NAME trusted --reason ...")
        rate = self._rate(identity)
        return identity if self._spend(identity.name, rate) else _too_many(identity.name, rate)

    def _rate(self, identity: Identity) -> float:
        held = identity.tier is Tier.QUARANTINED
        return self._limits.quarantined_calls_per_second if held else self._limits.calls_per_second

    def _spend(self, name: str, rate: float) -> bool:
        now = time.monotonic()
        bucket = self._buckets.setdefault(name, _Bucket(rate, now))
        bucket.left, bucket.at = min(rate, bucket.left + (now - bucket.at) * rate), now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def _unary(
        self, inner: Callable[..., Awaitable[Any]], identity: Identity | RefusedError, method: str
    ) -> Callable[[Any, Any], Awaitable[Any]]:
        async def answer(request: Any, context: Any) -> Any:
            with self._watched(context, identity, method) as refuse:
                try:
                    _enter(identity)
                    if (seconds := context.time_remaining()) is not None:
                        _DEADLINE.set(time.monotonic() + seconds)
                    return await inner(request, context)
                except grpc.aio.AbortError:
                    raise
                except Exception as error:
                    await refuse(error)

        return answer

    def _streaming(
        self, inner: Callable[..., AsyncGenerator[Any, None]], identity: Identity | RefusedError, method: str
    ) -> Callable[[Any, Any], Awaitable[None]]:
        # It writes instead of yielding: a cut that comes while a write waits for its reader would otherwise end gRPC's
        # part of the call without a status, and the reader would wait for ever.
        async def answer(request: Any, context: Any) -> None:
            with self._watched(context, identity, method) as refuse:
                try:
                    with self._stream(_enter(identity)) as stream:
                        # Else a cut of the first write would send it twice, which gRPC refuses.
                        await context.send_initial_metadata(())
                        try:
                            async with aclosing(inner(request, context)) as items:
                                async for item in items:
                                    stream.sending_since = time.monotonic()
                                    await context.write(item)
                                    stream.sending_since = 0.0
                        except asyncio.CancelledError:
                            if stream.cut is None:
                                raise
                            stream.task.uncancel()
                            raise stream.cut from None
                except grpc.aio.AbortError:
                    raise
                except Exception as error:
                    await refuse(error)

        return answer

    @contextmanager
    def _stream(self, identity: Identity) -> Any:
        if self._open[identity.name] >= self._limits.streams:
            said = f"{identity.name} has {self._limits.streams} streams open"
            raise RefusedError("RATE_LIMITED", said, "Close some first")
        task = asyncio.current_task()
        assert task is not None
        stream = _Stream(identity, task)
        self._streams.add(stream)
        self._open[identity.name] += 1
        try:
            yield stream
        finally:
            self._streams.discard(stream)
            self._open[identity.name] -= 1
            if not self._open[identity.name]:
                del self._open[identity.name]

    @contextmanager
    def _watched(self, context: Any, identity: Identity | RefusedError, method: str) -> Any:
        """Writes the call into the audit log where it belongs there; gives the function that ends it with an error."""
        who = identity if isinstance(identity, Identity) else None
        facts = {"method": method, "peer": context.peer()}
        if who is not None:
            facts |= {"name": who.name, "role": who.role_name, "credential": who.credential_id}
        ended = ""

        async def refuse(error: Exception) -> None:
            nonlocal ended
            code, text, trailing = status_of(error)
            if code is grpc.StatusCode.INTERNAL:
                self.defects += 1
                _LOG.error("a call failed by a fault of the gateway", exc_info=error)
            ended = reason_of(error)
            if who is None:
                self._audit.write("refused", **facts, reason=ended, message=text)
            await context.abort(code, text, trailing)

        try:
            yield refuse
        finally:
            if who is not None and method in DOORS and DOORS[method].audited:
                self._audit.write("call", **facts, reason=ended or "OK")


def _too_many(name: str, rate: float) -> RefusedError:
    said = f"{name} made more than {rate:g} calls in a second"
    return RefusedError("RATE_LIMITED", said, "Send more in each call, and wait before the next")


def _enter(identity: Identity | RefusedError) -> Identity:
    if isinstance(identity, RefusedError):
        raise identity
    _CALLER.set(identity)
    return identity
