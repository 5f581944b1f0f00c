"""The results in words and tables: what goes into docs/results.md, and the page with the picture."""

import io
from collections.abc import Sequence
from pathlib import Path

from bench import pages
from bench.pages import between, in_points, percent
from bench.simulate.power import markdown
from bench.thesis.books import COLUMNS
from bench.thesis.plan import QUICK, Arm
from bench.thesis.plots import drawn, write_png
from bench.thesis.results import ADVERSARIES, DEV, PointScore, Results, labels_needed
from swarm.report.frame import page, section
from swarm.report.tables import table

Cells = list[list[str]]
_NAMES = {DEV: "in distribution", ADVERSARIES: "adversaries"}


def _arm(arm: Arm) -> str:
    return f"({arm.letter}) {arm}"


def curves(results: Results) -> Cells:
    """Balanced accuracy of each arm at each point, both sets."""
    points = sorted({one.point for one in results.scores})
    rows = [["balanced accuracy, %", "set", *(f"{point:,} labels" for point in points)]]
    for name in (DEV, ADVERSARIES):
        for arm in results.plan.arms:
            found = {one.point: one for one in results.scores if (one.arm, one.set) == (arm, name)}
            if found:
                values = [between(found[point].interval) if point in found else "" for point in points]
                rows.append([_arm(arm), _NAMES[name], *values])
        for line in dict.fromkeys(one.name for one in results.baselines):
            at = {one.point: one.balanced for one in results.baselines if (one.name, one.set) == (line, name)}
            rows.append([line, _NAMES[name], *(percent(at[point]) if point in at else "" for point in points)])
    return rows


def kinds(results: Results) -> Cells:
    """Balanced accuracy by kind of adversary, each arm at its last point."""
    names = [name for name in results.asked if name not in (DEV, ADVERSARIES)]
    rows = [["adversaries, %", *(f"{name} ({results.asked[name]})" for name in names)]]
    for arm in results.plan.arms:
        scores = {one.set: one for one in _last(results, arm)}
        if scores:
            rows.append([_arm(arm), *(percent(scores[name].interval.estimate) for name in names)])
    return rows


def by_label(results: Results) -> Cells:
    """Accuracy of each label at the last point, with Wilson intervals."""
    labels = sorted({score.label for one in results.scores for score in one.labels})
    rows = [["accuracy by label, %", "set", *labels]]
    for name in (DEV, ADVERSARIES):
        for arm in results.plan.arms:
            for one in _last(results, arm):
                if one.set == name:
                    found = {score.label: between(score.interval) for score in one.labels}
                    rows.append([_arm(arm), _NAMES[name], *(found.get(label, "") for label in labels)])
    return rows


def _last(results: Results, arm: Arm) -> list[PointScore]:
    point = results.plan.points[-1]
    return [one for one in results.scores if (one.arm, one.point) == (arm, point)]


def against(results: Results) -> Cells:
    """The swarm against each other arm."""
    rows = [["(d) swarm against", "set", "labels", "difference, points", "won/lost, first seed", "e"]]
    rows += [
        [
            _arm(one.other),
            _NAMES[one.set],
            f"{one.point:,}",
            in_points(one.difference),
            f"{one.difference.wins}/{one.difference.losses}",
            f"{one.difference.e_value:.3g}",
        ]
        for one in results.comparisons
    ]
    return rows


def books(results: Results) -> Cells:
    """What each curve cost up to its last point, and what each arm's tuning cost."""
    rows = [["curve", "labels", *(heading for _, heading in COLUMNS)]]
    for cost in results.costs:
        values = [f"{getattr(cost.books, name):,.0f}" for name, _ in COLUMNS]
        what = "tuning" if cost.seed is None else f"seed {cost.seed}"
        rows.append([f"({cost.arm.letter}) {what}", f"{cost.point:,}", *values])
    return rows


