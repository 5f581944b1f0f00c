"""What counts as right: rubrics and the ledger of experiments."""

from swarm.calls.caller import Caller, records
from swarm.codec import from_wire, to_wire
from swarm.criteria import Experiment, Rubric
from swarm.v1 import rubric_pb2

_TEST_SECONDS = 120.0
"""A test judges 1,000 items, and others may wait before it."""


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
        """Have a proposal tested; returns how it ended. Raises RefusedError RUBRIC_ALARM while an alarm stands."""
        reply = await self._call(rubric_pb2.PutExperimentRequest(experiment=to_wire(experiment)), _TEST_SECONDS)
        return from_wire(reply.experiment, Experiment)

    async def decide_experiment(self, number: int, approve: bool, note: str = "") -> Experiment:
        """Put a proposal that waits in force, or discard it. Raises RefusedError NOT_FOUND or CONFLICT."""
        reply = await self._call(rubric_pb2.DecideExperimentRequest(number=number, approve=approve, note=note))
        return from_wire(reply.experiment, Experiment)

    async def roll_back_rubric(self, version: int, note: str = "") -> Rubric:
        """Put a former version in force again, as the next one, and end an alarm. Raises RefusedError NOT_FOUND."""
        reply = await self._call(rubric_pb2.RollBackRubricRequest(version=version, note=note))
        return from_wire(reply.rubric, Rubric)

    async def ledger(self) -> list[Experiment]:
        """All experiments."""
        reply = await self._call(rubric_pb2.ListExperimentsRequest())
        return records(reply.experiments, Experiment)
