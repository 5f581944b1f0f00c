"""Gathers a run's profile: from spells where they were told, else from leases, decisions and sums."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from swarm.events import EventKind
from swarm.exchange import Exchange
from swarm.exchange.schema import events, queue, samples
from swarm.exchange.store import micros, moment
from swarm.report.profile import (
    Milestone,
    Profile,
    Share,
    bars,
    covered,
    from_totals,
    shares,
    together,
    with_tokens,
)
from swarm.report.standings import Exams
from swarm.roles import Role
from swarm.spells import GATEWAY, TRAINER, Spell, engine_place
from swarm.state import ENDED, SwarmState
from swarm.students import CheckpointStatus, PromotionDecision
from swarm.training import TrainerActivity
from swarm.work import Stage

ANSWERING, EXAMINING = "student's answers", "promotion exam"
FROZEN = "frozen exam"
_SUPERVISOR = "supervisor"


def profile_of(exchange: Exchange, run: Path) -> Profile:
    """The profile of the run in a folder, of whose store `exchange` has a copy open."""
    state, told = exchange.state(), exchange.spells()
    began = state.started_at
    *away, reading = sorted((spell for spell in told if spell.place == GATEWAY), key=lambda spell: spell.ended)
    # The copy was opened when it was made: until then nobody had touched it since the run's last word.
    ended = max(began, reading.began)
    gone = covered((spell.began.timestamp(), spell.ended.timestamp()) for spell in away)
    span = (ended - began).total_seconds()
    wall = max(0.0, span - gone)
    spells = [spell for spell in told if spell.place != GATEWAY]
    measured = bool(spells)
    spells = [_named(spell, state) for spell in spells] if measured else _deduced(exchange, run, state, ended)
    rows = shares(spells, wall) + ([] if measured else _trainer_totals(state, wall))
    rows = with_tokens(rows, TRAINER, TrainerActivity.TRAINING, _tokens(state, Role.TRAINER))
    if not measured:
        for role, what in ((Role.STUDENT, ANSWERING), (Role.EXAMINER, EXAMINING)):
            rows = with_tokens(rows, engine_place("student"), what, _tokens(state, role))
    return Profile(
        began=began,
        ended=ended,
        wall_seconds=wall,
        away_seconds=gone,
        measured=measured,
        milestones=_milestones(exchange, state, spells, ended),
        shares=tuple(rows),
        together=together(spells, began, wall) if measured else (),
        bars=bars([*spells, *away], began, span),
    )


def _tokens(state: SwarmState, role: Role) -> int:
    """Tokens that the agents of a role have read and written, or a trainer has learned from."""
    return sum(cost.prompt_tokens + cost.completion_tokens for cost in state.costs if cost.role is role)


def _named(spell: Spell, state: SwarmState) -> Spell:
    """The spell, with what it was for in words."""
    if spell.place == TRAINER:
        return spell.model_copy(update={"what": TrainerActivity(spell.what).words})
    return spell.model_copy(update={"what": _purpose(spell, state)})


def _purpose(spell: Spell, state: SwarmState) -> str:
    """What an engine's spell was for, by who asked."""
    role = spell.who.rpartition("-")[0] or spell.who
    if spell.what == "load":
        return "loading weights"
    if role == Role.STUDENT:
        return ANSWERING
    if role == Role.EXAMINER:
        return f"{EXAMINING}: {'general items' if spell.what == 'score' else _side(spell, state.promotions)}"
    if role == _SUPERVISOR and state.phase.name in ENDED and spell.ended > state.phase.since:
        return f"{FROZEN}: {'student' if spell.checkpoint_id else 'base'}"
    return f"{role or 'somebody'}: {spell.what}"


def _side(spell: Spell, decisions: Sequence[PromotionDecision]) -> str:
    """Whose answers an exam's spell were; an exam that came to no decision yet leaves that open."""
    exam = next((decision for decision in decisions if decision.at >= spell.ended), None)
    if exam is None:
        return "undecided"
    return "candidate" if spell.checkpoint_id == exam.candidate_id else "champion"


def _milestones(
    exchange: Exchange, state: SwarmState, spells: Sequence[Spell], ended: datetime
) -> tuple[Milestone, ...]:
    """What happened first, and when it ended, in that order; what did not happen is left out."""
    found: list[tuple[str, datetime | None]] = [("first agent", _first_agent(exchange))]
    found += [(f"first {kind}", at) for kind, at in _firsts(exchange)]
    loads = [spell.ended for spell in spells if spell.what == "loading weights" and not spell.checkpoint_id]
    found += [("engine up", min(loads, default=None))]
    rounds = [spell.began for spell in spells if (spell.place, spell.what) == (TRAINER, TrainerActivity.TRAINING)]
    found += [("trainer up", _first_trainer(exchange)), ("first round", min(rounds, default=None))]
    made = [item.created_at for item in state.checkpoints if item.status is not CheckpointStatus.BASE]
    found += [("first candidate", min(made, default=None))]
    decided = [decision.at for decision in state.promotions]
    found += [("first exam decided", min(decided, default=None))]
    if state.phase.name in ENDED:
        found += [(state.phase.name.value, state.phase.since)]
    if len(decided) > 1:
        found += [("last exam decided", max(decided))]
    found += [("end", ended)]
    known = [
        Milestone(name=name, seconds=max(0.0, (at - state.started_at).total_seconds())) for name, at in found if at
    ]
    return tuple(sorted(known, key=lambda milestone: milestone.seconds))


