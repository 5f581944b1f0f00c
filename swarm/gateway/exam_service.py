"""ExamService: judges every exam item again and stores exam and decision together."""

import asyncio
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from swarm.asking import Query
from swarm.codec import from_wire, to_wire
from swarm.domains import OPENED
from swarm.domains.base import Domain
from swarm.errors import RefusedError
from swarm.exchange import Exchange
from swarm.exchange.rows import samples_by_id
from swarm.gateway.changes import EVERYTHING
from swarm.gateway.desk import MOST_ITEMS, Desk
from swarm.gateway.listing import page
from swarm.gateway.masks import Mask
from swarm.gateway.soundness import bounded, check_sample, lined
from swarm.records import Origin, Probe, Purpose, Sample
from swarm.students import ExamItem, ExamRecord, PromotionDecision
from swarm.v1 import exam_pb2, exam_pb2_grpc, state_pb2

if TYPE_CHECKING:
    from swarm.probing.besieged import Page
    from swarm.probing.clothes import Clothes
    from swarm.promotion import Claims


class LearnedQuestions:
    """Fingerprints of the questions that training may have seen; reads only what is new since the last look."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._reached = {Purpose.LEARN: 0, Purpose.SIEGE: 0}

    def refresh(self, exchange: Exchange) -> None:
        """Take in the probes that were stored since."""
        for purpose in self._reached:
            while page := exchange.samples(
                kind="probe", purpose=purpose, since_revision=self._reached[purpose], limit=MOST_ITEMS
            ):
                self._known.update(_fingerprint(_probe(sample).question) for sample in page if not sample.forgotten)
                self._reached[purpose] = page[-1].revision

    def __contains__(self, question: str) -> bool:
        return _fingerprint(question) in self._known


def passed(domain: Domain, probe: Probe, text: str) -> bool:
    """Whether a raw attempt is right: it answers, and everything that it answers is right (no hedging)."""
    answers = domain.read(text).answers
    return bool(answers) and all(domain.verify(probe, answer).correct for answer in answers)


def judged(exam: ExamRecord, domain: Domain) -> ExamRecord:
    """The exam with the gateway's own view of every item."""
    items = tuple(
        item.model_copy(
            update={
                "champion_passed": passed(domain, _probe(item.probe), item.champion_text),
                "candidate_passed": passed(domain, _probe(item.probe), item.candidate_text),
            }
        )
        for item in exam.items
    )
    return exam.model_copy(update={"items": items})


def _claims(exam: ExamRecord, domain: Domain) -> "Claims | None":
    """What both made up, where the domain rests on documents."""
    if domain.name.partition(":")[0] not in OPENED:
        return None
    from swarm.gateway.claims import claims_of  # brings the readers of documents, which no other domain needs

    return claims_of(exam, domain)


def _clothes(exchange: Exchange, exam: ExamRecord) -> "Clothes | None":
    """What sieges of the champion had found when the exam was drawn; None where no item says to go back to it."""
    if not any(item.breach for item in exam.items):
        return None
    from swarm.probing.besieged import read, showed  # brings numpy and the probers' families, as below

    def find(query: Query) -> "Page":
        found = exchange.find(query)
        return found.samples, found.revision

    return read(showed(exam.champion_id, exam.breach_revision), find)


def check(
    exam: ExamRecord, learned: LearnedQuestions, stored: dict[str, Sample], clothes: "Clothes | None" = None
) -> None:
    """Raise RefusedError (INVALID) naming the first item that may not decide over a promotion.

    A replayed probe (origin REPLAY) may have been learned from: it only guards against regression.
    """
    questions: set[str] = set()
    for item in exam.items:
        if problem := _problem(item, learned, stored) or _forged(item, clothes):
            raise _refusal(exam, item, problem)
        question = " ".join(_probe(item.probe).question.split())
        if question in questions:
            raise _refusal(exam, item, f"asks {question[:60]!r} a second time")
        questions.add(question)


