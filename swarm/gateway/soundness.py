"""What must hold of a request beyond the shapes of swarm.fields, before anything of it is stored."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from swarm.errors import RefusedError
from swarm.fields import LINE_LIMIT
from swarm.records import Annotation, Sample

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far a client's clock may be ahead of the gateway's."""
ITEM_BYTES = 3 * 1024 * 1024
"""Size of one sample or outcome: a chain of four still fits one message, so whatever is taken can be handed out."""
RECORD_BYTES = 1024 * 1024
"""Size of one rubric, experiment or checkpoint record."""
DEEPEST = 32
"""Levels of lists and objects in the JSON of an annotation."""


def bounded(name: str, value: float, least: float, most: float) -> None:
    """Raise RefusedError (INVALID) where a request's value lies outside its bounds, or is no number at all."""
    if not least <= value <= most:
        raise RefusedError("INVALID", f"{name} is {value}", f"Send {least:.12g} to {most:.12g}", field=name)


def sized(message: Any, most: int) -> None:
    """Raise RefusedError (INVALID) where a message is larger than one of its kind may be."""
    if (size := message.ByteSize()) > most:
        bounded(f"the size of {message.DESCRIPTOR.name} in bytes", size, 0, most)


def lined(name: str, text: str) -> None:
    """Raise RefusedError (INVALID) where a request's text is too long or holds a control character."""
    bounded(f"the length of {name}", len(text), 0, LINE_LIMIT)
    if not text.isprintable():
        raise RefusedError(
            "INVALID", f"{name} is {text[:80]!r}", "Send one line without control characters", field=name
        )


def timely(name: str, moment: datetime, now: datetime) -> None:
    """Raise RefusedError (INVALID) for a time before the year 2000, or more than a day ahead of the gateway."""
    if not EARLIEST <= moment <= now + AHEAD:
        raise RefusedError(
            "INVALID",
            f"{name} is {moment.isoformat()}, and it is {now.isoformat(timespec='seconds')} here",
            f"Set this machine's clock; from {EARLIEST.year} to a day ahead of the gateway is taken",
            field=name,
        )


def check_sample(sample: Sample) -> None:
    """Raise RefusedError (INVALID) for an absurd time, or an annotation whose body is no JSON."""
    timely("Sample.created_at", sample.created_at, datetime.now(UTC))
    if isinstance(sample.payload, Annotation):
        check_json("Annotation.body", sample.payload.body)


def check_json(name: str, text: str) -> None:
    """Raise RefusedError (INVALID) where a text isn't JSON (which has no NaN), or nests too deep."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        said = f"{name} is {text[:60]!r}, no JSON: {error or 'it nests too deep'}"
        raise RefusedError("INVALID", said, "Send JSON text, without NaN or Infinity", field=name) from error
    if (found := _depth(value)) > DEEPEST:
        raise RefusedError("INVALID", f"{name} nests {found} levels deep", f"Nest at most {DEEPEST}", field=name)


def _no_constant(word: str) -> None:
    raise ValueError(f"it holds {word}")


def _depth(value: Any) -> int:
    """Levels of lists and objects, by breadth: no depth of input is a depth of calls."""
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, list | dict)]:
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth
