"""`make bench-adversary`: every arm on planted-defect students, one for each seed, and on a model if one is named."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.adversary.arms import ARMS, Trail, trail
from bench.adversary.students import HOLES, base_model, planted
from bench.adversary.tables import WHOLE, Line, Target, lines, targets
from swarm.domains import load_domain

CALLS, BUDGET, SEEDS = 300, 1000, 3
STUDENT = "planted defects"


def measure(seeds: int, calls: int, budget: int) -> list[Trail]:
    """Every arm at so many calls, and the whole swarm at its normal budget, too. The same numbers, the same trails."""
    domain = load_domain("calendar")
    students = {seed: planted(domain, seed) for seed in range(1, seeds + 1)}
    found = []
    for seed, arm in track([*product(students, ARMS)], "probing", console=Console(stderr=True)):
        one, limit = students[seed], budget if arm.name == WHOLE else calls
        found.append(asyncio.run(trail(arm, domain, STUDENT, one.answers, seed, limit, one.hole)).within(calls))
    return found


async def measure_base(target: str, seeds: int, calls: int) -> list[Trail]:
    """Every arm but the variants of the whole on a model's weights; a seed is one of the probers, and of the shots."""
    domain, found = load_domain("calendar"), []
    arms = [arm for arm in ARMS if arm.plain]
    for seed in range(1, seeds + 1):
        async with base_model(domain, target, seed) as answers:
            for arm in track(arms, f"probing {target}, seed {seed}", console=Console(stderr=True)):
                found.append(await trail(arm, domain, target, answers, seed, calls))
    return found


def show(student: str, trails: Sequence[Trail], holes: int, calls: int, budget: int) -> tuple[list[Line], list[Target]]:
    """Print the table of one kind of student and how its targets were met; returns both."""
    rows, wanted = lines(student, trails, holes, calls), targets(student, trails, holes, calls, budget)
    table = Table(
        "arm", "species", "95% interval", "to uniform", "95% interval", "failures", "holes found", title=student
    )
    for row in rows:
        ends, reach = (row.species_lower, row.species_upper), (row.ratio_lower, row.ratio_upper)
        shown = f"{ends[0]:.1f} to {ends[1]:.1f}", f"{row.ratio:.2f}", f"{reach[0]:.2f} to {reach[1]:.2f}"
        table.add_row(row.arm, f"{row.species:.1f}", *shown, f"{row.failures:.0f}", row.holes)
    Console(width=None if sys.stdout.isatty() else 130).print(table)
    for target in wanted:
        print(f"{'reached' if target.met else 'missed '}: {target.wanted}: {target.measured}")
    return rows, wanted


def main(arguments: list[str]) -> int:
    """Measure, print, save; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.adversary", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="students, each with holes of its own")
    parser.add_argument("--calls", type=int, default=CALLS, help="student calls of each arm")
    parser.add_argument("--budget", type=int, default=BUDGET, help="calls in which the whole swarm must find the holes")
    parser.add_argument("--model", default="", help="weights that are probed, too, such as smollm2-135m")
    parser.add_argument("--json", type=Path, default=Path("build/adversary.json"), help="a file for all of it")
    given = parser.parse_args(arguments)
    if given.seeds < 1 or not 30 <= given.calls <= given.budget:
        parser.error(
            f"{given.seeds} seeds, {given.calls} calls, budget {given.budget}: give 1, 30 and --calls at least"
        )
    trails = measure(given.seeds, given.calls, given.budget)
    rows, wanted = show(STUDENT, trails, HOLES, given.calls, given.budget)
    if given.model:
        more = asyncio.run(measure_base(given.model, given.seeds, given.calls))
        others = show(given.model, more, 0, given.calls, given.calls)
        trails, rows, wanted = trails + more, rows + others[0], wanted + others[1]
    given.json.parent.mkdir(parents=True, exist_ok=True)
    said = {name: [one.model_dump(mode="json") for one in part] for name, part in
            (("lines", rows), ("targets", wanted), ("trails", trails))}  # fmt: skip
    given.json.write_text(json.dumps(said, indent=1))
    return 0 if all(target.met for target in wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
