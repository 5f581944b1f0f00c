"""A run folder made through a real exchange: probes, attempts, verdicts, corrections, exams, a promotion, a ledger."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from swarm.criteria import Criterion, Experiment, ExperimentOutcome, Rubric
from swarm.domains.calendar import CalendarDomain
from swarm.domains.exam import frozen_exam
from swarm.exam_report import ContestantKind, ExamReport, ItemAnswer, save_report, scored
from swarm.exchange import Exchange, Identity
from swarm.gateway.run_folder import STORE_FILE, Credentials
from swarm.records import Attempt, Correction, Probe, Purpose, Sample, TeacherKind, Verdict, answer_to
from swarm.roles import AgentCard, Role
from swarm.state import PhaseName, PhaseRecord
from swarm.students import Checkpoint, CheckpointStatus, ExamRecord, PromotionDecision
from swarm.work import Completion, Stage

DOMAIN = CalendarDomain()
CELLS = DOMAIN.cells()[:6]
SEED_RUBRIC = Rubric(
    version=1, domain="calendar", criteria=(Criterion(id="right", text="The answer is right.", check="verifier"),)
)
Answering = Callable[[Sample], Attempt | Verdict | Correction]
INJECTION = "<script>alert('x')</script>"
AGENTS = {role: Identity(f"{role}-1", role) for role in Role}


class Clock:
    """Goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self._time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._time += timedelta(seconds=1)
        return self._time


def make_run(run: Path, *, learned: bool = True, stopped: bool = True, store: str = "") -> Path:
    """A run of `calendar` named `test`; where it has `learned`, c1 was promoted and both exams were taken."""
    run.mkdir(parents=True, exist_ok=True)
    key = Credentials(run).lease_key
    with (
        Exchange(store or f"sqlite:///{run / STORE_FILE}", "test", "calendar", Clock(), key) as exchange,
        exchange.transaction(),
    ):
        fill(exchange, learned=learned, stopped=stopped)
    (run / "config.toml").write_text(f'[swarm]\nname = "test"\nseed = 7\nstore = "{store}"\n')
    if learned:
        write_exams(run)
    return run


def fill(exchange: Exchange, *, learned: bool = True, stopped: bool = True) -> None:
    """Put into an empty exchange what a short run leaves there."""
    exchange.put_rubric(SEED_RUBRIC)
    exchange.put_checkpoint(Checkpoint(id="base", status=CheckpointStatus.BASE, url="file:///base"))
    teach(exchange, "base", 12, passing=3)
    if learned:
        _promote(exchange)
        teach(exchange, "c1", 6, passing=5)
    if stopped:
        phase = PhaseRecord(name=PhaseName.STOPPED, reason="stopped by budget: 10 of 10 minutes")
        exchange.set_phase(phase, exchange.phase().revision)


def teach(exchange: Exchange, checkpoint_id: str, count: int, passing: int) -> None:
    """Probes go all the way; the first `passing` of them are right, the others get a correction."""
    rng = random.Random(checkpoint_id)
    probes = [DOMAIN.make(CELLS[number % len(CELLS)], rng, Purpose.LEARN)[0] for number in range(count)]
    card = AgentCard(name="student-1", role=Role.STUDENT, version="1")
    exchange.register(AGENTS[Role.STUDENT], card)
    exchange.heartbeat(AGENTS[Role.STUDENT], "student-1", completed=count, prompt_tokens=400, busy_seconds=2.5)
    assert all(answer.ok for answer in exchange.publish(AGENTS[Role.PROBER], probes))
    _work(
        exchange,
        Role.STUDENT,
        Stage.PROBES,
        lambda _: Attempt(text=f"{INJECTION}\n= nonsense", checkpoint_id=checkpoint_id),
    )
    right = iter(number < passing for number in range(count))
    _work(exchange, Role.JUDGE, Stage.ATTEMPTS, lambda _: _verdict(next(right)))
    _work(exchange, Role.TEACHER, Stage.FAILURES, _correction)


