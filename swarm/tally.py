"""The count of a siege or census: probes in the order asked, so that slow failures can't be left out of it."""

from collections.abc import Iterable, Sequence

from swarm.records import Probe, Sample, Tier, Verdict

OVERTAKEN = 256
"""A probe that this many later ones were judged before is counted as a failure until its verdict comes."""


class Tally:
    """Probes in the order of their revisions, and what became of them; what quarantine withholds is no part of it.

    Verdicts that fail may take longer than those that pass (a longer answer, a dispute), so counting them as they come
    counts too few: the bounds of swarm.statistics hold for the order asked. A probe that was lost on the way, such as a
    dead letter, must not vanish either; counting it as a failure can only make a bound larger. Where nothing is
    claimed, as in learn, `in_order` is False and verdicts count as they come.
    """

    def __init__(self, in_order: bool = True) -> None:
        self._in_order = in_order
        self._asked: dict[str, None] = {}
        self._passed: dict[str, bool] = {}

    def ask(self, samples: Iterable[Sample]) -> None:
        """Add probes, ascending by revision."""
        for sample in samples:
            if isinstance(sample.payload, Probe) and sample.tier is not Tier.QUARANTINED:
                self._asked.setdefault(sample.id)

    def judge(self, samples: Iterable[Sample]) -> None:
        """Add verdicts, before their probes or after; of several on one probe, one that fails decides."""
        for sample in samples:
            if isinstance(sample.payload, Verdict) and sample.tier is not Tier.QUARANTINED:
                before = self._passed.get(sample.root_id, True)
                self._passed[sample.root_id] = sample.payload.passed and before

    @property
    def counts(self) -> tuple[int, int]:
        """Probes and failures among them, up to the first whose verdict may still come."""
        if self._in_order:
            first = settled([passed for _, passed in self.outcomes])
            return len(first), first.count(False)
        judged = [passed for _, passed in self.outcomes if passed is not None]
        return len(judged), judged.count(False)

    @property
    def outcomes(self) -> tuple[tuple[str, bool | None], ...]:
        """Each probe's id with what became of it, None without a verdict, in the order asked."""
        return tuple((probe_id, self._passed.get(probe_id)) for probe_id in self._asked)


def settled(outcomes: Sequence[bool | None]) -> list[bool]:
    """Whether each probe passed, in the order asked, up to the first whose verdict (None) may still come."""
    later, first = sum(passed is not None for passed in outcomes), list[bool]()
    for passed in outcomes:
        later -= passed is not None
        if passed is None and later < OVERTAKEN:
            break
        first.append(passed is True)
    return first
