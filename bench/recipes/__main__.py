"""Compares the recipes: `python -m bench.recipes [--quick] [--tokens N] [--items N] [--seeds N] [--only NAME ...]`.

Every recipe learns the same corrections with the same budget of training tokens and sits the same exam, one seed for
all and more for the three that fail least. Each trial is a process of its own, and goes into a ledger when it ends.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bench.alone import alone
from bench.recipes.ledger import Ledger, best
from bench.recipes.plan import FULL, QUICK, Size, grown_teacher, plan, seeded
from bench.recipes.table import rows, table
from bench.recipes.trial import Outcome, Trial, base_attempts, tried
from cluster.joining import ENVIRONMENT

BEST = 3
QUICK_MINUTES = 18.0
"""After which `--quick` begins no trial; the one under way is finished."""


def attempts(ledger: Ledger, trial: Trial) -> list[str]:
    """The base's answers to the pool of a trial, asked once; only `spin` needs them, and after `cot` it asks anew."""
    if trial.stages[0][0] != "spin":
        return [""] * trial.pool
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


def arguments(given: list[str]) -> argparse.Namespace:
    """What was asked for, its defaults filled in by the size of the run."""
    parser = argparse.ArgumentParser(prog="bench.recipes", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="all recipes small, with one seed, in about 20 minutes")
    parser.add_argument("--tokens", type=int, help="training tokens of one trial")
    parser.add_argument("--items", type=int, help="items of the exam")
    parser.add_argument("--seeds", type=int, help="seeds of the three best")
    parser.add_argument("--minutes", type=float, help="begin no trial after so many; the same command goes on")
    parser.add_argument("--only", nargs="*", default=[], help="names of the recipes to try; none: all")
    parser.add_argument("--folder", type=Path, help="where ledger and table.json lie")
    asked = parser.parse_args(given)
    size = QUICK if asked.quick else FULL
    asked.size = Size(asked.tokens or size.tokens, size.pool, asked.items or size.items)
    asked.seeds = asked.seeds or (1 if asked.quick else 3)
    asked.minutes = asked.minutes or (QUICK_MINUTES if asked.quick else float("inf"))
    asked.folder = asked.folder or Path("build/recipes-quick" if asked.quick else "build/recipes")
    return asked


def main(given: list[str]) -> int:
    """Run what is not in the ledger yet and print the table; 2 where a recipe's name is unknown."""
    asked = arguments(given)
    os.environ |= ENVIRONMENT
    ledger, console, began = Ledger(asked.folder), Console(), time.monotonic()
    teacher = str((asked.folder / "teacher").absolute())
    trials = plan(asked.size, teacher)
    if unknown := set(asked.only) - {trial.name for trial in trials}:
        names = ", ".join(trial.name for trial in trials)
        print(f"there is no recipe {sorted(unknown)[0]!r} here: choose of {names}", file=sys.stderr)
        return 2
    chosen = [trial for trial in trials if not asked.only or trial.name in asked.only]
    outcomes, left = list[Outcome](), list[str]()
    with Progress(console=console) as progress:
        bar = progress.add_task("recipes", total=len(chosen) + (asked.seeds - 1) * min(BEST, len(chosen)))

        def run(trial: Trial) -> None:
            progress.update(bar, description=f"{trial.name}, seed {trial.seed}")
            late = time.monotonic() - began > 60 * asked.minutes
            if late and ledger.find(trial) is None:
                left.append(f"{trial.name}, seed {trial.seed}")
            else:
                if trial.teacher:
                    found(ledger, grown_teacher(teacher, asked.size))
                outcomes.append(found(ledger, trial))
            progress.advance(bar)

        for trial in chosen:
            run(trial)
        winners = best(outcomes, BEST)
        for seed in range(2, asked.seeds + 1):
            for winner in winners:
                run(seeded(winner, seed))
    console.print(table(outcomes), crop=False)
    if left:
        print(f"not begun after {asked.minutes:g} minutes: {'; '.join(left)}. The same command goes on with them")
    whole = {**asked.size._asdict(), "rows": [row._asdict() for row in rows(outcomes)], "not_run": left}
    (asked.folder / "table.json").write_text(json.dumps(whole, indent=1))
    print(f"saved in {asked.folder / 'table.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