def _problem(item: ExamItem, learned: LearnedQuestions, stored: dict[str, Sample]) -> str:
    probe = item.probe.payload
    if not isinstance(probe, Probe):
        return f"is a {probe.kind}, not a probe"
    if probe.purpose is not Purpose.EXAM:
        return f"has purpose {probe.purpose}, not exam"
    if probe.reference is None:
        return "has no reference"
    if item.probe.id in stored and stored[item.probe.id].payload != probe:
        return "differs from the stored probe of that id"
    if probe.origin is not Origin.REPLAY and probe.question in learned:
        return f"asks {probe.question[:60]!r}, which training has seen"
    return ""


def _forged(item: ExamItem, clothes: "Clothes | None") -> str:
    """An item that says to go back to a breach, and doesn't, would be kept from guarding against regression."""
    if not item.breach or (clothes is not None and clothes.worn(_probe(item.probe), item.breach)):
        return ""
    return f"says to go back to {item.breach}, which no siege of the champion shows"


def _refusal(exam: ExamRecord, item: ExamItem, problem: str) -> RefusedError:
    return RefusedError(
        "INVALID", f"exam {exam.id!r}: probe {item.probe.id} {problem}", "Draw fresh exam probes from the domain"
    )


class ExamService(exam_pb2_grpc.ExamServiceServicer):
    """Trusts no examiner: what counts is computed here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._learned = LearnedQuestions()

    async def SubmitExam(self, request: Any, _context: Any) -> Any:
        exam = from_wire(request.exam, ExamRecord)
        if not 1 <= len(exam.items) <= MOST_ITEMS:
            raise RefusedError("INVALID", f"exam {exam.id!r} has {len(exam.items)} items", f"Send 1 to {MOST_ITEMS}")
        for name in ("base", "champion", "candidate"):
            right = getattr(exam, f"retention_correct_{name}")
            bounded(f"ExamRecord.retention_correct_{name}", right, 0, exam.retention_items)
        for item in exam.items:
            check_sample(item.probe)
        exam = await asyncio.to_thread(self._desk.screen.record, exam)
        sound, decision = await self._desk.read(lambda exchange: self._decide(exchange, exam))

        def store(exchange: Exchange) -> PromotionDecision:
            stored = exchange.submit_exam(sound, decision)
            if stored.promoted:
                exchange.expire_stale(self._desk.max_lag)
            return stored

        return exam_pb2.SubmitExamResponse(decision=to_wire(await self._desk.write(store, EVERYTHING)))

    async def GetExam(self, request: Any, _context: Any) -> Any:
        keep = Mask.of(request, state_pb2.ExamRecord)
        lined("GetExamRequest.exam_id", request.exam_id)
        exam = await self._desk.read(lambda exchange: exchange.exam(request.exam_id))
        return exam_pb2.GetExamResponse(exam=keep(to_wire(exam)))

    async def ListPromotions(self, request: Any, _context: Any) -> Any:
        found = await self._desk.read(lambda exchange: exchange.promotions())
        lined("ListPromotionsRequest.candidate_id", request.candidate_id)
        chosen = [item for item in found if request.candidate_id in ("", item.candidate_id)]
        shown, token = page(self._desk, request, state_pb2.PromotionDecision, chosen)
        return exam_pb2.ListPromotionsResponse(promotions=shown, next_page_token=token)

    def _decide(self, exchange: Exchange, exam: ExamRecord) -> tuple[ExamRecord, PromotionDecision]:
        from swarm.promotion import PromotionPolicy, decide  # brings scipy, which would double the time of a restart

        self._learned.refresh(exchange)
        with exchange.store.read() as connection:
            stored = samples_by_id(connection, [item.probe.id for item in exam.items])
        check(exam, self._learned, stored, _clothes(exchange, exam))
        sound = judged(exam, self._desk.domain)
        return sound, decide(sound, PromotionPolicy(), datetime.now(UTC), _claims(sound, self._desk.domain))


def _probe(sample: Sample) -> Probe:
    assert isinstance(sample.payload, Probe)
    return sample.payload


def _fingerprint(question: str) -> bytes:
    return blake2b(" ".join(question.split()).encode(), digest_size=16).digest()
