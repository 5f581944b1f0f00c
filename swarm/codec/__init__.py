"""Between the records and the wire: `to_wire` and `from_wire` for values, `status_of` and `error_of` for refusals."""

from swarm.codec.refusals import code_of, error_of, reason_of, status_of
from swarm.codec.translation import (
    MODELS,
    enum_from_wire,
    enum_to_wire,
    from_wire,
    moment_from_wire,
    to_wire,
    validated,
    wire_class,
)

__all__ = [
    "MODELS",
    "code_of",
    "enum_from_wire",
    "enum_to_wire",
    "error_of",
    "from_wire",
    "moment_from_wire",
    "reason_of",
    "status_of",
    "to_wire",
    "validated",
    "wire_class",
]
