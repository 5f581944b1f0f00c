"""Between the project's errors and gRPC statuses: a status carries ErrorInfo with reason and fix, and where they fit,
BadRequest with the field at fault and RetryInfo with how long to wait."""

from collections.abc import Iterable

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from swarm.errors import RefusedError, StoreError, SwarmError, UnavailableError
from swarm.reasons import FALLBACK, REASONS

DOMAIN = "swarm"
DETAILS_KEY = "grpc-status-details-bin"
_TEXT_BYTES, _FIX_BYTES = 700, 500
"""How much of message and fix travels: thrice in details and once percent-encoded, and gRPC bounds all at 8 KiB."""

_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)


def reason_of(error: Exception) -> str:
    """The reason of an error. Anything that isn't raised on purpose is INTERNAL."""
    match error:
        case RefusedError():
            return str(error.reason)
        case StoreError():
            return "STORE_FAILED"
        case UnavailableError():
            return "UNAVAILABLE"
        case _:
            return "INTERNAL"


def code_of(error: Exception) -> grpc.StatusCode:
    """The status code of an error."""
    known = REASONS.get(reason_of(error))
    return grpc.StatusCode[known.status if known else FALLBACK]


def status_of(error: Exception) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """Code, message and trailing metadata with which a call is ended."""
    code, reason = code_of(error), reason_of(error)
    text, fix = (error.message, error.fix) if isinstance(error, SwarmError) else ("the gateway failed; see its log", "")
    text, fix = _cut(text, _TEXT_BYTES), _cut(fix, _FIX_BYTES)
    status = status_pb2.Status(code=code.value[0], message=text)
    metadata = {"message": text, "fix": fix}
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata))
    if isinstance(error, RefusedError) and error.field:
        fault = error_details_pb2.BadRequest.FieldViolation(field=_cut(error.field, 200), description=text)
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[fault]))
    if wait := _wait(error, reason):
        delay = error_details_pb2.RetryInfo()
        delay.retry_delay.FromMilliseconds(round(wait * 1000))
        status.details.add().Pack(delay)
    said = f"{text}. {fix}" if fix else text
    return code, said, ((DETAILS_KEY, status.SerializeToString()),)


def error_of(error: grpc.aio.AioRpcError) -> SwarmError:
    """The project's error that a failed call stands for."""
    info, wait = _details(error)
    message = info.metadata["message"] if info else (error.details() or error.code().name)
    fix = info.metadata["fix"] if info else ""
    refused = info is not None and error.code() is not grpc.StatusCode.UNAVAILABLE
    if error.code() in _AWAY and not refused:
        return UnavailableError(message, fix or "See that the gateway runs, then call again")
    return RefusedError(info.reason if info else error.code().name, message, fix, wait)


def _wait(error: Exception, reason: str) -> float:
    """Seconds after which the same call may succeed: what the error says, or else its reason; 0 where it can't."""
    said = error.retry_seconds if isinstance(error, RefusedError) else 0.0
    known = REASONS.get(reason)
    return said or (known.retry_seconds or 0.0 if known else 0.0)


def _cut(text: str, size: int) -> str:
    """As much of a text as fits `size` bytes of UTF-8."""
    return text[:size].encode(errors="replace")[:size].decode(errors="ignore")


def _details(error: grpc.aio.AioRpcError) -> tuple[error_details_pb2.ErrorInfo | None, float]:
    """Our own ErrorInfo, None where the status carries none, and the seconds of its RetryInfo, 0 where it has none."""
    found, wait = None, 0.0
    for detail in _status(error).details:
        info, delay = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        if detail.Unpack(info) and info.domain == DOMAIN:
            found = info
        elif detail.Unpack(delay):
            wait = max(0.0, delay.retry_delay.ToMilliseconds() / 1000)
    return found, wait


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    trailing: Iterable[tuple[str, str | bytes]] = tuple(error.trailing_metadata() or ())  # type: ignore[arg-type]
    for key, value in trailing:
        if key == DETAILS_KEY and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                break
    return status_pb2.Status()
