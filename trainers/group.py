"""The trainer group: one long-lived Ray Train run that reads corrections, learns in rounds, and publishes candidates.

The only file of this package that knows Ray. Every worker runs `train_loop`; rank 0 speaks to the gateway and tells
the others what to do. A round takes `trainer.round_new` new corrections, or fewer after
`trainer.round_wait_seconds`; the loop ends when the phase is stopped or certified.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import ray.train
import torch.distributed as dist
from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer

from swarm import weights
from swarm.config import Config
from swarm.turns import Turn
from trainers.desk import Desk, GroupBooks, Order, takes_turns
from trainers.learner import Learner

_BOOKS = "books.json"


def run_group(config: Config) -> None:
    """Run the group until the swarm stops. A restart with the same run folder continues from the last checkpoint."""
    section = config.trainer
    trainer = TorchTrainer(
        train_loop,
        train_loop_config={"config": config.model_dump(mode="json")},
        scaling_config=ScalingConfig(
            num_workers=section.workers,
            use_gpu=section.gpus > 0,
            resources_per_worker={"CPU": section.cpus, **({"GPU": section.gpus} if section.gpus else {})},
        ),
        run_config=RunConfig(
            name="trainer",
            storage_path=str(config.run_dir / "group"),
            failure_config=FailureConfig(max_failures=20),
            checkpoint_config=CheckpointConfig(num_to_keep=1),
        ),
    )
    trainer.fit()


def train_loop(arguments: dict[str, Any]) -> None:
    """What each worker runs."""
    config = Config.model_validate(arguments["config"])
    context = ray.train.get_context()
    rank, workers = context.get_world_rank(), context.get_world_size()
    base = weights.folder(config.student_source)
    turn = Turn(config.run_dir / "turn") if takes_turns(config) else None
    learner = Learner(base, config.trainer, config.swarm.seed, turn)
    books = _restore(learner)
    with tempfile.TemporaryDirectory(prefix="swarm-trainer-") as scratch, asyncio.Runner() as runner:
        desk = runner.run(Desk.open(config, books)) if rank == 0 else None
        while True:
            order = _shared(runner.run(desk.order()) if desk else None, workers)
            if order.kind == "end":
                break
            if order.kind == "revert":
                learner.load_weights(Path(order.revert_to))
            if order.kind == "train":
                done = learner.learn(list(order.examples), workers, Path(scratch))
                if desk:
                    runner.run(desk.book(order, done, learner.rounds))
            if order.candidate:
                _publish(learner, desk, runner, Path(scratch))
            if order.kind == "wait" and order.report:
                ray.train.report({"waiting": True})
        if desk:
            runner.run(desk.close())


def _restore(learner: Learner) -> GroupBooks:
    saved = ray.train.get_checkpoint()
    if saved is None:
        return GroupBooks()
    with saved.as_directory() as folder:
        books = GroupBooks.model_validate_json((Path(folder) / _BOOKS).read_bytes())
        learner.load_state(Path(folder), books.rounds)
    return books


def _shared(order: Order | None, workers: int) -> Order:
    """Rank 0's order, on every worker."""
    box = [order]
    if workers > 1:
        dist.broadcast_object_list(box, src=0)
    assert box[0] is not None
    return box[0]


def _publish(learner: Learner, desk: Desk | None, runner: asyncio.Runner, scratch: Path) -> None:
    """Candidate and resume state together: every rank reports, rank 0 writes."""
    if desk is None:
        ray.train.report({"candidate": True})
        return
    folder = scratch / "state"
    learner.save_state(folder)
    learner.save_weights(scratch / "weights")
    runner.run(desk.publish(learner, scratch / "weights"))
    (folder / _BOOKS).write_text(desk.books.model_dump_json())
    ray.train.report({"candidate": True}, checkpoint=ray.train.Checkpoint.from_directory(str(folder)))
