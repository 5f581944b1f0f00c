"""AgentService: who takes part."""

from typing import Annotated, Any

from pydantic import Field

from swarm.codec import from_wire, to_wire, validated
from swarm.codec.contract import VERSION, check_needs
from swarm.errors import RefusedError
from swarm.exchange import Exchange
from swarm.exchange.roster import LIFE_SECONDS, LONGEST_LIFE_SECONDS
from swarm.fields import Count, Line, Note, Seconds
from swarm.gateway.changes import EVERYTHING, Topic
from swarm.gateway.desk import Desk
from swarm.gateway.doors import DOORS, may_call
from swarm.gateway.edge import caller
from swarm.gateway.listing import page
from swarm.gateway.once import LONGEST_ID, asked, once
from swarm.gateway.soundness import bounded, lined
from swarm.records import Record
from swarm.roles import AgentCard
from swarm.v1 import agent_pb2, agent_pb2_grpc, contract_pb2, state_pb2

_MOST_NEEDS = 64


class Heartbeat(Record):
    """What an agent did since its last report."""

    report_id: Line
    completed: Count
    failed: Count
    prompt_tokens: Count
    completion_tokens: Count
    busy_seconds: Seconds
    dollars: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
    note: Note
    invalid: dict[Line, Count] = Field(max_length=64)


class AgentService(agent_pb2_grpc.AgentServiceServicer):
    """The roster. A report that comes twice is counted once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def Register(self, request: Any, _context: Any) -> Any:
        agent, card = caller(), from_wire(request.card, AgentCard)
        if card.name != agent.name:
            raise RefusedError(
                "FORBIDDEN",
                f"the card says {card.name!r}, the call comes from {agent.name!r}",
                "Send the card's name as metadata `swarm-agent`",
            )
        life = request.life_seconds or LIFE_SECONDS
        bounded("the number of RegisterRequest.needs", len(request.needs), 0, _MOST_NEEDS)
        bounded("the length of RegisterRequest.instance", len(request.instance), 0, LONGEST_ID)
        bounded("RegisterRequest.life_seconds", life, 1, LONGEST_LIFE_SECONDS)
        lined("RegisterRequest.instance", request.instance)
        for name in request.needs:
            lined("RegisterRequest.needs", name)
        check_needs(request.contract, list(request.needs))
        status = await self._desk.write(
            lambda exchange: exchange.register(agent, card, request.instance, life), {Topic.LOG}
        )
        methods = sorted(method for method in DOORS if may_call(agent.role, method, agent.tier))
        contract = contract_pb2.Contract(version=VERSION, methods=methods)
        return agent_pb2.RegisterResponse(status=to_wire(status), contract=contract, life_seconds=life)

    async def Heartbeat(self, request: Any, context: Any) -> Any:
        agent, report = caller(), _report(request)
        done = report.model_dump(exclude={"report_id"})

        def beat(exchange: Exchange) -> Any:
            status = exchange.heartbeat(agent, agent.name, **done)
            return agent_pb2.HeartbeatResponse(drain=status.draining, life_seconds=status.life_seconds)

        asks = asked(request, context, report.report_id)
        return await once(self._desk, asks, agent_pb2.HeartbeatResponse, beat)

    async def Leave(self, request: Any, context: Any) -> Any:
        agent = caller()
        name = request.name or agent.name
        lined("LeaveRequest.name", name)

        def leave(exchange: Exchange) -> Any:
            exchange.leave(agent, name)
            return agent_pb2.LeaveResponse()

        return await once(self._desk, asked(request, context), agent_pb2.LeaveResponse, leave, EVERYTHING)

    async def Drain(self, request: Any, _context: Any) -> Any:
        lined("DrainRequest.name", request.name)
        status = await self._desk.write(lambda exchange: exchange.drain(request.name), {Topic.LOG})
        for line in self._desk.changes.lines.values():
            line.call(request.name)
        return agent_pb2.DrainResponse(status=to_wire(status))

    async def Undrain(self, request: Any, _context: Any) -> Any:
        lined("UndrainRequest.name", request.name)
        status = await self._desk.write(lambda exchange: exchange.undrain(request.name), EVERYTHING)
        return agent_pb2.UndrainResponse(status=to_wire(status))

    async def ListAgents(self, request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.agents())
        names = [agent.card.name for agent in found]
        shown, token = page(self._desk, request, state_pb2.AgentStatus, found, names)
        return agent_pb2.ListAgentsResponse(agents=shown, next_page_token=token)


def _report(request: Any) -> Heartbeat:
    values = {name: getattr(request, name) for name in Heartbeat.model_fields if name != "invalid"}
    invalid = {item.reason: item.count for item in request.invalid_probes}
    return validated(Heartbeat, {**values, "invalid": invalid})
