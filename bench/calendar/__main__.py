"""`make bench-calendar`: one base, the calendar domain, several ways to choose what to ask, at equal cost.

All arms ask as many questions and train on as many tokens. The whole plan takes about HOURS hours on two idle cores,
`--quick` about MINUTES minutes. A run that was stopped goes on with the same command.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from bench.alone import alone
from bench.calendar.exams import exams_of
from bench.calendar.growing import grown, measured_base
from bench.calendar.ledger import Ledger, code_digest
from bench.calendar.plan import QUICK, Arm, CalendarPlan, estimated_minutes
from bench.calendar.report import told, write
from bench.calendar.results import results_of
from bench.ledger import now
from cluster.joining import ENVIRONMENT
from swarm.domains.calendar import CalendarDomain
from swarm.errors import ConfigError, SwarmError

SIZES = ("rounds", "calls", "tokens", "exam", "neighbours", "general", "frozen_blocks")
"""Numbers of the plan that the command line may change."""


def asked_for(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    told = (__doc__ or "").replace("HOURS", f"{estimated_minutes(CalendarPlan()) / 60:.1f}")
    told = told.replace("MINUTES", f"{estimated_minutes(QUICK):.0f}")
    parser = argparse.ArgumentParser(prog="python -m bench.calendar", description=told)
    parser.add_argument("--to", type=Path, help="folder; runs/calendar-bench, or runs/calendar-bench-quick")
    parser.add_argument("--quick", action="store_true", help="seed 1, three arms, less of everything")
    parser.add_argument("--arms", type=Arm, nargs="+", choices=list(Arm), help="only these arms")
    parser.add_argument("--seeds", type=int, nargs="+", help="these seeds; fix them before the first run")
    for name in SIZES:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, help=f"another number of the plan: {name}")
    parser.add_argument("--weights", help="another base: a known name or a folder in Hugging Face layout")
    parser.add_argument("--report", action="store_true", help="only write up what the ledger holds")
    parser.add_argument("--docs", type=Path, help="a page to fill in, such as docs/results-calendar.md")
    return parser.parse_args(arguments)


def planned(given: argparse.Namespace) -> CalendarPlan:
    """The plan that is asked for. Raises ConfigError where it is none."""
    changed = {"arms": given.arms and tuple(given.arms), "seeds": given.seeds and tuple(given.seeds)}
    changed |= {name: getattr(given, name) for name in (*SIZES, "weights")}
    kept = {name: value for name, value in changed.items() if value is not None}
    try:
        return CalendarPlan.model_validate((QUICK if given.quick else CalendarPlan()).model_dump() | kept)
    except ValidationError as error:
        first = error.errors()[0]
        said = f"{first['loc'][0] if first['loc'] else 'the plan'} can't be {first['input']!r}: {first['msg']}"
        raise ConfigError(said, "python -m bench.calendar --help says what may be given") from error


def played(plan: CalendarPlan, folder: Path, say: Callable[[str], None]) -> None:
    """Measure the base and grow every student, each in a process of its own; what the ledger holds is left out."""
    ledger = Ledger(folder / "ledger.jsonl")
    if ledger.base() is None:
        ledger.add(alone(measured_base, plan))
        say("the base is measured")
    for seed, arm in plan.growths():
        if (arm, seed, plan.rounds) in ledger.played():
            continue
        alone(grown, plan, arm, seed, folder)
        last = Ledger(ledger.path).played()[arm, seed, plan.rounds]
        say(f"{arm}, seed {seed}: {last.exam.count('1')} of {len(last.exam)}, {last.books.cpu_seconds:.0f} CPU-seconds")


def main(arguments: Sequence[str]) -> int:
    """Run what the ledger lacks, write up, print; 0 when all of it is done."""
    given, console, started = asked_for(arguments), Console(highlight=False), time.monotonic()
    plan = planned(given)
    folder = given.to or Path("runs") / ("calendar-bench-quick" if given.quick else "calendar-bench")

    def say(line: str) -> None:
        console.print(f"[{(time.monotonic() - started) / 60:.1f} min] {line}", markup=False, soft_wrap=True)

    os.environ |= ENVIRONMENT
    ledger = Ledger(folder / "ledger.jsonl")
    ledger.begin(plan, "" if given.report else code_digest(), now())
    if not given.report:
        say(f"{len(plan.growths())} students; on two idle cores all of it takes {estimated_minutes(plan):.0f} minutes")
        played(plan, folder, say)
        ledger = Ledger(ledger.path)
    base = ledger.base()
    if base is None or not ledger.played():
        say("nothing was measured yet")
        return 1
    domain = CalendarDomain()
    results = results_of(plan, base, ledger.played(), exams_of(plan, domain), domain)
    print(told(results))
    say("written: " + ", ".join(str(file) for file in write(results, folder, given.docs)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SwarmError as error:
        sys.exit(f"error: {error.message}\nfix:   {error.fix}")
