"""FeedbackService: answers that were praised or blamed in production, and how they become probes."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from swarm.codec import enum_from_wire, from_wire, to_wire
from swarm.domains.base import Domain
from swarm.errors import RefusedError
from swarm.exchange import Exchange
from swarm.exchange.feedback import Report
from swarm.feedback import SCHEMA, Feedback, FeedbackReport, FeedbackState, Thumb
from swarm.fields import as_note
from swarm.gateway.changes import Topic
from swarm.gateway.desk import MOST_ITEMS, Desk, wires
from swarm.gateway.edge import caller
from swarm.gateway.once import asked, once
from swarm.gateway.soundness import bounded, lined, timely
from swarm.gateway.student_service import CELL
from swarm.records import Annotation, Attempt, Origin, Probe, Purpose, Reference, Sample, answer_to, child_id
from swarm.v1 import feedback_pb2, feedback_pb2_grpc

_ASKED = frozenset({Topic.PROBES, Topic.LOG})


class FeedbackService(feedback_pb2_grpc.FeedbackServiceServicer):
    """What a reporter says is right is taught only if the domain can check it, and only on the word of who may."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ReportFeedback(self, request: Any, context: Any) -> Any:
        agent, said = caller(), from_wire(request.report, FeedbackReport)
        check_report(said, self._desk.domain)
        report = await asyncio.to_thread(self._taken, said)

        def take(exchange: Exchange) -> Any:
            return feedback_pb2.ReportFeedbackResponse(feedback=to_wire(exchange.report_feedback(agent, report)))

        asks = asked(request, context, said.id)
        return await once(self._desk, asks, feedback_pb2.ReportFeedbackResponse, take, _ASKED)

    async def AnswerFeedback(self, request: Any, _context: Any) -> Any:
        agent = caller()
        lined("AnswerFeedbackRequest.id", request.id)
        lined("AnswerFeedbackRequest.corrected_answer", request.corrected_answer)
        said = await self._desk.read(lambda exchange: exchange.reported(request.id))
        lesson = await asyncio.to_thread(self._lesson, said, request.corrected_answer)

        def answer(exchange: Exchange) -> Feedback:
            return exchange.answer_feedback(agent, request.id, lesson)

        return feedback_pb2.AnswerFeedbackResponse(feedback=to_wire(await self._desk.write(answer, _ASKED)))

    async def DismissFeedback(self, request: Any, _context: Any) -> Any:
        lined("DismissFeedbackRequest.id", request.id)
        reason = as_note(self._desk.production.text(request.reason))
        closed = await self._desk.write(lambda exchange: exchange.dismiss_feedback(request.id, reason))
        return feedback_pb2.DismissFeedbackResponse(feedback=to_wire(closed))

    async def ListFeedback(self, request: Any, _context: Any) -> Any:
        limit = request.limit or 100
        bounded("ListFeedbackRequest.limit", limit, 1, MOST_ITEMS)
        for name in ("before_id", "id"):
            lined(f"ListFeedbackRequest.{name}", getattr(request, name))
        state = enum_from_wire(request.state, FeedbackState, "ListFeedbackRequest.state") if request.state else None
        found = await self._desk.read(lambda exchange: exchange.feedback(state, limit, request.before_id, request.id))
        counts = await self._desk.read(lambda exchange: exchange.feedback_counts())
        return feedback_pb2.ListFeedbackResponse(feedback=wires(found), counts=wires(counts))

    def _taken(self, said: FeedbackReport) -> Report:
        """The report without personal data, in the samples that it will be."""
        if said.thumb is Thumb.UP:
            return Report(said.id, said.checkpoint_id, said.thumb)
        question, *rest = (self._desk.screened(sample, self._desk.production) for sample in samples_of(said))
        lesson = None
        if said.corrected_answer:
            lesson = lesson_of(question, self._desk.production.text(said.corrected_answer), self._desk.domain)
            check_differs(lesson, rest[0], self._desk.domain)
        return Report(said.id, said.checkpoint_id, said.thumb, (question, *rest), lesson)

    def _lesson(self, said: list[Sample], answer: str) -> Sample:
        """The probe that asks an open report's question again; without an answer, with the one that was proposed."""
        question, _, note = said
        assert isinstance(note.payload, Annotation)
        right = self._desk.production.text(answer) or json.loads(note.payload.body).get("corrected_answer", "")
        if not right and not question.forgotten:
            field = "AnswerFeedbackRequest.corrected_answer"
            raise _refusal(field, "is empty, and the reporter proposed none", "Give it")
        return lesson_of(question, right, self._desk.domain)


