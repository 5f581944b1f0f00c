"""What counts as right: rubrics and the ledger of experiments."""

from swarm.calls.caller import Caller, records
from swarm.codec import from_wire, to_wire
from swarm.criteria import Experiment, Rubric
from swarm.v1 import rubric_pb2


class CriteriaCalls(Caller):
    """What counts as right: rubrics and the ledger of experiments."""

    async def rubric(self, version: int = 0) -> Rubric:
        """A version of the rubric; 0 means the one in force. Raises RefusedError NOT_FOUND."""
        reply = await self._call(rubric_pb2.GetRubricRequest(version=version))
        return from_wire(reply.rubric, Rubric)

    async def put_rubric(self, seed: Rubric) -> Rubric:
        """Store the seed rubric."""
        reply = await self._call(rubric_pb2.PutRubricRequest(rubric=to_wire(seed)))
        return from_wire(reply.rubric, Rubric)

    async def put_experiment(self, experiment: Experiment) -> Experiment:
        """Enter an experiment in the ledger; returns the line as stored."""
        reply = await self._call(rubric_pb2.PutExperimentRequest(experiment=to_wire(experiment)))
        return from_wire(reply.experiment, Experiment)

    async def ledger(self) -> list[Experiment]:
        """All experiments."""
        reply = await self._call(rubric_pb2.ListExperimentsRequest())
        return records(reply.experiments, Experiment)
