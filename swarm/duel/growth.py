"""What it has cost to grow a student: everything that its run has booked, the teacher's part told apart."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from swarm.config import load
from swarm.exchange import Exchange
from swarm.exchange.schema import exams
from swarm.gateway.run_folder import CONFIG_FILE
from swarm.records import Correction, Probe, Record, Sample
from swarm.roles import Cost, Role
from swarm.run_clock import CLOCK_FILE, seconds_of
from swarm.students import ExamRecord

_PAGE = 1000


class Growth(Record):
    """The books of a run, over all its starts; the last exam and the frozen exam are not in the minutes."""

    minutes: float
    corrections: int
    corrections_trained: int
    """By the student; others of the run may have learned more."""
    tokens_trained: int
    train_seconds: float
    references: int
    """Different questions of which somebody or something had to know the right answer: judged, taught, or of an exam
    between two students. Where the domain is labelled data, these are the labels that were read."""
    teacher: str
    """What taught: an engine's model, or the domain's worked solutions."""
    teacher_tokens: int
    dollars: float
    """What endpoints have charged."""
    costs: tuple[Cost, ...] = ()

    def total(self, machine: float) -> float | None:
        """US dollars in all, this machine's hours at that price; None where its price is unknown."""
        return self.dollars + self.minutes / 60 * machine if machine else None


def growth_of(exchange: Exchange, run: Path, checkpoint_id: str) -> Growth:
    """The books of the run in a folder, whose store `exchange` reads."""
    state = exchange.state()
    student = next(item for item in state.checkpoints if item.id == checkpoint_id)
    teachers = [cost for cost in state.costs if cost.role is Role.TEACHER]
    return Growth(
        minutes=(seconds_of(run / CLOCK_FILE) or 0.0) / 60,
        corrections=state.corrections,
        corrections_trained=student.corrections_trained,
        tokens_trained=student.tokens_trained,
        train_seconds=student.train_seconds,
        references=len(_references(exchange)),
        teacher=_teacher(run / CONFIG_FILE),
        teacher_tokens=sum(cost.prompt_tokens + cost.completion_tokens for cost in teachers),
        dollars=sum(cost.dollars for cost in state.costs),
        costs=tuple(state.costs),
    )


def _teacher(config: Path) -> str:
    """Whoever taught, by the config that the run was started with."""
    found = load(config)
    section = found.role(Role.TEACHER)
    if section.agent:
        return section.agent
    if not section.engine:
        return "the domain's worked solutions"
    engine = found.engines[section.engine]
    return engine.model or section.engine


def _references(exchange: Exchange) -> set[str]:
    judged = {verdict.root_id for verdict in _all(exchange, "verdict")}
    asked = {
        sample.payload.question
        for sample in _all(exchange, "probe")
        if sample.id in judged and isinstance(sample.payload, Probe)
    }
    taught = {
        sample.payload.question
        for sample in _all(exchange, "correction")
        if isinstance(sample.payload, Correction) and sample.payload.question
    }
    with exchange.store.read() as connection:
        bodies = connection.execute(select(exams.c.exam)).scalars().all()
    items = [item.probe.payload for body in bodies for item in ExamRecord.model_validate_json(body).items]
    return asked | taught | {probe.question for probe in items if isinstance(probe, Probe)}


def _all(exchange: Exchange, kind: str) -> Iterator[Sample]:
    """Every sample of a kind, page by page."""
    since = 0
    while page := exchange.samples(kind, since_revision=since, limit=_PAGE):
        yield from page
        since = page[-1].revision
