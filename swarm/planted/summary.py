"""A power audit for a terminal: the share of holes that was found, and by whom, when, and of which."""

from rich.console import Console
from rich.table import Table

from swarm.planted.audit import PowerReport, Share

_WIDTH = 110


def summary(report: PowerReport) -> str:
    """What is printed at the end."""
    console = Console(width=_WIDTH, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(_shares("by budget", report.by_budget()))
        console.print(_shares("by prevalence", report.by_prevalence()))
        console.print(_families(report))
        console.print(_students(report))
        for sentence in sentences(report):
            console.print(sentence, markup=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def sentences(report: PowerReport) -> list[str]:
    """What the audit says, and no more."""
    plan, share = report.plan, report.share
    if not report.whole:
        return [
            f"{len(report.students)} of {plan.students} students were probed; --resume goes on, and no bound before."
        ]
    return [
        f"Of {share.planted} planted holes in {plan.students} students the swarm found {share.found} with "
        f"{plan.calls} questions to each: at least {share.lower:.1%} of holes such as these, with confidence 95%, if "
        "they are found or missed independently.",
        f"Over students, whose holes may be found or missed together: at least {report.students_lower:.1%} of the "
        "holes of a student like these.",
    ]


def _table(title: str, *head: str) -> Table:
    return Table(*head, title=title, box=None, title_justify="left")


def _shares(title: str, shares: tuple[Share, ...]) -> Table:
    table = _table(title, "", "found", "share", "95% lower bound")
    for one in shares:
        rate = f"{one.found / one.planted:.0%}" if one.planted else ""
        table.add_row(one.of, f"{one.found} of {one.planted}", rate, f"{one.lower:.1%}" if one.planted else "")
    return table


def _families(report: PowerReport) -> Table:
    table = _table("by family", "", "questions", "failures", "holes found first")
    for name, asked, failed, first in report.by_family():
        table.add_row(name, str(asked), str(failed), str(first))
    return table


def _students(report: PowerReport) -> Table:
    table = _table("by student", "", "questions", "failures", "found", "missed")
    for one in report.students:
        found = one.found(report.plan.calls)
        missed = [f"{h.name} ({h.prevalence:.1%})" for h, hit in zip(one.holes, found, strict=True) if not hit]
        table.add_row(one.name, str(one.calls), str(one.failures), f"{sum(found)} of {len(found)}", ", ".join(missed))
    return table
