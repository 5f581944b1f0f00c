"""What comes back from production: reporting an answer, and what an operator makes of the reports."""

from datetime import UTC, datetime

from swarm.calls.caller import Caller, records
from swarm.codec import enum_to_wire, from_wire, to_wire, validated
from swarm.feedback import Feedback, FeedbackCount, FeedbackReport, FeedbackState, Thumb
from swarm.fields import as_note
from swarm.records import Cell, new_id
from swarm.v1 import feedback_pb2


class FeedbackCalls(Caller):
    """What comes back from production: reporting an answer, and what an operator makes of the reports."""

    async def report(
        self,
        question: str,
        answer: str,
        checkpoint_id: str,
        thumb: Thumb,
        *,
        consent: bool,
        corrected_answer: str = "",
        cell: Cell | None = None,
        asked_at: datetime | None = None,
        report_id: str = "",
    ) -> Feedback:
        """Report an answer that was given in production. `consent` is the asking person's; without it nothing is kept.

        Raises RefusedError: NO_CONSENT, INVALID where the corrected answer is none of the domain's, NOT_FOUND for an
        unknown checkpoint, FEEDBACK_FULL. Repeating it under the same `report_id` (32 hexadecimal digits) is no second
        effect.
        """
        values = {
            "id": report_id or new_id(),
            "question": question,
            "answer": answer,
            "checkpoint_id": checkpoint_id,
            "thumb": thumb,
            "corrected_answer": corrected_answer,
            "consent": consent,
            "cell": cell,
            "asked_at": asked_at or datetime.now(UTC),
        }
        said = validated(FeedbackReport, values)
        reply = await self._call(feedback_pb2.ReportFeedbackRequest(report=to_wire(said)))
        return from_wire(reply.feedback, Feedback)

    async def answer_feedback(self, report_id: str, corrected_answer: str = "") -> Feedback:
        """Say what the right answer to an open report is (empty: as proposed), and put its question to the student."""
        request = feedback_pb2.AnswerFeedbackRequest(id=report_id, corrected_answer=corrected_answer)
        reply = await self._call(request)
        return from_wire(reply.feedback, Feedback)

    async def dismiss_feedback(self, report_id: str, reason: str) -> Feedback:
        """Close an open report without teaching anything."""
        request = feedback_pb2.DismissFeedbackRequest(id=report_id, reason=as_note(reason))
        reply = await self._call(request)
        return from_wire(reply.feedback, Feedback)

    async def feedback(
        self, state: FeedbackState | None = None, *, limit: int = 100, before_id: str = "", report_id: str = ""
    ) -> tuple[list[Feedback], list[FeedbackCount]]:
        """Blamed answers, the latest first, at most `limit` (1000); and thumbs by checkpoint, over everything.

        With `report_id` that one alone. Raises RefusedError NOT_FOUND.
        """
        request = feedback_pb2.ListFeedbackRequest(
            state=enum_to_wire(state) if state else None, limit=limit, before_id=before_id, id=report_id
        )
        reply = await self._call(request)
        return records(reply.feedback, Feedback), records(reply.counts, FeedbackCount)
