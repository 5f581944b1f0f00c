"""What of a run rests on words that its documents don't say any more: probes, corrections, exams, and who learned."""

from collections.abc import Iterable, Sequence

from swarm.documents.records import Document
from swarm.domains.documents.citations import quotes_in
from swarm.domains.documents.passages import shown_in
from swarm.exchange import Exchange
from swarm.exchange.lessons import learnings
from swarm.records import Correction, Origin, Probe, Record, Sample
from swarm.state import PhaseName
from swarm.students import ExamItem

_PAGE = 500


class Stale(Record):
    """The names of all that rests on words which are gone; `gone` are those words, by probe."""

    probes: tuple[str, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    corrections: tuple[str, ...] = ()
    exams: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    certified: bool = False
    """Whether the run's certificate names a checkpoint that learned from any of it."""


class Said:
    """What the current documents say, on one line each, so that a passage is found however it was broken."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._lines = [" ".join(document.text.split()) for document in documents]
        self._known: dict[str, bool] = {}

    def gone(self, probe: Probe) -> str:
        """The passage that the probe's reference rests on and that no document says any more; empty where all do."""
        shown, _ = shown_in(probe.question)
        if probe.origin is not Origin.GROUNDED or probe.reference is None:
            return ""
        cited = [number for _, number, _, _ in quotes_in(probe.reference.rationale) if number in shown]
        return next((shown[number] for number in cited if number is not None and not self._says(shown[number])), "")

    def _says(self, passage: str) -> bool:
        """A passage of prose stands below its heading, which the text has elsewhere."""
        if passage not in self._known:
            pieces = (passage, passage.partition(": ")[2])
            self._known[passage] = any(piece and piece in line for piece in pieces for line in self._lines)
        return self._known[passage]


def stale(exchange: Exchange, documents: Iterable[Document]) -> Stale:
    """Everything in a run's store that rests on what is gone, by id and in the order of its coming."""
    said = Said(documents)
    probes = {sample.id: words for sample in _all(exchange, "probe") if (words := _gone(said, sample.payload))}
    corrections = [
        sample.id for sample in _all(exchange, "correction") if sample.root_id in probes and _answers_it(sample)
    ]
    state = exchange.state()
    exams = [
        decision.exam_id for decision in state.promotions if _exam_rests(said, exchange.exam(decision.exam_id).items)
    ]
    with exchange.store.read() as connection:
        learned = {learning.checkpoint_id for learning in learnings(connection, corrections)}
    order = [checkpoint.id for checkpoint in state.checkpoints if checkpoint.id in learned]
    return Stale(
        probes=tuple(probes),
        gone=tuple(probes.items()),
        corrections=tuple(corrections),
        exams=tuple(exams),
        checkpoints=tuple(order),
        certified=state.phase.name is PhaseName.CERTIFIED and state.champion_id in learned,
    )


def _gone(said: Said, payload: object) -> str:
    return said.gone(payload) if isinstance(payload, Probe) else ""


def _answers_it(sample: Sample) -> bool:
    """Whether a correction answers its probe, and no question of its own."""
    return isinstance(sample.payload, Correction) and not sample.payload.question


def _exam_rests(said: Said, items: Sequence[ExamItem]) -> bool:
    return any(_gone(said, item.probe.payload) for item in items)


def _all(exchange: Exchange, kind: str) -> Iterable[Sample]:
    """Every sample of a kind, page by page."""
    since = 0
    while page := exchange.samples(kind, since_revision=since, limit=_PAGE):
        yield from page
        since = page[-1].revision
