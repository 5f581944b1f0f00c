"""The edge of every call: who calls, whether they may, and how an error becomes a status."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import grpc

from swarm.codec import code_of, status_of
from swarm.errors import RefusedError
from swarm.exchange import Identity
from swarm.gateway.doors import OPEN, may_call
from swarm.gateway.run_folder import Credentials
from swarm.state import AgentCard, Role

_CALLER: ContextVar[Identity] = ContextVar("caller")
_LOG = logging.getLogger("swarm.gateway")


def caller() -> Identity:
    """Who makes the call that is being answered."""
    return _CALLER.get()


class Edge(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Lets a call through to its service only with a credential whose role may make it."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.defects = 0
        """Calls that failed by a fault of the gateway; GetState shows them as an alarm."""

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        """Wrap the service's method for the caller, or replace it by the refusal."""
        handler = await continuation(details)
        if handler is None or details.method in OPEN:
            return handler
        try:
            identity: Identity | RefusedError = self._admit(details)
        except RefusedError as error:
            identity = error
        if handler.response_streaming:
            shape = grpc.stream_stream_rpc_method_handler if handler.request_streaming else None
            shape = shape or grpc.unary_stream_rpc_method_handler
            inner = handler.stream_stream if handler.request_streaming else handler.unary_stream
            wrapped: Any = self._streaming(inner, identity)
        else:
            shape = grpc.unary_unary_rpc_method_handler
            wrapped = self._unary(handler.unary_unary, identity)
        return shape(wrapped, handler.request_deserializer, handler.response_serializer)

    def _admit(self, details: grpc.HandlerCallDetails) -> Identity:
        given: Mapping[str, Any] = dict(details.invocation_metadata or ())
        identity = _identity(self._credentials, given)
        if not may_call(identity.role, details.method):
            raise RefusedError(
                "FORBIDDEN", f"a {identity.role} may not call {details.method}", "Use the credential of a role that may"
            )
        return identity

    def _unary(self, inner: Callable[..., Awaitable[Any]], identity: Identity | RefusedError) -> Any:
        async def answer(request: Any, context: Any) -> Any:
            try:
                _enter(identity)
                return await inner(request, context)
            except grpc.aio.AbortError:
                raise
            except Exception as error:
                await self._refuse(context, error)

        return answer

    def _streaming(self, inner: Callable[..., AsyncIterator[Any]], identity: Identity | RefusedError) -> Any:
        async def answer(request: Any, context: Any) -> AsyncIterator[Any]:
            try:
                _enter(identity)
                async for item in inner(request, context):
                    yield item
            except grpc.aio.AbortError:
                raise
            except Exception as error:
                await self._refuse(context, error)

        return answer

    async def _refuse(self, context: Any, error: Exception) -> None:
        if code_of(error) is grpc.StatusCode.INTERNAL:
            self.defects += 1
            _LOG.error("a call failed by a fault of the gateway", exc_info=error)
        code, text, trailing = status_of(error)
        await context.abort(code, text, trailing)


def _enter(identity: Identity | RefusedError) -> None:
    if isinstance(identity, RefusedError):
        raise identity
    _CALLER.set(identity)


def _identity(credentials: Credentials, given: Mapping[str, Any]) -> Identity:
    scheme, _, token = str(given.get("authorization", "")).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise RefusedError(
            "UNAUTHENTICATED",
            "the call carries no credential",
            "Send metadata `authorization: Bearer TOKEN` with a token of the run folder's credentials/",
        )
    role = credentials.role_of(token)
    if role is None:
        raise RefusedError(
            "UNAUTHENTICATED", "the credential is nobody's", "Read it again from the run folder's credentials/"
        )
    return Identity(_name(str(given.get("swarm-agent", role)), role), role)


def _name(given: str, role: Role) -> str:
    try:
        return AgentCard(name=given, role=role).name
    except ValueError:
        raise RefusedError(
            "INVALID",
            f"metadata swarm-agent is {given!r}",
            "Send 1 to 64 lower-case letters, digits, `.`, `_` or `-`, beginning with a letter or digit",
        ) from None