def _work(exchange: Exchange, role: Role, stage: Stage, answer: Answering) -> None:
    for lease in exchange.lease(AGENTS[role], stage, 100, 600.0):
        output = answer_to(lease.sample, answer(lease.chain[-1]))
        assert exchange.complete(AGENTS[role], [Completion(token=lease.token, outputs=(output,))])[0].ok


def _verdict(passed: bool) -> Verdict:
    species = "" if passed else "relative/off-by-7-days"
    return Verdict(passed=passed, rubric_version=1, decided_by="verifier", species=species, explanation="as computed")


def _correction(probe: Sample) -> Correction:
    assert isinstance(probe.payload, Probe)
    right = DOMAIN.solve(probe.payload)
    return Correction(rationale=right.rationale, answer=right.answer, teacher=TeacherKind.WORKED, verified=True)


def _promote(exchange: Exchange) -> None:
    candidate = Checkpoint(
        id="c1", parent_id="base", status=CheckpointStatus.CANDIDATE, url="file:///c1",
        cursor=exchange.revision(), corrections_trained=9, train_seconds=31.0,
    )  # fmt: skip
    learned = [chain[0].id for chain in exchange.corrections(0)]
    exchange.put_checkpoint(candidate, learned)
    record = ExamRecord(id="e1", champion_id="base", candidate_id="c1", items=())
    decision = PromotionDecision(
        exam_id="e1", candidate_id="c1", champion_id="base", promoted=True, wins=21, losses=2,
        champion_accuracy=0.21, candidate_accuracy=0.64, e_value=5021.0, threshold=20.0, regression=False,
    )  # fmt: skip
    exchange.submit_exam(record, decision)
    refused = decision.model_copy(update={"exam_id": "e2", "candidate_id": "c2", "promoted": False, "wins": 4})
    second = candidate.model_copy(update={"id": "c2", "parent_id": "c1", "corrections_trained": 14})
    exchange.put_checkpoint(second, replayed=learned[:2])
    words = {"champion_id": "c1", "blocked_by": ("improvement: 4 won, 2 lost",), "e_value": 1.4}
    exchange.submit_exam(
        record.model_copy(update={"id": "e2", "champion_id": "c1", "candidate_id": "c2"}),
        refused.model_copy(update=words),
    )
    exchange.put_experiment(
        Experiment(
            number=1, incumbent_version=1, proposal=SEED_RUBRIC.model_copy(update={"version": 2, "parent_version": 1}),
            outcome=ExperimentOutcome.DISCARDED, reason="no better", items=40, wins=2, losses=2, e_value=0.4,
            threshold=20.0, defect_recall=0.9, false_failure_rate=0.01, incumbent_defect_recall=0.9,
            incumbent_false_failure_rate=0.01,
        )
    )  # fmt: skip


def write_exams(run: Path) -> None:
    """The frozen exam before and after: the base passes a quarter, the student three quarters."""
    items = frozen_exam(DOMAIN, CELLS, 4, seed=7)
    before = ExamReport(domain="calendar", seed=7, probes=tuple(items))
    for name, kind, every in (
        ("base zero-shot", ContestantKind.ZERO_SHOT, 4),
        ("constant", ContestantKind.CONSTANT, 8),
    ):
        answers = [ItemAnswer(sample_id=item.id, text="x", passed=not n % every) for n, item in enumerate(items)]
        before = before.add(scored(name, kind, items, answers, seconds=2.0))
    answers = [ItemAnswer(sample_id=item.id, text="x", passed=bool(n % 4)) for n, item in enumerate(items)]
    student = scored("student", ContestantKind.STUDENT, items, answers, seconds=2.0, checkpoint_id="c1")
    save_report(before, run / "exam-before.json")
    save_report(before.model_copy(update={"contestants": ()}).add(student), run / "exam-after.json")