def sentences(results: Results) -> list[str]:
    """The claims, each as it came out."""
    last = results.plan.points[-1]
    said = list[str]()
    for one in results.comparisons:
        if one.point == last and one.other in (Arm.RANDOM, Arm.RANDOM_OPERATORS, Arm.UNCERTAIN_OPERATORS):
            verdict = "more" if one.difference.lower > 0 else "less" if one.difference.upper < 0 else "not told apart"
            seeds = f"{len(one.seeds)} seed{'s' if len(one.seeds) > 1 else ''}"
            said.append(
                f"{_NAMES[one.set]}, {last:,} labels, {seeds}: (d) against {_arm(one.other)} "
                f"{in_points(one.difference)} points, {verdict}."
            )
    longest = [one for one in results.scores if one.arm is Arm.RANDOM and one.set == DEV]
    if longest and longest[-1].point > last:
        wanted = longest[-1]
        needed = labels_needed(results.scores, Arm.SWARM, wanted.interval.estimate)
        reached = f"at about {needed:,.0f} labels" if needed else f"at no point up to {last:,}"
        said.append(
            f"(d) reaches (a)'s {wanted.point:,}-label accuracy, {percent(wanted.interval.estimate)}%, {reached}."
        )
    said.append(f"PaLM-540B's recorded answers to the same dev items: {between(results.palm)}% right.")
    return said


def conditions(results: Results) -> str:
    """Under which plan all this was measured, and what that leaves open."""
    plan = results.plan
    asked = f"{results.asked.get(DEV, 0):,} dev items and {results.asked.get(ADVERSARIES, 0):,} adversaries"
    seeds = ", ".join(map(str, plan.seeds))
    told = "the quick plan (`--quick`)" if plan == QUICK else "a plan"
    told += f" with seed{'s' if len(plan.seeds) > 1 else ''} {seeds}, {asked}, "
    told += f"{plan.tokens_per_label} training tokens and {plan.calls_per_label} student calls for each label"
    if len(plan.seeds) == 1:
        told += ". One seed: the intervals speak of other questions, not of other draws of labels"
    return f"Measured by {told}."


def filled(document: str, results: Results) -> str:
    """docs/results.md with what is generated made anew. Raises ValueError where it has no place for that."""
    told = "\n".join(f"- {one}" for one in (conditions(results), *sentences(results)))
    tables = (curves, by_label, kinds, against, books)
    made = "\n\n".join([told, *(markdown(make(results)) for make in tables if len(make(results)) > 1)])
    made += "\n\nStarted: " + "; ".join(results.starts) + "."
    if results.trials:
        made += "\n\nTuning trials: " + "; ".join(results.trials) + "."
    return pages.filled(document, "thesis", made)


def render(results: Results) -> str:
    """The page: sentences, picture, tables."""
    out = io.StringIO()
    drawn(results).savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    picture = out.getvalue()
    body = "<h1>Adversarial selection against static training</h1>"
    body += "".join(f"<p>{one}</p>" for one in (conditions(results), *sentences(results)))
    body += section("Learning curves", f"<figure>{picture[picture.index('<svg') :]}</figure>")
    titles = ("Every point", "By label", "By kind of adversary", "The swarm against the others", "Books of cost")
    for title, make in zip(titles, (curves, by_label, kinds, against, books), strict=True):
        head, *rows = make(results)
        body += section(title, table(head, rows))
    body += section("Started", table(("what",), [(one,) for one in results.starts]))
    return page("make bench-thesis", body)


def write(results: Results, folder: Path, document: Path | None = None) -> Sequence[Path]:
    """Write results.json, curves.png and results.html, and fill docs/results.md where it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "results.json", folder / "curves.png", folder / "results.html"]
    files[0].write_text(results.model_dump_json(indent=1), encoding="utf-8")
    write_png(results, files[1])
    files[2].write_text(render(results), encoding="utf-8")
    if document is not None:
        document.write_text(filled(document.read_text(encoding="utf-8"), results), encoding="utf-8")
        files.append(document)
    return files
