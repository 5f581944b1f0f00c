"""`make bench-adversary`: every arm on planted-defect students, one for each seed, and on a model's weights.

It goes on where it was cut off, as long as the code that decides is the same.
"""

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

from agents.engines import open_engine
from agents.engines.base import Engine
from agents.rewording import Reworder
from bench.adversary.arms import ARMS, Arm, Student, Trail, trail
from bench.adversary.ledger import Ledger, code_digest
from bench.adversary.students import HOLES, PLANTED, model, planted
from bench.adversary.tables import WHOLE, Line, Target, brought, lines, targets
from swarm import weights
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.errors import WeightsError
from swarm.sections import EngineKind, EngineSection

CALLS, BUDGET, SEEDS, MODEL = 300, 1000, 3, "smollm2-135m"
QUICK_CALLS = 90


async def measure(
    students: dict[int, Student], arms: Sequence[Arm], calls: int, budget: int, ledger: Ledger, engine: Engine | None
) -> list[Trail]:
    """Every arm on the students, one for each seed, at so many calls; the whole swarm at its budget.

    Where there is an engine, its model words the probes of the arm of its words. The same numbers, the same trails.
    """
    domain, found = load_domain("calendar"), []
    for (seed, one), arm in track([*product(students.items(), arms)], "probing", console=Console(stderr=True)):
        limit = budget if arm.name == WHOLE else calls
        done = ledger.find(one.kind, arm.name, seed, limit)
        if done is None:
            reworder = Reworder(domain, engine, domain.cells()) if engine and arm.worded else None
            done = await trail(arm, domain, one, seed, limit, reworder)
            ledger.add(done)
        found.append(done.within(calls))
    return found


def show(student: str, trails: Sequence[Trail], holes: int, calls: int, budget: int) -> tuple[list[Line], list[Target]]:
    """Print the tables of one kind of student and how its targets were met; returns lines and targets."""
    rows, wanted = lines(student, trails, holes, calls), targets(student, trails, holes, calls, budget)
    table = Table(
        "arm", "species", "95% interval", "to uniform", "95% interval", "failures", "holes found", title=student
    )
    for row in rows:
        ends, reach = (row.species_lower, row.species_upper), (row.ratio_lower, row.ratio_upper)
        shown = f"{ends[0]:.1f} to {ends[1]:.1f}", f"{row.ratio:.2f}", f"{reach[0]:.2f} to {reach[1]:.2f}"
        table.add_row(row.arm, f"{row.species:.1f}", *shown, f"{row.failures:.0f}", row.holes)
    shares = Table("family", "probes", "failed", "species first", title=f"{student}: the whole swarm, of {budget}")
    for part in brought(student, trails):
        if part.arm == WHOLE:
            shares.add_row(part.origin, f"{part.judged:.1f}", f"{part.failed:.1f}", f"{part.first:.1f}")
    console = Console(width=None if sys.stdout.isatty() else 130)
    console.print(table, shares)
    for target in wanted:
        print(f"{'reached' if target.met else 'missed '}: {target.wanted}: {target.measured}")
    return rows, wanted


def asked(arguments: list[str]) -> argparse.Namespace:
    """The arguments, checked."""
    parser = argparse.ArgumentParser(prog="python -m bench.adversary", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="students, each with holes of its own")
    parser.add_argument("--calls", type=int, default=CALLS, help="student calls of each arm")
    parser.add_argument("--budget", type=int, default=BUDGET, help="calls in which the whole swarm must find the holes")
    parser.add_argument("--model", default=MODEL, help='weights that are probed, too, and word probes; "" for none')
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CALLS} calls of each arm, for a first look")
    parser.add_argument("--json", type=Path, default=Path("build/adversary.json"), help="a file for all of it")
    given = parser.parse_args(arguments)
    given.calls = QUICK_CALLS if given.quick else given.calls
    try:
        given.weights = weights.folder(given.model) if given.model else None
    except WeightsError as error:
        parser.error(f"{error}, or give --model '' to leave the model out")
    if given.seeds < 1 or not 30 <= given.calls <= given.budget:
        parser.error(
            f"{given.seeds} seeds, {given.calls} calls, budget {given.budget}: give 1, 30 and --calls at least"
        )
    return given


async def compared(given: argparse.Namespace, domain: Domain) -> tuple[list[Trail], list[Trail]]:
    """The trails on planted students and on the model; without one there are none, and nobody words anything."""
    ledger, seeds = Ledger(given.json, code_digest()), range(1, given.seeds + 1)
    arms = [arm for arm in ARMS if given.model or not arm.worded]
    section = EngineSection(kind=EngineKind.TRANSFORMERS)
    engine = open_engine(section, given.weights) if given.weights else None
    holed = {seed: planted(domain, seed) for seed in seeds}
    on_planted = await measure(holed, arms, given.calls, given.budget, ledger, engine)
    if engine is None:
        return on_planted, []
    models = {seed: model(domain, given.model, engine, seed) for seed in seeds}
    plain = [arm for arm in arms if arm.plain]
    return on_planted, await measure(models, plain, given.calls, given.calls, ledger, engine)


def main(arguments: list[str]) -> int:
    """Measure, print, save; 1 where a target was missed."""
    given = asked(arguments)
    trails, more = asyncio.run(compared(given, load_domain("calendar")))
    rows, wanted = show(PLANTED, trails, HOLES, given.calls, given.budget)
    if more:
        others = show(given.model, more, 0, given.calls, given.calls)
        rows, wanted = rows + others[0], wanted + others[1]
    given.json.parent.mkdir(parents=True, exist_ok=True)
    said = {name: [one.model_dump(mode="json") for one in part] for name, part in
            (("lines", rows), ("targets", wanted), ("trails", trails + more))}  # fmt: skip
    given.json.write_text(json.dumps(said, indent=1))
    return 0 if all(target.met for target in wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
