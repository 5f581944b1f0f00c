"""Compares the recipes: `python -m bench.recipes [--tokens N] [--items N] [--seeds N] [--only NAME ...] [--folder F]`.

Every recipe learns the same corrections with the same budget of training tokens and sits the same exam, one seed for
all and more for the three that fail least. Each trial is a process of its own, and goes into a ledger when it ends.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bench.recipes.ledger import Ledger, best
from bench.recipes.plan import TEACHER_TOKENS, grown_teacher, plan, seeded
from bench.recipes.table import rows, table
from bench.recipes.trial import Outcome, Trial, base_attempts, tried
from cluster.joining import ENVIRONMENT

BEST = 3


def alone(work: Callable[..., Any], *given: Any) -> Any:
    """Call it in a process of its own: what computes there leaves no thread and no memory here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def attempts(ledger: Ledger, trial: Trial) -> list[str]:
    """The base's answers to the pool of a trial, asked once."""
    file = ledger.folder / f"attempts-{trial.seed}-{trial.pool}.json"
    if not file.exists():
        file.write_text(json.dumps(alone(base_attempts, trial.base, trial.pool, trial.seed)))
    said: list[str] = json.loads(file.read_text())
    return said


def found(ledger: Ledger, trial: Trial) -> Outcome:
    """The outcome of a trial, from the ledger or by running it."""
    known = ledger.find(trial)
    if known is None:
        known = alone(tried, trial, attempts(ledger, trial))
        ledger.add(known)
    return known


def main(arguments: list[str]) -> int:
    """Run what is not in the ledger yet and print the table; 2 where a recipe's name is unknown."""
    parser = argparse.ArgumentParser(prog="bench.recipes", description=__doc__)
    parser.add_argument("--tokens", type=int, default=20_000, help="training tokens of one trial")
    parser.add_argument("--items", type=int, default=200, help="items of the exam")
    parser.add_argument("--seeds", type=int, default=3, help="seeds of the three best")
    parser.add_argument("--only", nargs="*", default=[], help="names of the recipes to try; none: all")
    parser.add_argument("--folder", type=Path, default=Path("build/recipes"), help="where ledger and table.json lie")
    given = parser.parse_args(arguments)
    os.environ |= ENVIRONMENT
    ledger, console = Ledger(given.folder), Console()
    teacher = str((given.folder / "teacher").absolute())
    trials = plan(given.tokens, given.items, teacher)
    if unknown := set(given.only) - {trial.name for trial in trials}:
        names = ", ".join(trial.name for trial in trials)
        print(f"there is no recipe {sorted(unknown)[0]!r} here: choose of {names}", file=sys.stderr)
        return 2
    chosen = [trial for trial in trials if not given.only or trial.name in given.only]
    outcomes = list[Outcome]()
    with Progress(console=console) as progress:
        bar = progress.add_task("recipes", total=len(chosen) + (given.seeds - 1) * min(BEST, len(chosen)))

        def run(trial: Trial) -> None:
            progress.update(bar, description=f"{trial.name}, seed {trial.seed}")
            if trial.teacher:
                found(ledger, grown_teacher(teacher, TEACHER_TOKENS * given.tokens // 20_000))
            outcomes.append(found(ledger, trial))
            progress.advance(bar)

        for trial in chosen:
            run(trial)
        winners = best(outcomes, BEST)
        for seed in range(2, given.seeds + 1):
            for winner in winners:
                run(seeded(winner, seed))
    console.print(table(outcomes))
    (given.folder / "table.json").write_text(json.dumps([row._asdict() for row in rows(outcomes)], indent=1))
    print(f"saved in {given.folder / 'table.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
