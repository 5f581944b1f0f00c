"""The student's versions: checkpoints, exams, promotions, and a person's question."""

from collections.abc import Sequence

from swarm.asking import Making
from swarm.calls.caller import Caller, records
from swarm.codec import from_wire, to_wire
from swarm.records import Record, new_id
from swarm.students import Checkpoint, ExamRecord, Lessons, PromotionDecision
from swarm.v1 import checkpoint_pb2, exam_pb2, student_pb2


class Answered(Record):
    """What the student said to a person's question; `answer` is "" where none could be read out of the text."""

    text: str
    answer: str
    checkpoint_id: str
    seconds: float


class StudentCalls(Caller):
    """The student's versions: checkpoints, exams, promotions, and a person's question."""

    async def put_checkpoint(
        self, checkpoint: Checkpoint, learned: Sequence[str] = (), replayed: Sequence[str] = ()
    ) -> Checkpoint:
        """Store a base or a candidate with its cursor; idempotent by id.

        `learned` and `replayed` are ids of the corrections that its rounds since its parent learned from: those that
        were new, and older ones, as often as they were put.
        """
        request = checkpoint_pb2.PutCheckpointRequest(
            checkpoint=to_wire(checkpoint), learned=learned, replayed=replayed
        )
        return from_wire((await self._call(request)).checkpoint, Checkpoint)

    async def making(self, checkpoint_id: str) -> Making:
        """A checkpoint, how its exam ended, and what made it. Raises RefusedError NOT_FOUND."""
        reply = await self._call(checkpoint_pb2.GetCheckpointRequest(checkpoint_id=checkpoint_id))
        decision = from_wire(reply.decision, PromotionDecision) if reply.HasField("decision") else None
        line = tuple(records(reply.line, Lessons))
        return Making(checkpoint=from_wire(reply.checkpoint, Checkpoint), decision=decision, line=line)

    async def checkpoints(self) -> list[Checkpoint]:
        """Every student version."""
        return await self._pages(checkpoint_pb2.ListCheckpointsRequest(), "checkpoints", Checkpoint)

    async def champion(self) -> Checkpoint | None:
        """The version that serves; None before the first base."""
        reply = await self._call(checkpoint_pb2.GetChampionRequest())
        return from_wire(reply.champion, Checkpoint) if reply.HasField("champion") else None

    async def rollback(self, checkpoint_id: str) -> Checkpoint:
        """Make a former champion (or the base) the champion again."""
        reply = await self._call(checkpoint_pb2.RollbackRequest(checkpoint_id=checkpoint_id))
        return from_wire(reply.champion, Checkpoint)

    async def submit_exam(self, exam: ExamRecord) -> PromotionDecision:
        """The gateway's decision over an exam, whose items it judges again."""
        reply = await self._call(exam_pb2.SubmitExamRequest(exam=to_wire(exam)))
        return from_wire(reply.decision, PromotionDecision)

    async def promotions(self) -> list[PromotionDecision]:
        """Every decision."""
        return await self._pages(exam_pb2.ListPromotionsRequest(), "promotions", PromotionDecision)

    async def exam(self, exam_id: str) -> ExamRecord:
        """An exam with all its items, as the gateway judged it. Raises RefusedError NOT_FOUND."""
        reply = await self._call(exam_pb2.GetExamRequest(exam_id=exam_id))
        return from_wire(reply.exam, ExamRecord)

    async def ask(self, question: str, wait_seconds: float = 60.0, request_id: str = "") -> Answered:
        """Put a question to the student that serves. Raises RefusedError NO_STUDENT or NO_ANSWER.

        The same request id (32 hexadecimal digits) gets the same answer.
        """
        asked = request_id or new_id()
        request = student_pb2.AskRequest(question=question, request_id=asked, wait_seconds=wait_seconds)
        reply = await self._call(request, wait_seconds)
        return Answered(text=reply.text, answer=reply.answer, checkpoint_id=reply.checkpoint_id, seconds=reply.seconds)
