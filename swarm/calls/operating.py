"""What an operator decides about: dead letters."""

from collections.abc import Sequence

from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire
from swarm.v1 import operator_pb2
from swarm.work import Answer, DeadLetter, Stage


class OperatorCalls(Caller):
    """What an operator decides about: dead letters."""

    async def dead_letters(
        self,
        stage: Stage | None = None,
        *,
        reason: str = "",
        sample_id: str = "",
        after_revision: int = 0,
        limit: int = 100,
    ) -> list[DeadLetter]:
        """Dead letters that fit all filters given, ascending by revision; at most `limit` (1000), or what fits."""
        request = operator_pb2.ListDeadLettersRequest(
            stage=enum_to_wire(stage) if stage else None,
            reason=reason,
            sample_id=sample_id,
            after_revision=after_revision,
            limit=limit,
        )
        reply = await self._call(request)
        return records(reply.letters, DeadLetter)

    async def requeue_dead(self, sample_ids: Sequence[str], note: str = "") -> list[Answer]:
        """Let dead letters wait again; one answer each, in order."""
        reply = await self._call(operator_pb2.RequeueDeadLettersRequest(sample_ids=sample_ids, note=note))
        return records(reply.answers, Answer)

    async def discard_dead(self, sample_ids: Sequence[str], note: str = "") -> list[Answer]:
        """Give dead letters up for good; one answer each, in order."""
        reply = await self._call(operator_pb2.DiscardDeadLettersRequest(sample_ids=sample_ids, note=note))
        return records(reply.answers, Answer)
