"""Several sieges side by side: one page of who was besieged, where each fails, and in which ways."""

from collections.abc import Sequence

from swarm.errors import ConfigError
from swarm.report.frame import page, section
from swarm.report.tables import boundary, percent, table
from swarm.siege.report import SiegeReport

_NOTE = (
    "Each siege is aimed at what its own target fails, so shares right are lower than on questions drawn at random, "
    "and two targets were not asked the same questions. Each bound holds for the siege's own probes."
)


def render(reports: Sequence[SiegeReport]) -> str:
    """The page. Raises ConfigError for fewer than two sieges, or sieges of different domains."""
    domains = {report.plan.domain for report in reports}
    if len(reports) < 2 or len(domains) != 1:
        raise ConfigError(
            f"{len(reports)} sieges of {', '.join(sorted(domains)) or 'no domain'} can't be compared",
            "Give two or more sieges of one domain",
        )
    title = f"Sieges side by side: {domains.pop()}"
    maps = f"<div class=maps>{''.join(boundary(report.map) for report in reports)}</div>"
    body = f"<h1>{title}</h1><p class=soft>{_NOTE}</p>"
    body += section("Targets", _targets(reports)) + section("Boundary maps", maps)
    return page(title, body + section("Ways of failing", _species(reports)))


def _targets(reports: Sequence[SiegeReport]) -> str:
    head = ("target", "answered by", "asked", "probes", "failed", "failure rate at most", "no answer", "species")
    rows = [
        (
            report.plan.target, report.student, report.plan.ask, report.statement.probes, report.statement.failures,
            f"{percent(report.statement.rate)} ({1 - report.statement.level:.2%} confidence)",
            report.statement.unanswered, len(report.species),
        )
        for report in reports
    ]  # fmt: skip
    return table(head, rows)


def _species(reports: Sequence[SiegeReport]) -> str:
    """Species of all sieges, those that most targets have first; each with failures of probes of its cell and trap."""
    found = [{one.name: one for one in report.species} for report in reports]
    names = {name for species in found for name in species}
    order = sorted(
        names,
        key=lambda name: (
            -sum(name in species for species in found),
            -sum(species[name].failures for species in found if name in species),
            name,
        ),
    )
    rows = [
        (name, *(f"{one.failures} of {one.asked}" if (one := species.get(name)) else "" for species in found))
        for name in order
    ]
    return table(("species", *(report.plan.target for report in reports)), rows)