def _firsts(exchange: Exchange) -> list[tuple[str, datetime]]:
    """When the first sample of each kind was stored, as far as the log reaches back."""
    first = select(func.min(samples.c.revision)).where(samples.c.kind != "annotation").group_by(samples.c.kind)
    query = select(samples.c.kind, events.c.at).join(events, events.c.revision == samples.c.revision)
    with exchange.store.read() as connection:
        rows = connection.execute(query.where(samples.c.revision.in_(first))).all()
    return [(kind, moment(at)) for kind, at in rows]


def _first_agent(exchange: Exchange) -> datetime | None:
    return _first_event(exchange, EventKind.AGENT, "")


def _first_trainer(exchange: Exchange) -> datetime | None:
    return _first_event(exchange, EventKind.AGENT, "trainer-0")


def _first_event(exchange: Exchange, kind: EventKind, ref: str) -> datetime | None:
    query = select(func.min(events.c.at)).where(events.c.kind == kind)
    with exchange.store.read() as connection:
        at = connection.scalar(query.where(events.c.ref == ref) if ref else query)
    return moment(at) if at else None


def _deduced(exchange: Exchange, run: Path, state: SwarmState, ended: datetime) -> list[Spell]:
    """An engine's spells as far as leases, decisions and the frozen exam's own seconds tell, waiting included."""
    place = engine_place("student")
    made = [Spell(place=place, what=ANSWERING, began=one, ended=other) for one, other in _answers(exchange)]
    for decision in state.promotions:
        candidate = next((item for item in state.checkpoints if item.id == decision.candidate_id), None)
        if candidate is not None and candidate.created_at <= decision.at:
            made.append(Spell(place=place, what=EXAMINING, began=candidate.created_at, ended=decision.at))
    return made + _frozen(Exams(run), place, ended)


def _answers(exchange: Exchange) -> Iterable[tuple[datetime, datetime]]:
    """Stretches from the lease of probes to the attempts at them, overlapping ones as one."""
    probes = samples.alias("probes")
    joined = samples.join(probes, probes.c.id == samples.c.parent_id).join(queue, queue.c.revision == probes.c.revision)
    joined = joined.join(events, events.c.revision == samples.c.revision)
    query = select(queue.c.leased_at, events.c.at).select_from(joined).distinct()
    query = query.where(samples.c.kind == "attempt", queue.c.stage == Stage.PROBES)
    query = query.where(queue.c.leased_at > 0, queue.c.leased_at <= events.c.at)
    found = list[list[int]]()
    with exchange.store.read() as connection:
        for leased, made in connection.execute(query.order_by(queue.c.leased_at)):
            if found and leased <= found[-1][1]:
                found[-1][1] = max(found[-1][1], made)
            else:
                found.append([leased, made])
    return [(moment(one), moment(other)) for one, other in found]


def _frozen(exams: Exams, place: str, ended: datetime) -> list[Spell]:
    """The contestants of the frozen exam, one after the other, the last of them until the end."""
    made, reached = list[Spell](), micros(ended)
    for exam, who in ((exams.before, "base"), (exams.after, "student")):
        for one in reversed(exam.contestants if exam else ()):
            if one.completion_tokens:
                began = moment(reached) - timedelta(seconds=one.seconds)
                tokens = {"prompt_tokens": one.prompt_tokens, "completion_tokens": one.completion_tokens}
                made.append(Spell(place=place, what=f"{FROZEN}: {who}", began=began, ended=moment(reached), **tokens))
                reached = micros(began)
    return made[::-1]


def _trainer_totals(state: SwarmState, wall: float) -> list[Share]:
    """What the trainer last said of its time; of one that said nothing, the seconds of its rounds."""
    report = state.trainer.report if state.trainer else None
    if report is not None and report.seconds:
        rows = from_totals(dict(report.seconds), wall)
    else:
        trained = sum(cost.busy_seconds for cost in state.costs if cost.role is Role.TRAINER)
        rows = from_totals({TrainerActivity.TRAINING: trained}, wall) if trained else []
    return [row.model_copy(update={"what": _word(row.what)}) for row in rows]


def _word(activity: str) -> str:
    return TrainerActivity(activity).words if activity in set(TrainerActivity) else activity
