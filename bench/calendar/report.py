"""The results in words and tables: for the terminal, for docs/results-calendar.md, and as JSON."""

from collections.abc import Sequence
from pathlib import Path

from bench.calendar.ledger import CalendarBooks
from bench.calendar.plan import QUICK
from bench.calendar.plots import write_png
from bench.calendar.results import BASE, CONSTANT, EXAM, CellScore, Results
from bench.pages import between, filled, in_points, percent
from bench.simulate.power import markdown

Cells = list[list[str]]
COLUMNS: tuple[tuple[str, str], ...] = (
    ("student_calls", "student calls"),
    ("oracle_calls", "oracle calls"),
    ("solutions", "worked solutions"),
    ("drafts", "drafts"),
    ("training_tokens", "training tokens"),
    ("measuring_calls", "calls to measure"),
    ("cpu_seconds", "CPU-seconds"),
    ("choosing_seconds", "of them choosing"),
)
"""Columns of the books in their order, with their headings."""


def accuracy(results: Results) -> Cells:
    """The exam round by round; base and constants beside it."""
    rounds = sorted({one.round for one in results.scores} - {0})
    heads = (f"after round {number}, {number * results.plan.calls:,} calls" for number in rounds)
    rows = [["mean accuracy over cells, %", "seeds", *heads]]
    for who in dict.fromkeys(one.who for one in results.scores):
        mine = {one.round: one for one in results.scores if one.who == who}
        at = {number: mine.get(number) or mine.get(0) for number in rounds}
        seeds = str(max(one.seeds for one in mine.values())) if 0 not in mine else ""
        rows.append([who, seeds, *(between(one.interval) if one else "" for one in at.values())])
    return rows


def by_cell(results: Results) -> Cells:
    """Items right of each cell after the last round."""
    whos = [BASE, CONSTANT, *(arm for arm in results.plan.arms if arm in results.cells[0].right)]
    rows = [["cell", *whos]]
    rows += [[one.cell, *(f"{one.right[who]}/{one.asked[who]}" for who in whos)] for one in results.cells]
    return rows


def against(results: Results) -> Cells:
    """The swarm against each other arm after the last round."""
    rows = [["swarm against", "on", "seeds", "difference, points", "won/lost, first seed", "p (Holm)", "e"]]
    for one in results.against:
        found = one.difference
        tests = [f"{found.wins}/{found.losses}", f"{one.p:.3g}", f"{found.e_value:.3g}"]
        rows.append([one.other, one.set, str(one.seeds), in_points(found), *tests])
    return rows


def transfer(results: Results) -> Cells:
    """Each arm beside its cells of training."""
    rows = [["beside the trained cells", "items", "base, %", "arm", "accuracy, %", "to the base, points"]]
    for one in results.moved:
        found = [one.arm, between(one.interval), in_points(one.difference)]
        rows.append([one.set, str(one.items), percent(one.base), *found])
    return rows


def books(results: Results) -> Cells:
    """What each student cost up to its last round."""
    rows = [["student", "rounds", *(heading for _, heading in COLUMNS)]]
    for cost in results.costs:
        rows.append([f"{cost.arm}, seed {cost.seed}", str(cost.round), *_booked(cost.books)])
    return rows


def _booked(found: CalendarBooks) -> list[str]:
    return [f"{getattr(found, name):,.0f}" for name, _ in COLUMNS]


def failing(cells: Sequence[CellScore], who: str) -> list[str]:
    """The cells of which more than half fails, the worst first, each with its failures."""
    wrong = [(one.asked[who] - one.right[who], one) for one in cells if who in one.right]
    worst = sorted(((count / one.asked[who], one.cell, count, one.asked[who]) for count, one in wrong), reverse=True)
    return [f"{cell} ({count} of {asked})" for share, cell, count, asked in worst if share > 0.5]


def sentences(results: Results) -> list[str]:
    """What came out, in words."""
    said = list[str]()
    for one in results.against:
        if one.set == EXAM:
            found = one.difference
            verdict = "more" if found.lower > 0 else "less" if found.upper < 0 else "not told apart"
            seeds = f"{one.seeds} seed{'s' if one.seeds > 1 else ''}"
            said.append(f"Exam, {seeds}: swarm against {one.other} {in_points(found)} points, {verdict}.")
    for arm in results.plan.arms:
        if arm in results.cells[0].right:
            worst = failing(results.cells, arm)
            said.append(f"{arm} fails more than half of: {', '.join(worst) or 'no cell'}.")
    shares = [f"{who} {', '.join(f'{each}%' for each in found)}" for who, found in results.failed.items() if found]
    said.append(f"Failed of the probes, round by round: {'; '.join(shares)}.")
    return said


def conditions(results: Results) -> str:
    """Under which plan all this was measured."""
    plan = results.plan
    told = "the quick plan (`--quick`)" if plan == QUICK else "a plan"
    told += f" of {plan.rounds} rounds with {plan.calls} student calls and {plan.tokens:,} training tokens each"
    told += f", seed{'s' if len(plan.seeds) > 1 else ''} {', '.join(map(str, plan.seeds))}"
    told += f", {plan.exam} exam items of each of {len(plan.cells)} cells"
    if len(plan.seeds) == 1:
        told += ". One seed: the intervals speak of other questions, not of other students"
    return f"Measured by {told}."


def told(results: Results) -> str:
    """All of it as Markdown."""
    lines = "\n".join(f"- {one}" for one in (conditions(results), *sentences(results)))
    made = [make(results) for make in (accuracy, against, by_cell, transfer, books)]
    return "\n\n".join([lines, *(markdown(cells) for cells in made if len(cells) > 1)])


def write(results: Results, folder: Path, document: Path | None = None) -> Sequence[Path]:
    """Write results.json, results.md and curves.png, and fill the page where one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "results.json", folder / "results.md", folder / "curves.png"]
    files[0].write_text(results.model_dump_json(indent=1), encoding="utf-8")
    files[1].write_text(told(results) + "\n", encoding="utf-8")
    write_png(results, files[2])
    if document is not None:
        page = filled(document.read_text(encoding="utf-8"), "calendar", told(results))
        document.write_text(page, encoding="utf-8")
        files.append(document)
    return files
