"""The trainer group as one long-lived Ray Train run: elastic restarts around the loop of `trainers.loop`.

The only file of this package that knows Ray. A worker's end restarts all workers; each continues from the last state
that rank 0 saved.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import ray.train
import torch.distributed as dist
from ray.train import FailureConfig, RunConfig, ScalingConfig, UserCallback
from ray.train.torch import TorchTrainer

from swarm.client import SwarmClient
from swarm.config import Config
from swarm.errors import SwarmError
from swarm.roles import Role
from swarm.training import TrainerMishap
from trainers.mishaps import mishap, oom_kills
from trainers.states import FOLDER
from trainers.watchdog import hang_notes

T = TypeVar("T")


def run_group(config: Config) -> None:
    """Run the group until the swarm stops. A restart with the same run folder continues from the last state."""
    section = config.trainer
    # Ray's own watchdog, for a process that is stopped as a whole; its default is 600 s.
    os.environ["RAY_TRAIN_WORKER_HEALTH_CHECK_TIMEOUT_S"] = str(section.hang_seconds)
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
            callbacks=[Mourner(config)],
        ),
    )
    trainer.fit()


def train_loop(arguments: dict[str, Any]) -> None:
    """What each worker runs."""
    # Driver and controller read this file, too, one after the other, and need none of what trains.
    from trainers.loop import train

    train(Config.model_validate(arguments["config"]), RayMembers())


class Mourner(UserCallback):
    """In the group's controller: tells the gateway how workers came to their end, before they are started again."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._kills = oom_kills()

    def after_exception(self, run_context: Any, worker_exceptions: dict[int, Exception]) -> None:
        """Called with each worker's error once any has ended."""
        del run_context
        before, self._kills = self._kills, oom_kills()
        hung = hang_notes(self._config.run_dir / FOLDER)
        found = mishap(worker_exceptions.values(), hung, self._kills - before, datetime.now(UTC))
        print(f"trainer group: ended by {found.kind}: {found.detail}", flush=True)
        # Ray calls this from a running event loop.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _tell(self._config, found)).result()


async def _tell(config: Config, found: TrainerMishap) -> None:
    try:
        async with SwarmClient.for_run(config.run_dir, Role.TRAINER, "trainer-driver", patience=10) as client:
            await client.report_trainer(mishap=found)
    except SwarmError as error:
        # The group's restart must not wait for a gateway that is away; the log above has it.
        print(f"trainer group: could not tell the gateway: {error}", flush=True)


class RayMembers:
    """The workers of the Ray Train run that this process belongs to."""

    def __init__(self) -> None:
        context = ray.train.get_context()
        self.rank, self.workers = context.get_world_rank(), context.get_world_size()

    def shared(self, value: T) -> T:
        """Rank 0's value, on every worker."""
        box = [value]
        if self.workers > 1:
            dist.broadcast_object_list(box, src=0)
        return box[0]
