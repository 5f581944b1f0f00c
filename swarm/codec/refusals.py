"""Between the project's errors and gRPC statuses: a status carries ErrorInfo with reason and fix."""

from collections.abc import Iterable

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from swarm.errors import RefusedError, StoreError, SwarmError, UnavailableError

DOMAIN = "swarm"
DETAILS_KEY = "grpc-status-details-bin"
_METADATA_LIMIT = 2000
"""Characters of a message that travel in trailing metadata, which gRPC bounds at 8 KiB."""

_CODES = {
    "INVALID": grpc.StatusCode.INVALID_ARGUMENT,
    "UNAUTHENTICATED": grpc.StatusCode.UNAUTHENTICATED,
    "FORBIDDEN": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "CONFLICT": grpc.StatusCode.ABORTED,
    "DIGEST_CONFLICT": grpc.StatusCode.ALREADY_EXISTS,
    "QUEUE_FULL": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "RATE_LIMITED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "OUT_OF_RANGE": grpc.StatusCode.OUT_OF_RANGE,
    "NO_ANSWER": grpc.StatusCode.DEADLINE_EXCEEDED,
}
"""Status of each reason; a reason that is not here is a FAILED_PRECONDITION."""

_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)


def code_of(error: Exception) -> grpc.StatusCode:
    """The status code of an error. Anything that isn't raised on purpose is INTERNAL."""
    match error:
        case RefusedError():
            return _CODES.get(error.reason, grpc.StatusCode.FAILED_PRECONDITION)
        case StoreError() | UnavailableError():
            return grpc.StatusCode.UNAVAILABLE
        case _:
            return grpc.StatusCode.INTERNAL


def status_of(error: Exception) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """Code, message and trailing metadata with which a call is ended."""
    code = code_of(error)
    reason = error.reason if isinstance(error, RefusedError) else code.name
    text, fix = (error.message, error.fix) if isinstance(error, SwarmError) else ("the gateway failed; see its log", "")
    info = error_details_pb2.ErrorInfo(
        reason=reason, domain=DOMAIN, metadata={"message": text[:_METADATA_LIMIT], "fix": fix[:_METADATA_LIMIT]}
    )
    status = status_pb2.Status(code=code.value[0], message=text[:_METADATA_LIMIT])
    status.details.add().Pack(info)
    said = str(error)[:_METADATA_LIMIT] if isinstance(error, SwarmError) else text
    return code, said, ((DETAILS_KEY, status.SerializeToString()),)


def error_of(error: grpc.aio.AioRpcError) -> SwarmError:
    """The project's error that a failed call stands for."""
    info = _info(error)
    message = info.metadata["message"] if info else (error.details() or error.code().name)
    fix = info.metadata["fix"] if info else ""
    if error.code() in _AWAY and not (info and info.reason in _CODES):
        return UnavailableError(message, fix or "See that the gateway runs, then call again")
    return RefusedError(info.reason if info else error.code().name, message, fix)


def _info(error: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo | None:
    trailing: Iterable[tuple[str, str | bytes]] = tuple(error.trailing_metadata() or ())  # type: ignore[arg-type]
    for key, value in trailing:
        if key == DETAILS_KEY and isinstance(value, bytes):
            try:
                status = status_pb2.Status.FromString(value)
            except DecodeError:
                return None
            for detail in status.details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info) and info.domain == DOMAIN:
                    return info
    return None
