"""The end of a run: the frozen exam that nothing was chosen by, sat by the student, the base, parsers and constants."""

from collections.abc import Sequence

from agents.contest import parsers, sit, sit_constant, sit_data, sit_parser
from agents.engines.base import Engine
from swarm import statistics
from swarm.certificate.issuing import CERTIFICATE_FILE, issue
from swarm.config import Config
from swarm.domains import load_domain
from swarm.domains.exam import EXAM_SEED, report_exam
from swarm.errors import SwarmError
from swarm.exam_report import ExamReport, save_report
from swarm.phases import level, policy_of
from swarm.records import Cell
from swarm.state import PhaseName, Progress, SwarmState
from swarm.students import CheckpointStatus


async def sit_exam(config: Config, cells: Sequence[Cell], state: SwarmState, engine: Engine) -> None:
    """Write exam-after.json (the champion) and exam-before.json (all others) into the run folder."""
    domain = load_domain(config.swarm.domain)
    items = report_exam(domain, cells, config.exam.items)
    before = ExamReport(domain=domain.name, seed=EXAM_SEED, probes=tuple(items))
    after = before
    longest = config.student.max_new_tokens
    champion = next(c for c in state.checkpoints if c.id == state.champion_id)
    if champion.status is not CheckpointStatus.BASE:
        await engine.take(champion)
    student = await sit(engine, domain, items, "student", checkpoint=champion, max_new_tokens=longest)
    save_report(after.add(student), config.run_dir / "exam-after.json")
    for name, shots in (("base, zero-shot", 0), (f"base, {config.exam.shots}-shot", config.exam.shots)):
        before = before.add(await sit(engine, domain, items, name, shots=shots, max_new_tokens=longest, cells=cells))
    before = before.add(sit_constant(domain, items))
    for contestant in sit_data(domain, items):
        before = before.add(contestant)
    for name in parsers(domain):
        before = before.add(sit_parser(domain, items, name))
    save_report(before, config.run_dir / "exam-before.json")


def certify(config: Config) -> str:
    """Issue the certificate of a run that has just been certified; returns what is to be said of it."""
    try:
        made = issue(config.run_dir)
    except SwarmError as error:
        # The phase stands in the store either way, and `swarm certificate issue` can be given again.
        return f"no certificate: {error}"
    return f"certificate {config.run_dir / CERTIFICATE_FILE}, signed by {made.public_key}"


def progress(state: SwarmState, config: Config, probes: int, failures: int) -> Progress:
    """How far siege or census has come."""
    alpha = level(state.phase, policy_of(config))
    siege = state.phase.name is PhaseName.SIEGE
    return Progress(
        phase=state.phase.name,
        attempt=state.phase.attempt,
        probes=probes,
        failures=failures,
        alpha=alpha,
        bound=statistics.siege_bound(probes, failures, alpha) if siege and probes else 1.0,
        log_ratio=0.0 if siege else statistics.census_log_ratio(probes, failures, config.phases.epsilon),
    )
