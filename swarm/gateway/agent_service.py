"""AgentService: who takes part."""

from typing import Any

from swarm.codec import from_wire, to_wire
from swarm.errors import RefusedError
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk, wires
from swarm.gateway.edge import caller
from swarm.state import AgentCard
from swarm.v1 import agent_pb2, agent_pb2_grpc


class AgentService(agent_pb2_grpc.AgentServiceServicer):
    """The roster. A report that comes twice is counted once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reported: dict[str, str] = {}

    async def Register(self, request: Any, _context: Any) -> Any:
        agent, card = caller(), from_wire(request.card, AgentCard)
        if card.name != agent.name:
            raise RefusedError(
                "FORBIDDEN",
                f"the card says {card.name!r}, the call comes from {agent.name!r}",
                "Send the card's name as metadata `swarm-agent`",
            )
        status = await self._desk.write(lambda exchange: exchange.register(agent, card), {Topic.LOG})
        return agent_pb2.RegisterResponse(status=to_wire(status))

    async def Heartbeat(self, request: Any, _context: Any) -> Any:
        agent = caller()
        if request.report_id and self._reported.get(agent.name) == request.report_id:
            return agent_pb2.HeartbeatResponse()
        await self._desk.write(
            lambda exchange: exchange.heartbeat(
                agent,
                agent.name,
                completed=request.completed,
                failed=request.failed,
                prompt_tokens=request.prompt_tokens,
                completion_tokens=request.completion_tokens,
                busy_seconds=request.busy_seconds,
                dollars=request.dollars,
                note=request.note,
                invalid={item.reason: item.count for item in request.invalid_probes},
            )
        )
        self._reported[agent.name] = request.report_id
        return agent_pb2.HeartbeatResponse()

    async def Leave(self, request: Any, _context: Any) -> Any:
        agent = caller()
        name = request.name or agent.name
        await self._desk.write(lambda exchange: exchange.leave(agent, name), {Topic.LOG})
        self._reported.pop(name, None)
        return agent_pb2.LeaveResponse()

    async def ListAgents(self, _request: Any, _context: Any) -> Any:
        return agent_pb2.ListAgentsResponse(agents=wires(await self._desk.read(lambda exchange: exchange.agents())))
