"""The trainer group as one long-lived Ray Train run: elastic restarts around the loop of `trainers.loop`.

The only file of this package that knows Ray. A worker's end, or another number of workers, restarts all of them; each
continues from the last state that rank 0 saved.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

import ray.train
import torch.distributed as dist
from ray.data._internal.cluster_autoscaler.base_autoscaling_coordinator import ResourceRequestPriority
from ray.data._internal.cluster_autoscaler.default_autoscaling_coordinator import DefaultAutoscalingCoordinator
from ray.train import FailureConfig, RunConfig, ScalingConfig, UserCallback
from ray.train.torch import TorchTrainer
from ray.train.v2._internal.callbacks.placement_group_callback import PlacementGroupCleanerCallback

from swarm.client import SwarmClient
from swarm.config import Config
from swarm.errors import SwarmError
from swarm.fields import as_note
from swarm.roles import Role
from swarm.training import MishapKind, TrainerMishap
from swarm.turns import taken, trainer_turn
from trainers.mishaps import mishap, oom_kills
from trainers.parts import doubled
from trainers.sizes import kept_for_others, workers_of
from trainers.states import FOLDER
from trainers.watchdog import hang_notes

T = TypeVar("T")


UNPLACED = 4
"""Times, of a minute each, that Ray may fail to place the workers before the group ends, which the supervisor tells."""
_FOREVER = 1e9


def run_group(config: Config, look_seconds: float = 60.0) -> None:
    """Run the group until the swarm stops. A restart with the same run folder continues from the last state.

    An elastic group looks every `look_seconds` whether the cluster has room for another number of workers.
    """
    section = config.trainer
    # Ray's own watchdog, for a process that is stopped as a whole; its default is 600 s.
    os.environ["RAY_TRAIN_WORKER_HEALTH_CHECK_TIMEOUT_S"] = str(section.hang_seconds)
    trainer = Group(
        train_loop,
        train_loop_config={"config": config.model_dump(mode="json")},
        scaling_config=ScalingConfig(
            num_workers=workers_of(config),
            elastic_resize_monitor_interval_s=look_seconds,
            use_gpu=section.gpus > 0,
            resources_per_worker={"CPU": section.cpus, **({"GPU": section.gpus} if section.gpus else {})},
        ),
        run_config=RunConfig(
            name="trainer",
            storage_path=str(config.run_dir / "group"),
            failure_config=FailureConfig(max_failures=20, controller_failure_limit=UNPLACED),
            callbacks=[Mourner(config)],
        ),
    )
    with others_room(config) if section.min_workers else nullcontext():
        trainer.fit()


class Group(TorchTrainer):
    """Without Ray Train's cleaner, which asks the dashboard each second whether the controller lives. A cluster of the
    swarm's own has no dashboard: it would say so in the log each second, and never clean up. What the controller has
    placed ends with it anyway: it isn't detached."""

    def _create_default_callbacks(self) -> list[Any]:
        made = super()._create_default_callbacks()
        return [callback for callback in made if not isinstance(callback, PlacementGroupCleanerCallback)]


@contextmanager
def others_room(config: Config) -> Iterator[None]:
    """What engines and agents reserve is not counted as room for workers while this lasts.

    Ray Train sizes an elastic group by what all nodes have, used or not, less what its coordinator holds for whoever
    asked earlier. Without this it would try for workers that can never be placed, or take an engine's GPU before the
    engine comes up. Ray has no public way to ask.
    """
    coordinator = DefaultAutoscalingCoordinator(f"{config.swarm.name}: engines and agents")
    coordinator.request_resources(kept_for_others(config), _FOREVER, priority=ResourceRequestPriority.HIGH)
    try:
        yield
    finally:
        coordinator.cancel_request()


def train_loop(arguments: dict[str, Any]) -> None:
    """What each worker runs. On one machine it loads in its turn: beside an engine's batch both take far longer."""
    config = Config.model_validate(arguments["config"])
    with ExitStack() as loading:
        came = time.monotonic()
        loading.enter_context(taken(trainer_turn(config)))
        waited = time.monotonic() - came
        # Driver and controller read this file, too, one after the other, and need none of what trains.
        from trainers.loop import train

        train(config, RayMembers(), loading.close, waited)


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
        if found.kind is MishapKind.MEMORY:
            many = doubled(self._config.run_dir / FOLDER)
            said = as_note(f"a batch goes in {many} parts from now on; {found.detail}")
            found = found.model_copy(update={"detail": said})
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
