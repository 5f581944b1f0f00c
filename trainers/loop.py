"""The loop that every worker of the trainer group runs: orders from rank 0's desk, rounds, candidates, saved states.

It waits at the desk, for corrections, for an exam's decision or for a person who paused the swarm, and ends when the
phase is stopped or certified. What runs it, Ray Train or one process alone, is a `Members`.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import psutil

from swarm import checkpoints, weights
from swarm.config import Config
from swarm.precision import settled
from swarm.sections import TrainMode
from swarm.training import TrainerActivity
from swarm.turns import taken, trainer_turn
from trainers.books import GroupBooks
from trainers.curriculum import general_examples
from trainers.curves import Curves
from trainers.desk import Desk
from trainers.drift import Drift
from trainers.learner import Learner
from trainers.parts import parts
from trainers.scratch import scratch
from trainers.states import FOLDER, States
from trainers.timesheet import Timesheet
from trainers.watchdog import Watchdog, drop_notes, hang_note

T = TypeVar("T")
_BOOKS = "books.json"


class Members(Protocol):
    """The workers of a group, as one of them sees them."""

    rank: int
    workers: int

    def shared(self, value: T) -> T:
        """Rank 0's value, on every worker."""


class Alone:
    """A group of one, in this process."""

    rank, workers = 0, 1

    def shared(self, value: T) -> T:
        """The value itself."""
        return value


def nothing() -> None:
    """What nobody waits for."""


def train(config: Config, members: Members, loaded: Callable[[], None] = nothing, waited: float = 0.0) -> None:
    """Run one worker until the swarm ends. Another run with the same run folder continues from the last state.

    `loaded` is called once the weights are there; for so many seconds the process `waited` for its turn to load them.
    """
    timesheet = Timesheet(time.monotonic() - (time.time() - psutil.Process().create_time()))
    timesheet.took(TrainerActivity.TURN, waited)
    turn = trainer_turn(config)
    states = States(config.run_dir / FOLDER / "states")
    watchdog = Watchdog(hang_note(config.run_dir / FOLDER, members.rank), config.trainer.hang_seconds)
    if members.rank == 0:
        drop_notes(config.run_dir / FOLDER, members.workers)
    curves = Curves(config.trainer.report_to, config.run_dir / "tensorboard") if config.trainer.report_to else None
    # Workers whose processors differ must agree: their gradients are averaged.
    section = config.trainer.model_copy(update={"precision": members.shared(settled(config.trainer.precision))})
    if members.rank == 0:
        print(f"the trainer computes in {section.precision}", flush=True)
    learner = Learner(
        weights.folder(config.student_source),
        section,
        config.swarm.seed,
        turn,
        config.recipes,
        config.swarm.domain,
        curves,
    )
    learner.parts = members.shared(parts(config.run_dir / FOLDER))
    learner.model.register_forward_pre_hook(watchdog.beat)
    drift = Drift(learner, general_examples(weights.folder(config.student.weights))) if members.rank == 0 else None
    books, problems = _restore(learner, states, members)
    loaded()
    with scratch(config.run_dir / FOLDER, members.rank, members.workers) as place, asyncio.Runner() as runner:
        opened = Desk.open(config, books, problems, timesheet, members.workers) if members.rank == 0 else None
        desk = runner.run(opened) if opened else None
        while True:
            order = members.shared(runner.run(desk.order()) if desk else None)
            assert order is not None
            if order.kind == "end":
                break
            if order.kind == "revert":
                learner.load_weights(Path(order.revert_to))
            if order.kind == "train":
                began = time.monotonic()
                timesheet.mark(began)
                with watchdog.watching():
                    done = learner.learn(list(order.examples), members.workers, place, order.recipe)
                timesheet.took(TrainerActivity.TURN, time.monotonic() - began - done.seconds)
                if desk:
                    runner.run(desk.book(order, done, learner.rounds))
            if order.candidate and desk and drift:
                runner.run(desk.doing(TrainerActivity.PUBLISHING))
                _publish(learner, drift, desk, runner, states, place / "weights")
                learner.draw_to_base(1.0)
        if desk:
            runner.run(desk.close())


def _restore(learner: Learner, states: States, members: Members) -> tuple[GroupBooks, list[str]]:
    """The books of the newest sound state, whose weights the learner then has, and what is wrong with newer ones."""
    folder, problems = members.shared(states.newest() if members.rank == 0 else (None, []))
    if folder is None:
        return GroupBooks(), problems
    books = GroupBooks.model_validate_json((folder / _BOOKS).read_bytes())
    learner.load_state(folder, books.rounds)
    return books, problems


def _publish(learner: Learner, drift: Drift, desk: Desk, runner: asyncio.Runner, states: States, made: Path) -> None:
    """The candidate, and the state that says it was made; by rank 0, whose copy of the weights is everyone's.

    What computes has the turn: beside an engine it would stand still, and the engine with it.
    """

    def keep(books: GroupBooks) -> None:
        def write(folder: Path) -> None:
            learner.save_state(folder)
            (folder / _BOOKS).write_text(books.model_dump_json())

        states.save(write)

    began = time.monotonic()
    with taken(learner.turn):
        desk.reports.timesheet.took(TrainerActivity.TURN, time.monotonic() - began)
        desk.share, desk.drift = drift.within(desk.config.trainer.kl_limit, learner)
        learner.save_weights(made)
        canary = learner.canary_logprob()
    if learner.section.mode is TrainMode.LORA:
        checkpoints.name_base(made, weights.folder(desk.config.student_source))
    runner.run(desk.publish(made, canary, keep))
