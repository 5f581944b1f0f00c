"""The Ray side of agents, engines and the trainer's driver: the one place where Ray wraps what is otherwise plain."""

import asyncio
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
    """Runs one agent's loop; a crash of the loop ends the actor, and the supervisor starts another.

    `run` has the process's main thread, as it would not were any method here async: while that has nothing to run, Ray
    wakes it a hundred times a second to look for signals, at the cost of whoever computes on these cores.
    """

    def __init__(self, config: Config, role: str, index: int) -> None:
        self._config = config
        self._role = Role(role)
        self._index = index

    def run(self) -> None:
        """Work until the swarm has ended or this agent is drained."""
        asyncio.run(run_agent(self._config, self._role, self._index))


async def run_agent(config: Config, role: Role, index: int) -> None:
    """One agent from its arrival to its leave."""
    agent = Agent(config, role, index)
    async with agent.client:
        await agent.announce()
        async with agent.alive():
            await loop(agent)
        await agent.depart()


class TrainerActor:
    """Drives the Ray Train group, in the main thread as an agent."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def run(self) -> None:
        """Run the group until the swarm has ended. Raises SwarmError with what ended it otherwise."""
        from trainers.group import run_group

        try:
            run_group(self._config)
        except Exception as problem:  # the edge of a process: whatever it was is said
            # In one line, of which the supervisor tells what kind of end it was; the whole is in the log.
            said = f"{type(problem).__name__}: {(str(problem).strip().splitlines() or [''])[0]}"
            raise SwarmError(f"the trainer group ended: {said}", "see the run's log") from problem


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
    options = {"num_cpus": section.cpus, "num_gpus": section.gpus}
    return ray.remote(AgentActor).options(**options).remote(config, str(role), index)


def start_trainer(config: Config) -> Any:
    """The trainer group's driver."""
    return ray.remote(TrainerActor).options(num_cpus=0).remote(config)
