"""The report in words: how the run ended, and the exam's table for a terminal."""

from rich.table import Table

from swarm.exam_report import ContestantKind
from swarm.report.model import Line, PhaseStep, Report
from swarm.state import PhaseName, Progress, SwarmState
from swarm.students import CheckpointStatus, PromotionDecision

_EVIDENCE = 20.0
OUTSIDERS = (ContestantKind.PARSER, ContestantKind.BASELINE, ContestantKind.RECORDED)
"""Contestants whose names don't say what they are."""


def ending(report: Report) -> str:
    """How it ended, one sentence a line."""
    return "\n".join(report.ending)


def how_it_ended(
    state: SwarmState, steps: tuple[PhaseStep, ...], lines: tuple[Line, ...], progress: tuple[Progress, ...]
) -> tuple[str, ...]:
    """Sentences about the end that claim no more than was shown."""
    said = [_phase_sentence(state)]
    if state.phase.name is not PhaseName.CERTIFIED:
        if any(step.phase.name is PhaseName.CENSUS for step in steps):
            said.append("A siege reached its bound. That is not graduation: no census has accepted the student.")
        elif any(one.phase is PhaseName.SIEGE for one in progress):
            said.append("A siege was begun and did not reach its bound.")
        else:
            said.append("No siege was begun, so nothing is claimed about how rarely the student fails under attack.")
    said.append(_champion_sentence(state, state.promotions))
    said += _exam_sentences(lines)
    return tuple(said)


def _phase_sentence(state: SwarmState) -> str:
    phase = state.phase
    match phase.name:
        case PhaseName.CERTIFIED:
            return f"Certified: {phase.reason}. This holds for probes drawn as the census draws them."
        case PhaseName.STOPPED:
            return f"Stopped before certification: {phase.reason or 'no reason was given'}."
        case _:
            return f"The run has not ended: it is in phase {phase.name}{' and paused' if phase.paused else ''}."


def _champion_sentence(state: SwarmState, decisions: tuple[PromotionDecision, ...]) -> str:
    champion = next((item for item in state.checkpoints if item.id == state.champion_id), None)
    if champion is None:
        return "No checkpoint has been registered yet."
    won = sum(decision.promoted for decision in decisions)
    if champion.status is CheckpointStatus.BASE:
        return f"The untouched base serves: none of {len(decisions)} candidates shown to the examiner holds the title."
    return (
        f"{champion.id} serves, trained on {champion.corrections_trained} corrections; "
        f"{won} of {len(decisions)} candidates were promoted."
    )


def _exam_sentences(lines: tuple[Line, ...]) -> list[str]:
    student = next((line for line in lines if line.student), None)
    if student is None:
        return ["The trained student has not sat the frozen exam."]
    said = [
        f"On the frozen exam of {student.items} items the student has a macro accuracy of {_interval(student)}; "
        "95% intervals."
    ]
    others = [line for line in lines if not line.student and line.wins is not None]
    if others:
        best = others[0]
        shown = best.e_value is not None and best.e_value >= _EVIDENCE
        lead = f"Against the best of the others, {best.name} ({_interval(best)}), "
        lead += f"it won {best.wins} items and lost {best.losses}"
        verdict = "it is better" if shown else "too little evidence to call it better"
        said.append(f"{lead}: {verdict} (e {best.e_value:.3g}; {_EVIDENCE:g} is needed).")
    return said


def exam_table(report: Report) -> Table:
    """The frozen exam for a terminal of 80 columns, the best first."""
    title = f"frozen exam, {report.exam_items} items: macro accuracy" if report.exam_items else "no exam has been taken"
    if any(line.wins is not None for line in report.lines):
        title += "; won and lost by the student"
    table = Table("contestant", title=title, title_justify="left", box=None)
    for head in ("accuracy, 95% interval", "won/lost", "e", "scored by"):
        table.add_column(head, no_wrap=True)
    for line in report.lines:
        pairs = f"{line.wins}/{line.losses}" if line.wins is not None else ""
        evidence = f"{line.e_value:.3g}" if line.e_value is not None else ""
        name = f"* {line.name}" if line.student else line.name
        if line.kind in OUTSIDERS:
            name += f", {line.kind}"
        if line.items < report.exam_items:
            name += f" ({line.items} items)"
        table.add_row(
            name,
            f"{line.accuracy:.1%} ({100 * line.lower:.1f} to {100 * line.upper:.1f})",
            pairs,
            evidence,
            line.scoring,
        )
    return table


def audit_table(report: Report) -> Table | None:
    """What the contestants made up, for a terminal; None where the domain is not made of documents."""
    if not report.audits:
        return None
    faults = list(dict.fromkeys(line.fault for line in report.audits))
    table = Table("contestant", *faults, title="what was made up, of the answers that could be", box=None)
    for name in dict.fromkeys(line.contestant for line in report.audits):
        of = {line.fault: line for line in report.audits if line.contestant == name}
        table.add_row(name, *(f"{of[fault].rate:.0%} ({of[fault].found} of {of[fault].of})" for fault in faults))
    return table


def _interval(line: Line) -> str:
    return f"{line.accuracy:.1%} [{line.lower:.1%}, {line.upper:.1%}]"