def check_report(said: FeedbackReport, domain: Domain) -> None:
    """Raise RefusedError NO_CONSENT, or INVALID naming what doesn't go together."""
    if not said.consent:
        raise RefusedError(
            "NO_CONSENT",
            "the report doesn't say that the person who asked consents, so nothing of it was stored",
            "Report it with consent if they agree, and not at all if they don't",
            field="FeedbackReport.consent",
        )
    if said.thumb is Thumb.UP and said.corrected_answer:
        raise _refusal("FeedbackReport.corrected_answer", "comes with a thumb up", "Send it with a thumb down")
    if said.cell is not None and said.cell not in domain.cells():
        raise _refusal("FeedbackReport.cell", f"is {said.cell.key!r}, no cell of {domain.name}", "Leave it out")
    timely("FeedbackReport.asked_at", said.asked_at, datetime.now(UTC))


def samples_of(said: FeedbackReport) -> tuple[Sample, Sample, Sample]:
    """A blamed answer as samples: a person's question, what was answered, and what the person said of it."""
    probe = Probe(cell=said.cell or CELL, purpose=Purpose.ASK, origin=Origin.PRODUCTION, question=said.question)
    question = Sample(id=said.id, root_id=said.id, created_at=said.asked_at, payload=probe)
    given = answer_to(question, Attempt(text=said.answer, checkpoint_id=said.checkpoint_id))
    body = {"thumb": said.thumb, **({"corrected_answer": said.corrected_answer} if said.corrected_answer else {})}
    note = answer_to(given, Annotation(schema_name=SCHEMA, body=json.dumps(body, ensure_ascii=False)))
    return question, given.model_copy(update={"created_at": said.asked_at}), note


def lesson_of(question: Sample, answer: str, domain: Domain) -> Sample:
    """The probe by which the student is asked again. Raises RefusedError INVALID where the domain can't check by it."""
    assert isinstance(question.payload, Probe)
    if question.forgotten:
        raise RefusedError("FORGOTTEN", f"the question of report {question.id} was forgotten", "Dismiss the report")
    probe = question.payload.model_copy(update={"purpose": Purpose.LEARN, "reference": Reference(answer=answer)})
    read = domain.verify(probe, answer)
    if not read.correct or read.canonical is None:
        said = f"{answer!r} can't be the right answer to {probe.question[:200]!r}: {read.reason}"
        raise _refusal("FeedbackReport.corrected_answer", said, "Write it, and the question, in the domain's form")
    right = probe.model_copy(update={"reference": Reference(answer=read.canonical)})
    return Sample(id=child_id(question.id, "lesson"), payload=right)


def check_differs(lesson: Sample, given: Sample, domain: Domain) -> None:
    """Raise RefusedError INVALID where the answer that was given is right by the corrected one."""
    assert isinstance(lesson.payload, Probe)
    assert isinstance(given.payload, Attempt)
    answers = domain.read(given.payload.text).answers
    if answers and domain.verify(lesson.payload, answers[-1]).correct:
        said = f"means the same as {answers[-1]!r}, which was answered"
        raise _refusal("FeedbackReport.corrected_answer", said, "Send a thumb up, or another answer")


def _refusal(field: str, said: str, fix: str) -> RefusedError:
    return RefusedError("INVALID", f"{field} {said}", fix, field=field)
