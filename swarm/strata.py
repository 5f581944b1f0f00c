"""The strata of an exam: which of its items count for what, and how champion and candidate did on them.

Ordinary items are drawn from the cells as a census is; items from a breach go back to what a siege of the champion
found. `swarm.promotion` says what is shown by which.
"""

from collections.abc import Sequence

from swarm.records import Origin, Probe
from swarm.rubric_cases import abstains
from swarm.students import BreachScore, ExamItem


def probe_in(item: ExamItem) -> Probe:
    """The probe that an item puts. Raises ValueError where it puts something else."""
    probe = item.probe.payload
    if not isinstance(probe, Probe):
        raise ValueError(f"exam item {item.probe.id} holds a {probe.kind}; an exam is made of probes")
    return probe


def fresh(items: Sequence[ExamItem]) -> list[ExamItem]:
    """Those that may speak for the candidate."""
    return [item for item in items if probe_in(item).origin is not Origin.REPLAY]


def replay(items: Sequence[ExamItem]) -> list[ExamItem]:
    """Those that were selected for having failed, or learned from, and only guard."""
    return [item for item in items if probe_in(item).origin is Origin.REPLAY]


def ordinary(items: Sequence[ExamItem]) -> list[ExamItem]:
    """Those that no breach brought: what must not get worse while a breach is mended."""
    return [item for item in items if not item.breach]


def breached(items: Sequence[ExamItem]) -> BreachScore | None:
    """How both did on those that come from a breach; None where there are none."""
    found = [item for item in items if item.breach]
    if not found:
        return None
    wins, losses = score(found)
    candidate, champion = map(sum, passes(found))
    return BreachScore(items=len(found), champion_passed=champion, candidate_passed=candidate, wins=wins, losses=losses)


def score(items: Sequence[ExamItem]) -> tuple[int, int]:
    """Wins and losses of the candidate."""
    wins = sum(item.candidate_passed and not item.champion_passed for item in items)
    losses = sum(item.champion_passed and not item.candidate_passed for item in items)
    return wins, losses


def split(items: Sequence[ExamItem]) -> tuple[list[ExamItem], list[ExamItem]]:
    """Items where declining is right, and the others."""
    unanswerable: list[ExamItem] = []
    answerable: list[ExamItem] = []
    for item in items:
        reference = probe_in(item).reference
        if reference is None:
            raise ValueError(f"exam item {item.probe.id} has no reference; judge the exam from the stored probes")
        (unanswerable if abstains(reference.answer) else answerable).append(item)
    return unanswerable, answerable


def passes(items: Sequence[ExamItem]) -> tuple[list[bool], list[bool]]:
    """Whether the candidate passed each, and whether the champion did."""
    return [item.candidate_passed for item in items], [item.champion_passed for item in items]
