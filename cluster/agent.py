"""What an agent of the cluster has beside what every agent has: the config, its place in it, and the domain."""

from swarm.agent.member import Member
from swarm.client import SwarmClient
from swarm.config import Config
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.records import Cell
from swarm.roles import AgentCard, Role


class Agent(Member):
    """One agent of the cluster, named by its role and index."""

    def __init__(self, config: Config, role: Role, index: int) -> None:
        super().__init__(SwarmClient.for_run(config.run_dir, role, f"{role}-{index}", patience=600))
        self.config = config
        self.index = index
        self.domain: Domain = load_domain(config.swarm.domain)
        cells = tuple(Cell.parse(key) for key in config.exam.cells)
        self.cells = cells or tuple(self.domain.cells())

    async def announce(self) -> None:
        """Register, with the model family of the engine that it speaks through."""
        section = self.config.role(self.role)
        family = self.config.engines[section.engine].family if section.engine else ""
        await self.register(AgentCard(name=self.name, role=self.role, model_family=family))
