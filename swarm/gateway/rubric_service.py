"""RubricService: the rubric in force and the ledger of experiments."""

from datetime import UTC, datetime
from typing import Any

from swarm.codec import from_wire, to_wire
from swarm.criteria import Experiment, Rubric
from swarm.gateway.changes import Topic
from swarm.gateway.desk import Desk, wires
from swarm.gateway.soundness import RECORD_BYTES, bounded, sized, timely
from swarm.v1 import rubric_pb2, rubric_pb2_grpc


class RubricService(rubric_pb2_grpc.RubricServiceServicer):
    """Thin: every rule is the exchange's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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
        stored = await self._desk.write(lambda exchange: exchange.put_experiment(experiment), {Topic.LOG})
        return rubric_pb2.PutExperimentResponse(experiment=to_wire(stored))

    async def ListExperiments(self, _request: Any, _context: Any) -> Any:
        ledger = await self._desk.read(lambda exchange: exchange.ledger())
        return rubric_pb2.ListExperimentsResponse(experiments=wires(ledger))
