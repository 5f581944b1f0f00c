"""How many of the phase's probes failed so far: reads the log on and keeps the tally of the present reign."""

from cluster.loops import PURPOSES
from swarm.asking import Query
from swarm.client import SwarmClient
from swarm.records import Purpose
from swarm.state import PhaseName, SwarmState
from swarm.students import Checkpoint
from swarm.tally import Tally


async def siege_failures(client: SwarmClient, checkpoint_id: str) -> int:
    """How many failures the last siege has shown; 0 where none is known of this student."""
    failed = Query(kind="verdict", purpose=Purpose.SIEGE, checkpoint_id=checkpoint_id, passed=False, limit=1)
    if not (await client.sample_page(failed)).samples:
        return 0
    sieges = [report for report in await client.progress_reports() if report.phase is PhaseName.SIEGE]
    return max(sieges, key=lambda report: report.attempt).failures if sieges else 0


class Counting:
    """Begins anew whenever the phase or the champion is another; after a restart it reads the same again.

    A pause begins nothing anew: else whoever pauses and restarts would have another measurement for nothing.
    """

    def __init__(self) -> None:
        self._reign = ""
        self._tally = Tally()
        self._read: dict[str, int] = {}
        self._seen = self._seen_sieges = -1
        self._siege_failures = 0

    @property
    def counts(self) -> tuple[int, int]:
        """Probes and failures among them, as of the last look."""
        return self._tally.counts

    async def look(self, client: SwarmClient, state: SwarmState, champion: Checkpoint) -> tuple[int, int]:
        """The phase's probes and failures among them, since phase and champion are what they are."""
        purpose = PURPOSES.get(state.phase.name)
        if purpose is None:
            return 0, 0
        reign = f"{state.phase.name}/{state.phase.since}/{champion.id}"
        if reign != self._reign:
            self._reign, self._tally = reign, Tally(in_order=purpose is not Purpose.LEARN)
            self._read = dict.fromkeys(("probe", "verdict"), max(champion.revision, state.phase.began))
        elif state.revision == self._seen:
            return self._tally.counts
        for kind, add in (("probe", self._tally.ask), ("verdict", self._tally.judge)):
            while page := await client.samples(kind, purpose=purpose, since_revision=self._read[kind], limit=500):
                add(page)
                self._read[kind] = page[-1].revision
        self._seen = state.revision
        return self._tally.counts

    async def siege_failures(self, client: SwarmClient, state: SwarmState) -> int:
        """How many failures the last siege of the champion has shown, read again only where the log has gone on."""
        if state.revision != self._seen_sieges:
            self._siege_failures = await siege_failures(client, state.champion_id)
            self._seen_sieges = state.revision
        return self._siege_failures
