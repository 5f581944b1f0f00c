"""`make bench-evolver`: the judge's real error before and after its rubric evolved, beside ways that test nothing."""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.adversary.tables import interval
from bench.evolver.arms import ARMS, Condition, Ground, Trail, trail
from bench.evolver.error import fresh_items
from swarm.domains import load_domain
from swarm.rubric import seed_rubric

SEEDS, EXPERIMENTS = 5, 12


def measure(name: str, seeds: int, experiments: int) -> list[Trail]:
    """Every arm under every condition, on each seed; all arms of a seed are measured on the same fresh attempts."""
    domain, found = load_domain(name), list[Trail]()
    runs = [(seed, condition, arm) for seed in range(1, seeds + 1) for condition in Condition for arm in ARMS]
    tests = {seed: fresh_items(domain, seed=seed) for seed in range(1, seeds + 1)}
    for seed, condition, arm in track(runs, "evolving", console=Console(stderr=True)):
        ground = Ground(domain, condition, seed)
        found.append(trail(arm, ground, seed_rubric(name), tests[seed], experiments))
    return found


def lines(trails: list[Trail]) -> list[dict[str, object]]:
    """For each arm: sensitivity and specificity in the end, mean over seeds with Student's 95% interval."""
    said = []
    for condition in Condition:
        for arm in ARMS:
            mine = [one for one in trails if one.arm == arm and one.condition is condition]
            row: dict[str, object] = {"condition": condition, "arm": arm, "seeds": len(mine)}
            for what in ("sensitivity", "specificity"):
                ends = [getattr(one.last, what).estimate for one in mine]
                row[what] = interval(ends)
            row["kept"] = sum(epoch.kept for one in mine for epoch in one.epochs[1:]) / len(mine)
            row["made"] = sum(len(one.epochs) - 1 for one in mine) / len(mine)
            row["worst"] = min(one.last.sensitivity.estimate + one.last.specificity.estimate - 1 for one in mine)
            said.append(row)
    return said


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        middle, low, high = value
        return f"{middle:.3f} ({max(0.0, low):.3f} to {min(1.0, high):.3f})"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def main(arguments: list[str]) -> int:
    """Measure, print, save; 1 where the swarm's way worsened either rate, or raised an alarm."""
    parser = argparse.ArgumentParser(prog="python -m bench.evolver", description=__doc__)
    parser.add_argument("--domain", default="pystdlib", help="a domain with known truth")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="evolutions of each arm")
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="of each evolution, at most")
    parser.add_argument("--json", type=Path, default=Path("build/evolver.json"), help="a file for all of it")
    given = parser.parse_args(arguments)
    if given.seeds < 1 or given.experiments < 1:
        parser.error(f"{given.seeds} seeds, {given.experiments} experiments: give at least 1 of each")
    trails = measure(given.domain, given.seeds, given.experiments)
    rows = lines(trails)
    table = Table(*("changes of", "arm", "sensitivity", "specificity", "made", "kept", "worst q0+q1-1"))
    for row in rows:
        shown = ("condition", "arm", "sensitivity", "specificity", "made", "kept", "worst")
        table.add_row(*(_cell(row[name]) for name in shown))
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    given.json.parent.mkdir(parents=True, exist_ok=True)
    plain = {"domain": given.domain, "lines": rows, "trails": [one.model_dump(mode="json") for one in trails]}
    given.json.write_text(json.dumps(plain, indent=1))
    return 0 if sound(trails) else 1


def sound(trails: list[Trail]) -> bool:
    """Whether the swarm's way never worsened either rate, and raised no alarm."""
    ours = [one for one in trails if one.arm == "as the swarm evolves"]
    return all(
        not one.alarm
        and one.last.caught >= one.epochs[0].error.caught
        and one.last.passed >= one.epochs[0].error.passed
        for one in ours
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
