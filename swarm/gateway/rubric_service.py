"""RubricService: the rubric in force and the ledger of experiments."""

from datetime import UTC, datetime
from typing import Any

from swarm.codec import from_wire, to_wire
from swarm.criteria import Experiment, Rubric
from swarm.exchange import Exchange
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk, wires
from swarm.gateway.edge import caller
from swarm.gateway.once import asked, once
from swarm.gateway.rubric_tests import Tests
from swarm.gateway.soundness import RECORD_BYTES, bounded, lined, sized, timely
from swarm.roles import Role
from swarm.v1 import rubric_pb2, rubric_pb2_grpc


class RubricService(rubric_pb2_grpc.RubricServiceServicer):
    """Trusts no evolver: a proposal is tested here, on items that it never sees."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tests = Tests(desk)

    async def GetRubric(self, request: Any, _context: Any) -> Any:
        rubric = await self._desk.read(lambda exchange: exchange.rubric(request.version or None))
        return rubric_pb2.GetRubricResponse(rubric=to_wire(rubric))

    async def PutRubric(self, request: Any, _context: Any) -> Any:
        sized(request.rubric, RECORD_BYTES)
        seed = from_wire(request.rubric, Rubric)
        bounded("Rubric.version of a seed", seed.version, 1, 1)
        bounded("Rubric.parent_version of a seed", seed.parent_version, 0, 0)
        stored = await self._desk.write(lambda exchange: exchange.put_rubric(seed), {Topic.LOG})
        return rubric_pb2.PutRubricResponse(rubric=to_wire(stored))

    async def PutExperiment(self, request: Any, _context: Any) -> Any:
        sized(request.experiment, RECORD_BYTES)
        experiment = from_wire(request.experiment, Experiment)
        timely("Experiment.at", experiment.at, datetime.now(UTC))
        bounded("Experiment.number", experiment.number, 1, 2**31 - 2)
        stored = await self._tests.made(experiment)
        return rubric_pb2.PutExperimentResponse(experiment=to_wire(stored.blind))

    async def DecideExperiment(self, request: Any, _context: Any) -> Any:
        agent, number, approve, note = caller(), request.number, request.approve, request.note
        lined("DecideExperimentRequest.note", note)
        stored = await self._desk.write(
            lambda exchange: exchange.decide_experiment(agent, number, approve, note), {Topic.LOG}
        )
        return rubric_pb2.DecideExperimentResponse(experiment=to_wire(stored))

    async def RollBackRubric(self, request: Any, context: Any) -> Any:
        agent, reply = caller(), rubric_pb2.RollBackRubricResponse
        lined("RollBackRubricRequest.note", request.note)

        def roll_back(exchange: Exchange) -> Any:
            return reply(rubric=to_wire(exchange.roll_back_rubric(agent, request.version, request.note)))

        return await once(self._desk, asked(request, context), reply, roll_back, {Topic.LOG})

    async def ListExperiments(self, _request: Any, _context: Any) -> Any:
        ledger = await self._desk.read(lambda exchange: exchange.ledger())
        if caller().role is Role.EVOLVER:
            ledger = [experiment.blind for experiment in ledger]
        return rubric_pb2.ListExperimentsResponse(experiments=wires(ledger))
