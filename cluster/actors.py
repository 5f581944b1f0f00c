"""The Ray side of agents, engines and the trainer's driver: the one place where Ray wraps what is otherwise plain."""

import asyncio
import threading
from typing import Any

import ray

from cluster.agent import Agent
from cluster.engines import EngineActor
from cluster.loops import loop
from swarm.config import Config
from swarm.errors import SwarmError
from swarm.roles import Role
from swarm.students import Checkpoint


class AgentActor:
    """Runs one agent's loop; a crash of the loop ends the actor, and the supervisor starts another."""

    def __init__(self, config: Config, role: str, index: int) -> None:
        self._config = config
        self._role = Role(role)
        self._index = index

    async def run(self) -> None:
        """Work until the swarm has ended or this agent is drained."""
        agent = Agent(self._config, self._role, self._index)
        async with agent.client:
            await agent.announce()
            async with agent.alive():
                await loop(agent)
            await agent.depart()


class TrainerActor:
    """Drives the Ray Train group in a thread of its own."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._problem: BaseException | None = None

    async def run(self) -> None:
        """Run the group until the swarm has ended. Raises what ended it otherwise."""
        from trainers.group import run_group

        done = threading.Event()

        def drive() -> None:
            try:
                run_group(self._config)
            except Exception as error:  # the edge of a thread: whatever it was is raised below
                self._problem = error
            finally:
                done.set()

        threading.Thread(target=drive, daemon=True).start()
        while not done.is_set():
            await asyncio.sleep(0.5)
        if self._problem is not None:
            # In one line, of which the supervisor tells what kind of end it was; the whole is in the log.
            said = f"{type(self._problem).__name__}: {(str(self._problem).strip().splitlines() or [''])[0]}"
            raise SwarmError(f"the trainer group ended: {said}", "see the run's log") from self._problem


def start_engine(config: Config, name: str, actor_name: str, base: Checkpoint | None = None) -> Any:
    """An engine's actor, found again by name where it already lives; `base` is what the student's base must be."""
    section = config.engines[name]
    return (
        ray.remote(EngineActor)
        .options(
            name=actor_name,
            namespace=config.swarm.name,
            num_cpus=section.cpus,
            num_gpus=section.gpus,
            max_restarts=-1,
            max_concurrency=64,
        )
        .remote(config, name, base)
    )


def start_agent(config: Config, role: Role, index: int) -> Any:
    """One agent's actor."""
    section = config.role(role)
    options = {"num_cpus": section.cpus, "num_gpus": section.gpus, "max_concurrency": 4}
    return ray.remote(AgentActor).options(**options).remote(config, str(role), index)


def start_trainer(config: Config) -> Any:
    """The trainer group's driver."""
    return ray.remote(TrainerActor).options(num_cpus=0, max_concurrency=4).remote(config)
