"""A duel in sentences that claim no more than was shown, and its figures as people read them."""

from swarm.duel.report import DuelReport, repaid, thousand
from swarm.duel.sides import Side
from swarm.exam_report import ContestantKind

LEVEL = 0.05
"""The chance that any of a page's statements of better or worse is wrong."""


def sentences(report: DuelReport) -> list[str]:
    """The outcome: the student, each model beside it, what needs no model, and what growing it has cost."""
    student = report.student
    if not student.items:
        return ["The student has answered nothing yet, so nothing is said."]
    said = [
        f"On the frozen exam of {report.exam_items} items, which no decision looked at, the student gets "
        f"{interval(student)} right (mean over cells, 95% interval)."
    ]
    said += [_against(report, side) for side in report.rivals if side.difference is not None]
    said += _floors(report)
    said += [
        f"{side.name} has answered {side.items} of {side.asked} items: {side.ending}." for side in _partial(report)
    ]
    return said + _cost(report)


def _against(report: DuelReport, side: Side) -> str:
    found = side.difference
    assert found is not None, "who has no item in common is left out"
    where = "" if found.items == report.exam_items else f" on the {found.items} items that both answered"
    verdict = "neither is shown to be better"
    if found.adjusted < LEVEL and found.wins != found.losses:
        verdict = f"the student is shown to be {'better' if found.wins > found.losses else 'worse'}"
    return (
        f"Against {side.name} ({interval(side)}){where}: {points(found.estimate)} points "
        f"[{points(found.lower)}, {points(found.upper)}]; {found.wins} items only the student got right, "
        f"{found.losses} only the other, p = {found.adjusted:.2g}: {verdict}."
    )


def _floors(report: DuelReport) -> list[str]:
    floors = [side for side in report.sides if side.kind in (ContestantKind.BASELINE, ContestantKind.PARSER)]
    said = [
        f"{side.name}, which is no language model, gets {interval(side)}"
        for side in sorted(floors, key=lambda side: -side.accuracy)[:1]
    ]
    said += [
        f"the best constant answers, chosen in hindsight, get {interval(side)}"
        for side in report.sides
        if side.kind is ContestantKind.CONSTANT
    ]
    return [f"{'; '.join(said)}."] if said else []


def _partial(report: DuelReport) -> list[Side]:
    return [side for side in report.sides if side.ending]


def _cost(report: DuelReport) -> list[str]:
    growth = report.growth
    if growth is None:
        return ["What growing the student has cost is not known: its folder says nothing of its run."]
    said = (
        f"Growing the student took {growth.minutes:.1f} minutes of its machine, {growth.corrections} corrections "
        f"({growth.corrections_trained} of them learned by it), {growth.references} questions whose right answer had "
        f"to be known, {growth.teacher_tokens:,} tokens of its teacher ({growth.teacher}) and {growth.dollars:.2f} US "
        "dollars of endpoints"
    )
    if report.growth_dollars is not None:
        said += f"; at {report.plan.machine:g} dollars an hour, {report.growth_dollars:.2f} dollars in all"
    lines = [f"{said}."]
    for side in report.rivals:
        if (answers := repaid(report, side)) is not None:
            lines.append(f"That is repaid after {answers:,} answers that would have been asked of {side.name}.")
    return lines


def interval(side: Side) -> str:
    """Accuracy with its interval."""
    return f"{side.accuracy:.1%} [{side.lower:.1%}, {side.upper:.1%}]"


def points(share: float) -> str:
    """A difference in percentage points, with its sign."""
    return f"{100 * share:+.1f}"


def duration(seconds: float | None) -> str:
    """Seconds or milliseconds; "" for None."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def size(parameters: int) -> str:
    """Parameters; "" where they are unknown."""
    for unit, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")):
        if parameters >= unit:
            return f"{parameters / unit:.3g}{letter}"
    return str(parameters or "")


def price(side: Side, machine: float) -> str:
    """What a thousand answers cost: money where it is known, else this machine's time."""
    dollars = thousand(side, machine)
    if dollars is not None:
        return f"${dollars:.2f}" if dollars >= 0.01 else f"${dollars:.4f}"
    return f"{1000 * side.seconds / side.items / 60:.1f} min" if side.local and side.items else ""
