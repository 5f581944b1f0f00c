"""`make simulate`: the promised error rates under adversarial conditions, beside naive variants that break theirs.

A row holds where the lower end of its exact interval isn't above the promise, and breaks where it is; what each row
should do is written beside it, and the command fails where one does otherwise. Seeds are fixed.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.simulate import audit, calibration, census, promotion, siege
from bench.simulate.document import filled
from bench.simulate.rows import Experiment, Row

SEED = 20_261_127
RUNS = 20_000
QUICK = 1_000
CHUNK = 1_000
"""Runs that are in memory at a time."""

METHODS: dict[str, tuple[Experiment, ...]] = {
    "siege": siege.EXPERIMENTS,
    "census": census.EXPERIMENTS,
    "promotion": promotion.EXPERIMENTS,
    "calibration": calibration.EXPERIMENTS,
    "audit": audit.EXPERIMENTS,
}


def simulate(method: str, runs: int) -> list[Row]:
    """All rows of a method. The same number of runs gives the same rows."""
    rows: list[Row] = []
    for number, experiment in enumerate(METHODS[method]):
        rng = np.random.default_rng([SEED, list(METHODS).index(method), number])
        sums: dict[tuple[str, str], Row] = {}
        for start in range(0, runs, CHUNK):
            for row in experiment(rng, min(CHUNK, runs - start)):
                key = row.condition, row.variant
                sums[key] = sums[key] + row if key in sums else row
        rows += sums.values()
    return rows


def show(rows: list[Row]) -> None:
    """The table on the terminal."""
    table = Table("method", "condition", "variant", "promise", "errors", "99.8% interval", "verdict")
    for row in rows:
        said = f"{row.verdict}" + ("" if row.as_expected else f", should be: {row.expected}")
        ends = f"{row.interval.lower:.4f} to {row.interval.upper:.4f}"
        share = f"{row.interval.estimate:.4f}"
        table.add_row(row.method, row.condition, row.variant, f"{row.promise:.2f}", share, ends, said)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def main(arguments: list[str]) -> int:
    """Simulate, print, save; 1 where a row does not do what it should."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"for each row (default {RUNS})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} runs")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--json", type=Path, help="a file for the rows")
    parser.add_argument("--docs", type=Path, help="a page whose tables are made anew: docs/statistics.md")
    given = parser.parse_args(arguments)
    runs = QUICK if given.quick else given.runs
    if runs < 1:
        parser.error(f"--runs is {runs}; give at least 1")
    started, rows = time.monotonic(), list[Row]()
    for method in given.methods:
        rows += simulate(method, runs)
    show(rows)
    surprises = [row for row in rows if not row.as_expected]
    print(f"{len(rows)} rows of {runs} runs, {len(surprises)} not as expected, {time.monotonic() - started:.0f} s")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(f"[{','.join(row.model_dump_json() for row in rows)}]\n")
    if given.docs:
        given.docs.write_text(filled(given.docs.read_text(), rows))
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
