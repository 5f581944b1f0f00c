"""The siege's report as one self-contained page."""

from html import escape

from swarm.report import charts
from swarm.report.frame import page, section, story
from swarm.report.tables import boundary, pairs, table
from swarm.siege.report import Example, SiegeReport

_LISTED = 60
"""Species that a page tells with examples; the rest stands in the table and in siege.json."""


def render(report: SiegeReport) -> str:
    """The page."""
    parts = (_top, _map, _species, _search, _bound, _costs, _again)
    return page(f"Siege of {report.plan.target}", "\n".join(part(report) for part in parts))


def _top(report: SiegeReport) -> str:
    plan = report.plan
    facts = f"domain {plan.domain}, asked {plan.ask}"
    facts += f" with {plan.shots} examples" if plan.ask != "raw" else ""
    facts += f", rubric: {report.rubric}, seed {plan.seed}"
    facts += f", answered by {report.student}" if report.student else ""
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in report.sentences)
    return (
        f"<h1>Siege of {escape(plan.target)}</h1><p class=soft>{escape(facts)}</p>"
        f"<div class=ending>{said}<p>It ended because {escape(report.ending)}.</p></div>"
    )


def _map(report: SiegeReport) -> str:
    if not report.squares:
        return section("Boundary map", "<p>No probe was answered.</p>")
    return section("Boundary map", f"<div class=maps>{boundary(report.map)}</div>")


def _species(report: SiegeReport) -> str:
    if not report.species:
        return section("Ways of failing", "<p>None was found.</p>")
    note = (
        f"{len(report.species)} species in {report.statement.failures} failures: failures of one cell, one trap, one "
        "deciding criterion and one kind of mistake. The rule does not know who found them. "
        f"{report.singletons} were seen once; Good–Turing's chance that the next failure is of a new species: "
        f"{report.unseen:.0%}, Chao1's number of species: {report.chao1:.0f}. Both assume probes drawn at random; "
        "these were aimed, so both are too low."
    )
    examples: dict[str, list[Example]] = {}
    for example in report.examples:
        examples.setdefault(example.species, []).append(example)
    told = "".join(
        f"<h3>{escape(one.name)}</h3><p>{escape(one.explanation)}</p>{''.join(map(_example, examples[one.name]))}"
        for one in report.species[:_LISTED]
    )
    rows = [(one.name, one.failures, one.asked) for one in report.species]
    counted = table(("species", "failures", "of probes of its cell and trap"), rows)
    return section(
        "Ways of failing",
        f"<p class=soft>{escape(note)}</p><details><summary>All {len(rows)}</summary>{counted}</details>{told}",
    )


def _example(example: Example) -> str:
    wanted = f"{example.steps}\n= {example.wanted}" if example.steps else example.wanted
    parts = (
        ("question", example.question),
        ("said", example.said),
        ("wanted", wanted),
        ("verdict", f"{example.decided_by}: {example.explanation}"),
    )
    last = example.question.strip().splitlines()[-1]
    return story(f"{escape(last)} → {escape(example.answer or '(no answer)')}", parts)


def _search(report: SiegeReport) -> str:
    """Which family of probers found what, and how evenly the search went over cells and species."""
    if not report.course:
        return ""
    rows = [
        (one.origin, one.judged, one.failed, f"{1000 * one.failed / one.judged:.0f}", one.first)
        for one in report.yields
        if one.judged
    ]
    families = table(("family", "probes", "failures", "per 1,000 calls", "species first"), rows)
    points = [
        (p.probes, f"{p.covered:.0%}", f"{p.cells_shannon:.2f}", f"{p.cells_simpson:.2f}", p.species,
         f"{p.species_shannon:.2f}", f"{p.species_simpson:.2f}", p.singletons, p.doubletons)
        for p in report.course
    ]  # fmt: skip
    head = ("probes", "cells asked", "evenness of cells (Shannon)", "(Simpson)", "species",
            "evenness of species (Shannon)", "(Simpson)", "seen once", "twice")  # fmt: skip
    note = "Evenness is 1 where all have the same share. A search that aims is uneven over cells, and should be."
    over = f"<details><summary>coverage over time</summary><p class=soft>{note}</p>{table(head, points)}</details>"
    return section("Who found what", families + over)


def _bound(report: SiegeReport) -> str:
    if not report.curve:
        return ""
    figure = charts.bound([(point.probes, point.rate) for point in report.curve], report.plan.max_failure_rate)
    note = "The statement holds at every number of probes at once, so it may be looked at after each."
    return section("Bound", f"<p class=soft>{note}</p><figure>{figure}</figure>")


def _costs(report: SiegeReport) -> str:
    spent = report.spent
    rows: list[tuple[str, str | int | float | None]] = [
        ("probes", report.statement.probes),
        ("calls", spent.calls),
        ("calls without an answer", spent.failed_calls),
        ("tokens read", spent.prompt_tokens),
        ("tokens written", spent.completion_tokens),
        ("US dollars", round(spent.dollars, 4)),
    ]
    rows += [(f"no answer: {problem}", count) for problem, count in report.problems]
    rows += [(f"probes refused before they were asked: {reason}", count) for reason, count in report.refused]
    return section("Costs", pairs(rows))


def _again(report: SiegeReport) -> str:
    plan = report.plan
    command = f"swarm siege {plan.target} --domain {plan.domain} --seed {plan.seed} --calls {plan.calls}"
    settings = pairs(sorted((name, str(value)) for name, value in plan.model_dump(mode="json").items()))
    content = f"<pre>{escape(command)}</pre><details><summary>all settings</summary>{settings}</details>"
    return section("Do it again", content)
