"""The streams that a role may consume: which of the samples that are stored belong to each."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from swarm.records import Payload, Purpose, Verdict


class Stream(NamedTuple):
    """Samples of one kind for which `holds` is true, given their root probe's purpose."""

    kind: str
    holds: Callable[[Payload, Purpose], bool]


def _failed(payload: Payload) -> bool:
    return isinstance(payload, Verdict) and not payload.passed


STREAMS: Mapping[str, Stream] = {
    "probes": Stream("probe", lambda _, purpose: purpose is not Purpose.EXAM),
    "attempts": Stream("attempt", lambda _, purpose: purpose is not Purpose.ASK),
    # A failure under siege waits for its release; one in an exam or a census is never taught.
    "failures": Stream("verdict", lambda payload, purpose: _failed(payload) and purpose is Purpose.LEARN),
    "passes": Stream("verdict", lambda payload, _: not _failed(payload)),
    "verdicts": Stream("verdict", lambda *_: True),
    "corrections": Stream("correction", lambda *_: True),
}

KINDS = ("probe", "attempt", "verdict", "correction", "annotation")
LOGS = ("correction", "annotation")
"""Kinds that are read as a log, so that they need nobody who leases them."""
