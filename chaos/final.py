"""What a gateway says at the end, which everything else is held against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from swarm.events import Event
from swarm.records import Sample
from swarm.state import SwarmState


@dataclass(frozen=True)
class FinalStore:
    """What a gateway that was killed and started once more says at the end, over its public calls."""

    samples: Sequence[Sample]
    """ListSamples, all pages."""
    events: Sequence[Event]
    """Watch from 0 up to the state's revision, without bookmarks."""
    state: SwarmState
    lineages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """GetLineage of some roots: ids in the order given."""

    def by_id(self) -> dict[str, Sample]:
        """Samples by id."""
        return {sample.id: sample for sample in self.samples}


Findings = Iterator[str | None]
"""One for each thing examined: None, or what is wrong with it."""
