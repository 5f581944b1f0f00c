"""Samples and events as lines of text."""

from swarm.asking import Making
from swarm.events import Event
from swarm.live import decision_line
from swarm.records import Attempt, Correction, Probe, Sample, Verdict
from swarm.students import Learning

_WIDTH = 100


def event_line(event: Event) -> str:
    """One change in one line."""
    return f"{event.revision:>7}  {event.at.astimezone():%H:%M:%S}  {event.kind:<10}  {_event_words(event)}"


def _event_words(event: Event) -> str:
    if event.sample is not None:
        return f"{event.sample.kind:<10}  {event.sample.id}  {words_of(event.sample)}"
    if event.phase is not None:
        return f"{event.phase.name}{' (paused)' if event.phase.paused else ''}: {event.phase.reason}"
    if event.promotion is not None:
        return decision_line(event.promotion)
    if event.checkpoint is not None:
        return f"{event.checkpoint.id} is {event.checkpoint.status} {event.checkpoint.reason}".rstrip()
    if event.experiment is not None:
        return f"#{event.experiment.number} {event.experiment.outcome}: {event.experiment.reason}"
    if event.rubric is not None:
        return f"version {event.rubric.version} {event.rubric.note}".rstrip()
    if event.agent is not None:
        words = (("has left", event.agent.gone), ("absent", event.agent.absent), ("draining", event.agent.draining))
        said = ", ".join(word for word, holds in words if holds)
        return f"{event.agent.card.name} ({event.agent.card.role_name}){f' {said}' if said else ''}"
    if event.flow is not None:
        return f"declared roles: {', '.join(role.name for role in event.flow.roles) or 'none'}"
    if event.forgetting is not None:
        return f"{len(event.forgetting.sample_ids)} samples, for {event.forgetting.subject}"
    return ""


def sample_line(sample: Sample) -> str:
    """One sample in one line."""
    return f"{sample.revision:>7}  {sample.id}  {sample.kind:<10}  {words_of(sample)}"


def words_of(sample: Sample) -> str:
    """What a sample says, in at most a line's width."""
    if sample.forgotten:
        return "(forgotten)"
    match sample.payload:
        case Probe() as probe:
            text = f"[{probe.cell.key}, {probe.purpose}] {probe.question}"
        case Attempt() as attempt:
            text = f"({attempt.checkpoint_id}) {attempt.text}"
        case Verdict() as verdict:
            text = f"{'pass' if verdict.passed else 'fail'} {verdict.species} {verdict.answer}"
        case Correction() as correction:
            text = f"= {correction.answer}"
        case annotation:
            text = f"{annotation.decision or ''} {annotation.schema_name} {annotation.body}".strip()
    line = " | ".join(part for part in text.splitlines() if part.strip())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def sample_lines(sample: Sample) -> list[str]:
    """All of a sample: its head, then every field that says something."""
    head = f"{sample.kind} {sample.id}  (revision {sample.revision}, by {sample.producer or 'nobody'})"
    head += ", forgotten" if sample.forgotten else ""
    lines = [head]
    if sample.redactions:
        replaced = ", ".join(f"{kind} {count}" for kind, count in sample.redactions)
        lines.append(f"  {'(replaced)':<18} {replaced}")
    for name, value in sample.payload.model_dump(mode="json", exclude={"kind"}).items():
        if isinstance(value, dict):
            value = " ".join(f"{key}={item}" for key, item in value.items())  # noqa: PLW2901 - the same value, as text
        if value not in ("", None, []):
            lines += [
                f"  {name:<18} {part}" if not i else f"  {'':<18} {part}"
                for i, part in enumerate(str(value).splitlines())
            ]
    return lines


def learning_line(learning: Learning) -> str:
    """Which checkpoint learned from which correction, in one line."""
    how = [*(["as new"] if learning.fresh else []), *([f"as replay ({learning.replays})"] if learning.replays else [])]
    return f"checkpoint {learning.checkpoint_id} learned from {learning.sample_id}, {' and '.join(how)}"


def making_lines(made: Making) -> list[str]:
    """A checkpoint, how its exam ended, and what made it, in lines."""
    item = made.checkpoint
    lines = [f"checkpoint {item.id}", f"  status       {item.status} {item.reason}".rstrip()]
    lines += [f"  trained from {item.parent_id or '-'}", f"  recipe       {item.recipe or '-'}"]
    lines += [f"  KL to base   {item.kl_to_base:.4f} nats per token"] if item.kl_to_base else []
    if made.decision is not None:
        lines.append(f"  exam         {decision_line(made.decision).removeprefix('exam: ')}")
    for lessons in made.line:
        lines.append(
            f"  {lessons.checkpoint_id} learned from {lessons.learned} new corrections, {lessons.replayed} again"
        )
    return lines
