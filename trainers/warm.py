"""Compiles beforehand what a config's trainer would in its first round, which takes it from PyTorch's cache then."""

import argparse
import tempfile
import time
from pathlib import Path

from swarm import weights
from swarm.config import Config, load
from trainers.curriculum import general_examples
from trainers.learner import Learner

BATCHES = 3
"""Rows of different lengths, for which the graphs are made anew until they take any."""


def warm(config: Config) -> bool:
    """Whether there was anything to compile."""
    if not config.trainer.compile:
        return False
    learner = Learner(
        weights.folder(config.student_source),
        config.trainer,
        config.swarm.seed,
        recipes=config.recipes,
        domain=config.swarm.domain,
    )
    texts = general_examples(weights.folder(config.student.weights))
    with tempfile.TemporaryDirectory() as scratch:
        learner.learn(texts[: BATCHES * config.trainer.batch], 1, Path(scratch))
    return True


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="trainers.warm", description=__doc__)
    parser.add_argument("config", type=Path)
    config, began = load(parser.parse_args().config), time.monotonic()
    if warm(config):
        print(f"the trainer's blocks are compiled: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
