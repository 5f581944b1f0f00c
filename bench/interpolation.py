"""What a student forgets, and what it costs to draw it back: `python -m bench.interpolation RUN [--json FILE]`.

The champion of a run that trained full weights, drawn towards its base in fifths (WiSE-FT, arXiv 2109.01903), by its KL
to the base on the base's own texts (what `trainer.kl_limit` bounds), the run's general exam, and dev questions: as the
frozen exam's, of another seed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agents.contest import sit
from agents.engines.transformers_engine import TransformersEngine
from bench.pages import between
from cluster.joining import ENVIRONMENT
from swarm import checkpoints, weights
from swarm.config import Config, load
from swarm.domains import load_domain
from swarm.domains.exam import frozen_exam
from swarm.errors import ConfigError, SwarmError
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.general import choices, correct, general_exam, pairs
from swarm.records import Cell, Record, Sample
from swarm.report.reading import chosen, snapshot
from swarm.sections import TrainMode
from swarm.statistics import Interval, proportion
from swarm.students import CheckpointStatus
from trainers.curriculum import general_examples
from trainers.drift import Drift
from trainers.learner import Learner

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SEED = 7_001
"""Of the dev questions; no exam of a run has it."""


class Drawn(Record):
    """What `share` of the way from the base comes to: KL (nats per token), dev accuracy, general items right."""

    share: float
    kl: float
    accuracy: Interval
    general: Interval


async def measured(config: Config, folder: Path, items: list[Sample], share: float, kl: float) -> Drawn:
    """What weights in a folder get right."""
    engine, domain = TransformersEngine(folder), load_domain(config.swarm.domain)
    sat = await sit(engine, domain, items, "student", max_new_tokens=config.student.max_new_tokens)
    exam = general_exam(config.exam.general)
    right = correct(await engine.logprobs(pairs(exam), ""), choices(exam))
    accuracy = Interval(estimate=sat.accuracy, lower=sat.lower, upper=sat.upper)
    return Drawn(share=share, kl=kl, accuracy=accuracy, general=proportion(right, len(exam)))


def interpolated(run: Path, each: int, console: Console) -> list[Drawn]:
    """All shares, `each` dev questions for a cell. Raises ConfigError where the run has no full weights to draw."""
    config = load(run / CONFIG_FILE)
    with snapshot(run) as exchange:
        champion = chosen(exchange, "")
    if champion.status is CheckpointStatus.BASE or config.trainer.mode is not TrainMode.FULL:
        said = f"the champion of {str(run)!r} is {champion.id!r}, by mode {config.trainer.mode}"
        raise ConfigError(said, "give a run with trainer.mode full whose student has been promoted")
    domain, base = load_domain(config.swarm.domain), weights.folder(config.student_source)
    cells = [Cell.parse(key) for key in config.exam.cells] or list(domain.cells())
    items = frozen_exam(domain, cells, each, SEED)
    learner = Learner(base, config.trainer.model_copy(update={"compile": False}), config.swarm.seed)
    drift = Drift(learner, general_examples(base))
    found = list[Drawn]()
    with tempfile.TemporaryDirectory(prefix="bench-interpolation-") as scratch:
        learner.load_weights(checkpoints.bring(champion, Path(scratch)))
        for share in track(SHARES, "shares", console=console):
            made = Path(scratch) / f"{share}"
            learner.draw_to_base(share)
            learner.save_weights(made)
            found.append(asyncio.run(measured(config, made, items, share, drift.kl(learner))))
    return found


def main(given: list[str]) -> int:
    """Measure and print; 2 where the run is none that can be drawn."""
    parser = argparse.ArgumentParser(prog="bench.interpolation", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--each", type=int, default=8, help="dev questions of each cell")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    asked = parser.parse_args(given)
    os.environ |= ENVIRONMENT
    torch.set_num_threads(2)
    console = Console()
    try:
        found = interpolated(asked.run, asked.each, console)
    except SwarmError as error:
        print(error, file=sys.stderr)
        return 2
    table = Table("share of the way", "KL, nats a token", "dev questions, %", "general items, %", box=None)
    for each in found:
        table.add_row(f"{each.share:g}", f"{each.kl:.3f}", between(each.accuracy), between(each.general))
    console.print(table)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(f"[{','.join(each.model_dump_json() for each in found)}]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
