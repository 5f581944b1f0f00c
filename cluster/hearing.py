"""What became of the swarm's probes: read from the log, so that prober, teacher and examiner keep nothing."""

from collections import OrderedDict

from swarm.client import SwarmClient
from swarm.probing.besieged import showed
from swarm.probing.clothes import Clothes
from swarm.probing.evidence import Tried, tried
from swarm.records import Probe, Sample, Tier, Verdict

LATEST = 1000
"""Probes that are heard of at the start, which is all that a restarted prober knows."""
OPEN = 10_000
"""Probes that may wait for their verdicts; older ones are given up."""
_PAGE = 500


async def asked_before(client: SwarmClient) -> list[str]:
    """The questions of all probes so far, the oldest first: whether one is new is decided against all of them."""
    questions, read = list[str](), 0
    while page := await client.samples("probe", since_revision=read, limit=_PAGE):
        questions += [one.payload.question for one in page if isinstance(one.payload, Probe) and not one.forgotten]
        read = page[-1].revision
    return questions


async def clothes_of(client: SwarmClient, checkpoint_id: str) -> Clothes:
    """What all sieges of this student found so far."""
    reading = showed(checkpoint_id)
    try:
        query = next(reading)
        while True:
            page = await client.sample_page(query)
            query = reading.send((page.samples, page.revision))
    except StopIteration as done:
        clothes: Clothes = done.value
        return clothes


class Hearing:
    """Gives each verdict once, with its probe. What quarantine withholds is no part of it."""

    def __init__(self, client: SwarmClient) -> None:
        self._client = client
        self._read: dict[str, int] = {}
        self._open: OrderedDict[str, Probe] = OrderedDict()

    async def news(self) -> list[Tried]:
        """The outcomes since the last look, in the order of their verdicts."""
        if not self._read:
            latest = await self._client.samples("probe", limit=LATEST, descending=True)
            since = latest[-1].revision - 1 if latest else 0
            self._read = {"probe": since, "verdict": since}
        for sample in await self._all("probe"):
            if isinstance(sample.payload, Probe):
                self._open[sample.id] = sample.payload
        while len(self._open) > OPEN:
            self._open.popitem(last=False)
        return [one for sample in await self._all("verdict") for one in self._outcome(sample)]

    def _outcome(self, sample: Sample) -> list[Tried]:
        probe = self._open.pop(sample.root_id, None)
        return [tried(probe, sample.payload)] if probe and isinstance(sample.payload, Verdict) else []

    async def _all(self, kind: str) -> list[Sample]:
        found: list[Sample] = []
        while page := await self._client.samples(kind, since_revision=self._read[kind], limit=_PAGE):
            found += [one for one in page if one.tier is not Tier.QUARANTINED and not one.forgotten]
            self._read[kind] = page[-1].revision
        return found
