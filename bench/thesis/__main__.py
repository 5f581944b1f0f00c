"""`make bench-thesis`: same student, same base, six ways to choose and use labels, at equal cost; goes on where it was.

The whole plan takes about HOURS on two idle cores, `--quick` 20 minutes or less; on a machine with a GPU that torch
sees, the student trains and answers there. A run that was stopped goes on with the same command.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bench.ledger import now
from bench.thesis.baselines import baselines, palm_rights
from bench.thesis.choosing import bought_at_random
from bench.thesis.data import Question, ThesisData, question, read_data, some
from bench.thesis.ledger import Ledger, code_digest
from bench.thesis.plan import QUICK, Arm, ThesisPlan, estimated_hours
from bench.thesis.questions import cells, operators, question_sets
from bench.thesis.report import sentences, write
from bench.thesis.results import Results, baseline_scores, comparisons, costs, merged, scored, tuning_costs
from bench.thesis.running import Run
from bench.thesis.tables import balanced
from swarm.errors import SwarmError
from swarm.statistics import proportion

DEV_ITEMS = 1464
"""Dev items of the file of docs/results.md, for the estimate before it is read."""

CHANGEABLE = ("arms", "seeds", "points", "adversaries")
"""What of a plan can be given on the command line."""


def asked_for(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    told = (__doc__ or "").replace("HOURS", f"{estimated_hours(ThesisPlan(), DEV_ITEMS):.0f} hours")
    parser = argparse.ArgumentParser(prog="python -m bench.thesis", description=told)
    parser.add_argument("--data", type=Path, required=True, help="esnli_palm540b.jsonl")
    parser.add_argument("--to", type=Path, help="folder; runs/thesis, or runs/thesis-quick")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="seed 1, points 250 and 500, 300 dev items, no tuning, without arm (b): about "
        f"{60 * estimated_hours(QUICK, DEV_ITEMS):.0f} minutes on two idle cores",
    )
    parser.add_argument("--arms", type=Arm, nargs="+", choices=list(Arm), help="only these arms")
    parser.add_argument("--seeds", type=int, nargs="+", help="these seeds; fix them before the first run")
    parser.add_argument("--points", type=int, nargs="+", help="labels at which each curve is measured")
    parser.add_argument("--adversaries", type=int, help="dev adversaries of each kind")
    parser.add_argument("--report", action="store_true", help="only write up what the ledger holds")
    parser.add_argument("--open-sealed", action="store_true", help="ask the last students the sealed items, once")
    parser.add_argument("--docs", type=Path, help="a page to fill in, such as docs/results.md")
    return parser.parse_args(arguments)


def planned(given: argparse.Namespace) -> ThesisPlan:
    """The plan that is asked for."""
    asked = {name: value for name in CHANGEABLE if (value := getattr(given, name)) is not None}
    return ThesisPlan.model_validate((QUICK if given.quick else ThesisPlan()).model_dump() | asked)


def results_of(plan: ThesisPlan, data: ThesisData, questions: dict[str, list[Question]], ledger: Ledger) -> Results:
    """What the ledger holds, with the baselines made anew."""
    measured = ledger.measured()
    points = sorted({point for _, _, point in measured})
    found = baselines(bought_at_random(data.pool, plan.seeds[0]), points, questions)
    hits = palm_rights(data, some(data.dev, plan.dev_items))
    return Results(
        plan=plan,
        data_sha256=data.sha256,
        scores=tuple(scored(measured, questions)),
        comparisons=tuple(comparisons(measured, questions)),
        baselines=tuple(baseline_scores(found, questions)),
        palm=proportion(sum(hits), len(hits)),
        costs=(*costs(measured), *tuning_costs(ledger.trials(), plan.points[0])),
        starts=tuple(
            f"{one.arm}, seed {one.seed}, from {one.from_point} at rate {one.rate:g} ({one.at})"
            for one in ledger.started()
        ),
        trials=tuple(
            f"{arm} at {rate:g}: {value:.1%}" for arm in plan.arms for rate, value in sorted(ledger.tried(arm).items())
        ),
        asked={name: len(asked) for name, asked in merged(questions).items()},
    )


def main(arguments: Sequence[str]) -> int:
    """Run, write up, print; 0 when all of it is done."""
    given, console, started = asked_for(arguments), Console(highlight=False), time.monotonic()
    plan = planned(given)
    folder = given.to or Path("runs") / ("thesis-quick" if given.quick else "thesis")

    def say(line: str) -> None:
        console.print(f"[{(time.monotonic() - started) / 60:.1f} min] {line}", markup=False, soft_wrap=True)

    data = read_data(given.data)
    questions = question_sets(plan, data)
    ledger = Ledger(folder / "ledger.jsonl")
    ledger.begin(plan, data.sha256, "" if given.report else code_digest(), now())
    run = Run(plan, data, questions, operators(), cells(), folder, ledger, say)
    hours = estimated_hours(plan, len(data.dev), len(questions) - 1)
    say(f"{len(plan.curves())} curves; on two idle cores all of it takes about {hours:.1f} hours")
    if not given.report:
        run.play()
    if given.open_sealed:
        _tell_sealed(run, [question(item) for item in data.sealed], say)
    if not ledger.measured():
        say("nothing was measured yet")
        return 1
    results = results_of(plan, data, questions, ledger)
    for line in sentences(results):
        say(line)
    say("written: " + ", ".join(str(file) for file in write(results, folder, given.docs)))
    return 0


def _tell_sealed(run: Run, sealed: Sequence[Question], say: Callable[[str], None]) -> None:
    opened = run.open_sealed(sealed)
    labels = [one.label for one in sealed]
    for name, said in opened.said.items():
        say(f"sealed, {name}: balanced accuracy {balanced(said, labels):.1%}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SwarmError as error:
        sys.exit(f"error: {error.message}\nfix:   {error.fix}")
