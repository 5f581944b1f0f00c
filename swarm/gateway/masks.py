"""Field masks (AIP-157): an answer holds only the fields that its reader asked for."""

from collections.abc import Iterable
from typing import Any, Self

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from swarm.errors import RefusedError

MOST_PATHS = 100
ALL = "*"


class Mask:
    """Keeps the fields of a message that a mask names, after what the reader may not see has been taken out of it."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Without a path, or with `*`, everything is kept."""
        self._mask = FieldMask(paths=paths)
        self._whole = not self._mask.paths or ALL in self._mask.paths

    @classmethod
    def of(cls, request: Any, kind: type[Message], always: Iterable[str] = ()) -> Self:
        """The `read_mask` of a request, for answers of a kind; `always` names fields that are kept beside it.

        Raises RefusedError (INVALID) naming the first path that isn't a field of that kind.
        """
        paths = list(request.read_mask.paths)
        field = f"{request.DESCRIPTOR.name}.read_mask"
        if len(paths) > MOST_PATHS:
            raise RefusedError("INVALID", f"{field} has {len(paths)} paths", f"Send {MOST_PATHS} at most", field=field)
        shape: Any = kind.DESCRIPTOR
        for path in paths:
            if path != ALL and not FieldMask(paths=[path]).IsValidForDescriptor(shape):
                known = ", ".join(found.name for found in shape.fields)
                raise RefusedError(
                    "INVALID",
                    f"{field} names {path[:80]!r}, which is no field of {shape.name}",
                    f"Name some of {known}, or fields of single ones of these as in `a.b`",
                    field=field,
                )
        return cls([*paths, *always] if paths else ())

    def __call__(self, message: Any) -> Any:
        """The message itself where everything is kept, or a smaller one."""
        if self._whole:
            return message
        kept = type(message)()
        self._mask.MergeMessage(message, kept)
        return kept
