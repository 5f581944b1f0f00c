"""What a domain may say beyond what every domain must: the documents behind a probe, and answers known to be wrong."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from swarm.records import Probe, Record


class Citation(Record):
    """That an attempt rests something on a document. `said` is how it says so, verbatim."""

    said: str
    document: str
    quote: str = ""
    """The words that it gives as the document's, verbatim; empty where it only names it."""


@runtime_checkable
class Sourced(Protocol):
    """A domain whose answers rest on documents; the checks `cites`, `cites-known` and `quotes-found` ask it."""

    def citations(self, text: str) -> Sequence[Citation]:
        """All that an attempt cites, in order. Never raises."""

    def document(self, probe: Probe, name: str) -> str | None:
        """The text of the document that an answer to this probe cites so; None where there is none."""


@runtime_checkable
class Mistaken(Protocol):
    """A domain that no verifier decides, but which knows wrong answers by how they were made (planted errors)."""

    def mistakes(self, probe: Probe) -> Sequence[str]:
        """Wrong answers, the nearest to the right one first: a swapped entity or number, an unsupported addition."""
