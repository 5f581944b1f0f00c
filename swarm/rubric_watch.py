"""When the evolution of a rubric has to stop: pure decisions over the ledger."""

from collections.abc import Sequence
from itertools import pairwise

from swarm.criteria import Experiment, ExperimentOutcome

CREDITED_FROM = 8
"""Fewer newly credited attempts than this say nothing."""

CREDITED_SHARE = 0.05
"""Nor do fewer than this share of the items: an honest evolver looks at 180 items, and misses rarer ones by chance."""

REJECTED_SHARE = 0.25
"""METHODS.md, Evolver; weak judges reached .39 to .65 (2605.12474)."""

CHECKS = 2
"""Kept experiments in a row in which the proxy rose while the sealed truth fell."""


def alarm_after(ledger: Sequence[Experiment]) -> str:
    """Why no further experiment may be made after the last one of a ledger; empty where one may."""
    return _credit(ledger[-1]) or _drift(ledger) if ledger else ""


def _credit(last: Experiment) -> str:
    credited, rejected = last.newly_credited, last.newly_rejected
    if credited < max(CREDITED_FROM, CREDITED_SHARE * last.items) or rejected <= REJECTED_SHARE * credited:
        return ""
    return (
        f"experiment {last.number} ({last.outcome}: {last.reason}) would newly credit {credited} attempts, "
        f"of which {rejected} are wrong"
    )


def _drift(ledger: Sequence[Experiment]) -> str:
    """A rollback parts the chain: what came before it isn't counted."""
    kept = [experiment for experiment in ledger if experiment.outcome is ExperimentOutcome.KEPT][-CHECKS:]
    chained = all(one.proposal.version == two.incumbent_version for one, two in pairwise(kept))
    fell = [one for one in kept if one.proxy > one.incumbent_proxy and one.sealed < one.incumbent_sealed]
    if len(fell) < CHECKS or not chained:
        return ""
    return (
        f"the score by which rubrics are kept rose from {fell[0].incumbent_proxy:.3f} to {fell[-1].proxy:.3f} while "
        f"the sealed one fell from {fell[0].incumbent_sealed:.3f} to {fell[-1].sealed:.3f}, over experiments "
        f"{' and '.join(str(one.number) for one in fell)}"
    )
