"""Phase, rubric, ledger, agents, log and state."""

from collections.abc import Callable

import pytest
from exchange_rig import (
    CELL,
    JUDGE,
    OPERATOR,
    PROBER,
    STUDENT,
    TEACHER,
    Rig,
    checkpoint,
    correction_of,
)

from swarm.criteria import Criterion, Experiment, ExperimentOutcome, Rubric
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Identity
from swarm.records import Purpose
from swarm.roles import AgentCard, Role
from swarm.state import PhaseName, PhaseRecord, Progress
from swarm.students import CheckpointStatus
from swarm.training import MishapKind, TrainerActivity, TrainerMishap, TrainerReport, TrainerStanding

SEED = Rubric(version=1, domain="calendar", criteria=(Criterion(id="right", text="Is it right?", check="verifier"),))
BASE = checkpoint("base", CheckpointStatus.BASE)


def experiment(number: int, incumbent: int, outcome: ExperimentOutcome = ExperimentOutcome.KEPT) -> Experiment:
    return Experiment(
        number=number,
        incumbent_version=incumbent,
        proposal=SEED.model_copy(update={"version": 77, "note": f"proposal {number}"}),
        outcome=outcome,
        reason="won",
        items=60,
        wins=9,
        losses=1,
        e_value=30.0,
        threshold=20.0,
        defect_recall=0.95,
        false_failure_rate=0.01,
        incumbent_defect_recall=0.9,
        incumbent_false_failure_rate=0.02,
    )


def refusal(error: pytest.ExceptionInfo[RefusedError]) -> str:
    assert error.value.fix
    return error.value.reason


def test_the_phase_moves_only_from_the_revision_that_was_read(rig: Rig) -> None:
    first = rig.exchange.phase()
    assert (first.name, first.revision) == (PhaseName.LEARN, 1)
    rig.clock.turn(60)
    second = rig.exchange.set_phase(PhaseRecord(name=PhaseName.SIEGE, attempt=1), first.revision)
    assert second.since == rig.clock()
    with pytest.raises(RefusedError, match="at revision 2, not at 1") as refused:
        rig.exchange.set_phase(PhaseRecord(name=PhaseName.CENSUS), first.revision)
    assert refusal(refused) == "CONFLICT"
    rig.clock.turn(60)
    paused = rig.exchange.set_phase(second.model_copy(update={"paused": True}), second.revision)
    assert (paused.since, paused.paused, rig.exchange.phase()) == (second.since, True, paused)
    assert (first.began, second.began, paused.began, paused.revision) == (1, 2, 2, 3)
    assert [e.phase for e in rig.exchange.events(0) if e.kind is EventKind.PHASE] == [first, second, paused]


def test_the_seed_rubric_is_put_once(rig: Rig) -> None:
    with pytest.raises(RefusedError, match="no rubric version 0"):
        rig.exchange.rubric()
    stored = rig.exchange.put_rubric(SEED)
    assert rig.exchange.put_rubric(SEED) == stored == rig.exchange.rubric()
    with pytest.raises(RefusedError) as refused:
        rig.exchange.put_rubric(SEED.model_copy(update={"note": "another"}))
    assert refusal(refused) == "CONFLICT"


def test_a_kept_experiment_comes_into_force_once(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    sent = experiment(1, incumbent=1)
    stored = rig.exchange.put_experiment(sent)
    assert rig.exchange.put_experiment(sent) == stored
    active = rig.exchange.rubric()
    assert (active.version, active.parent_version, active.note) == (2, 1, "proposal 1")
    assert rig.exchange.rubric(1).note == ""
    assert rig.exchange.state().rubric_version == 2
    with pytest.raises(RefusedError) as refused:
        rig.exchange.put_experiment(experiment(1, incumbent=2))
    assert refusal(refused) == "CONFLICT"


def test_an_experiment_against_a_former_rubric_is_discarded(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    rig.exchange.put_experiment(experiment(1, incumbent=1))
    late = rig.exchange.put_experiment(experiment(2, incumbent=1))
    assert late.outcome is ExperimentOutcome.DISCARDED
    assert "incumbent 1 is no longer current (2 is)" in late.reason
    crashed = rig.exchange.put_experiment(experiment(3, 2, ExperimentOutcome.CRASHED))
    assert rig.exchange.rubric().version == 2
    assert rig.exchange.ledger()[1:] == [late, crashed]
    kinds = [event.kind for event in rig.exchange.events(1)]
    assert kinds == [EventKind.RUBRIC, EventKind.EXPERIMENT, EventKind.RUBRIC, *[EventKind.EXPERIMENT] * 2]


def test_agents_come_report_and_leave(rig: Rig) -> None:
    card = AgentCard(name="student-1", role=Role.STUDENT)
    first = rig.exchange.register(STUDENT, card)
    rig.clock.turn(10)
    assert rig.exchange.register(STUDENT, card).registered_at == first.registered_at
    for _ in range(2):
        status = rig.exchange.heartbeat(
            STUDENT,
            "student-1",
            completed=3,
            failed=1,
            prompt_tokens=10,
            completion_tokens=5,
            busy_seconds=1.5,
            note="busy",
        )
    assert (status.completed, status.failed, status.tokens, status.busy_seconds) == (6, 2, 30, 3.0)
    assert (status.last_seen_at, status.note) == (rig.clock(), "busy")
    rig.exchange.leave(OPERATOR, "student-1")
    assert rig.exchange.agents() == []
    (cost,) = rig.exchange.state().costs
    assert (cost.role, cost.prompt_tokens, cost.completion_tokens) == (Role.STUDENT, 20, 10)
    events = [event.agent for event in rig.exchange.events(0) if event.kind is EventKind.AGENT]
    assert len(events) == 2
    assert rig.exchange.register(STUDENT, card).completed == 6


def test_an_agent_speaks_for_its_own_role_only(rig: Rig) -> None:
    card = AgentCard(name="student-1", role=Role.STUDENT)
    rig.exchange.register(STUDENT, card)
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: rig.exchange.register(JUDGE, card), "FORBIDDEN"),
        (lambda: rig.exchange.heartbeat(JUDGE, "student-1"), "FORBIDDEN"),
        (lambda: rig.exchange.heartbeat(STUDENT, "student-2"), "NOT_FOUND"),
        (lambda: rig.exchange.heartbeat(STUDENT, "student-1", completed=-1), "INVALID"),
        (lambda: rig.exchange.leave(JUDGE, "student-1"), "FORBIDDEN"),
    ]
    for call, reason in calls:
        with pytest.raises(RefusedError) as refused:
            call()
        assert refusal(refused) == reason


def test_each_declared_role_has_books_of_its_own(rig: Rig) -> None:
    for role, tokens in (("critic", 7), ("curator", 9)):
        agent = Identity(f"{role}-1", Role.DECLARED, declared_role=role)
        rig.exchange.register(agent, AgentCard(name=agent.name, role=Role.DECLARED, declared_role=role))
        rig.exchange.heartbeat(agent, agent.name, prompt_tokens=tokens)
    assert [(cost.role_name, cost.prompt_tokens) for cost in rig.exchange.state().costs] == [
        ("critic", 7),
        ("curator", 9),
    ]


def test_the_log_resumes_anywhere_and_names_its_ends(rig: Rig) -> None:
    rig.probes(5)
    every = rig.exchange.events(0)
    assert [event.revision for event in every] == [1, 2, 3, 4, 5, 6]
    assert rig.exchange.events(2, limit=2) == every[2:4]
    assert rig.exchange.events(6) == []
    assert (rig.exchange.oldest_revision(), rig.exchange.revision()) == (1, 6)
    for outside in (-1, 7):
        with pytest.raises(RefusedError, match="holds 1 to 6") as refused:
            rig.exchange.events(outside)
        assert refusal(refused) == "OUT_OF_RANGE"


def test_events_show_things_as_they_were(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    rig.promote("c1")
    seen = [(e.checkpoint.id, e.checkpoint.status) for e in rig.exchange.events(0) if e.checkpoint is not None]
    assert seen == [("base", "base"), ("c1", "candidate"), ("c1", "champion")]
    for event in rig.exchange.events(0):
        told = event.sample or event.phase or event.checkpoint or event.promotion
        assert told is not None
        assert told.revision == event.revision


def test_the_state_tells_everything_at_one_revision(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    rig.exchange.register(PROBER, AgentCard(name="prober-1", role=Role.PROBER))
    rig.exchange.heartbeat(PROBER, "prober-1", invalid={"duplicate": 2, "no-answer": 1}, dollars=0.5)
    rig.failure()
    rig.exchange.put_progress(Progress(phase=PhaseName.SIEGE, attempt=1, probes=10))
    rig.clock.turn(1)
    latest = Progress(phase=PhaseName.CENSUS, attempt=1, probes=7)
    rig.exchange.put_progress(latest)
    state = rig.exchange.state()
    assert (state.name, state.domain, state.revision) == ("swarm", "calendar", rig.exchange.revision())
    assert state.invalid_probes == (("duplicate", 2), ("no-answer", 1))
    assert state.origins == (("grammar", 1),)
    assert [(cell.cell, cell.failed) for cell in state.cells] == [(CELL, 1)]
    assert state.progress == latest
    assert [report.attempt for report in rig.exchange.progress_reports()] == [1, 1]
    assert state.costs[0].dollars == 0.5
    assert [count.accepted for count in state.queues] == [1, 1, 1]


def test_an_unknown_sample_has_no_lineage(rig: Rig) -> None:
    with pytest.raises(RefusedError) as refused:
        rig.exchange.lineage("f" * 32)
    assert refusal(refused) == "NOT_FOUND"


def test_a_teacher_may_not_publish_what_it_did_not_lease(rig: Rig) -> None:
    failed = rig.failure(Purpose.CENSUS)
    (answer,) = rig.exchange.publish(TEACHER, [correction_of(failed)])
    assert answer.code == "FORBIDDEN"
    assert rig.exchange.corrections(0) == []
    assert rig.lease(Identity("teacher-2", Role.TEACHER)) == []


def test_a_trainer_s_report_replaces_the_last_and_its_ends_are_counted(rig: Rig) -> None:
    assert rig.exchange.state().trainer == TrainerStanding()
    for activity in (TrainerActivity.LOADING, TrainerActivity.TRAINING):
        rig.exchange.report_trainer(TrainerReport(activity=activity, since=rig.clock.time))
    death = TrainerMishap(kind=MishapKind.DEATH, at=rig.clock.time)
    for _ in range(2):
        rig.exchange.report_trainer(None, death)
    rig.reopen()
    found = rig.exchange.state().trainer
    assert found is not None
    assert found.report is not None
    assert (found.report.activity, found.counts) == (TrainerActivity.TRAINING, ((MishapKind.DEATH, 2),))
    assert found.mishaps == (death, death)


def test_failures_without_corrections_raise_an_alarm(rig: Rig) -> None:
    rig.failure()
    assert not [alarm for alarm in rig.exchange.state().alarms if "nothing to learn" in alarm]
    rig.clock.turn(121)
    assert [alarm for alarm in rig.exchange.state().alarms if "1 failures wait, the oldest for 121 s" in alarm]
    rig.correction()
    assert not [alarm for alarm in rig.exchange.state().alarms if "nothing to learn" in alarm]


def waiting(number: int, incumbent: int = 1) -> Experiment:
    return experiment(number, incumbent, ExperimentOutcome.WAITING)


def test_a_rubric_that_waits_comes_into_force_by_an_operator_alone(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    rig.exchange.put_experiment(waiting(1))
    assert rig.exchange.rubric().version == 1
    with pytest.raises(RefusedError) as refused:
        rig.exchange.decide_experiment(OPERATOR, 2, approve=True)
    assert refusal(refused) == "NOT_FOUND"
    approved = rig.exchange.decide_experiment(OPERATOR, 1, approve=True, note="read it")
    assert (approved.outcome, rig.exchange.rubric().version) == (ExperimentOutcome.KEPT, 2)
    assert approved.reason.startswith("by hand: approved by operator, read it: ")
    assert rig.exchange.decide_experiment(OPERATOR, 1, approve=True) == approved == rig.exchange.ledger()[0]
    with pytest.raises(RefusedError, match="experiment 1 is kept") as refused:
        rig.exchange.decide_experiment(OPERATOR, 1, approve=False)
    assert refusal(refused) == "CONFLICT"


def test_what_waits_is_refused_or_comes_too_late(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    for number in (1, 2):
        rig.exchange.put_experiment(waiting(number))
    assert rig.exchange.decide_experiment(OPERATOR, 1, approve=False).outcome is ExperimentOutcome.DISCARDED
    rig.exchange.put_experiment(experiment(3, incumbent=1))
    with pytest.raises(RefusedError, match="incumbent 1 is no longer current") as refused:
        rig.exchange.decide_experiment(OPERATOR, 2, approve=True)
    assert refusal(refused) == "CONFLICT"
    assert rig.exchange.rubric().version == 2


def test_a_former_rubric_comes_back_as_the_next_version(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    rig.exchange.put_experiment(experiment(1, incumbent=1))
    back = rig.exchange.roll_back_rubric(OPERATOR, 1, "it was better")
    assert (back.version, back.parent_version, back.criteria) == (3, 1, SEED.criteria)
    assert back.note == "rolled back to version 1 by operator: it was better"
    assert rig.exchange.rubric() == back == rig.exchange.roll_back_rubric(OPERATOR, 3)
    assert [rig.exchange.rubric(version).version for version in (1, 2)] == [1, 2]
    with pytest.raises(RefusedError, match="no rubric version 9") as refused:
        rig.exchange.roll_back_rubric(OPERATOR, 9)
    assert refusal(refused) == "NOT_FOUND"


def test_an_alarm_stops_experiments_until_a_rollback(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    hacked = {"newly_credited": 40, "newly_rejected": 39}
    sent = experiment(1, 1, ExperimentOutcome.DISCARDED).model_copy(update=hacked)
    rig.exchange.put_experiment(sent)
    (alarm,) = rig.exchange.state().alarms
    assert alarm.startswith("evolution of the rubric stopped: experiment 1 (discarded: ")
    assert rig.exchange.put_experiment(sent).number == 1  # a repeat is answered all the same
    with pytest.raises(RefusedError) as refused:
        rig.exchange.put_experiment(experiment(2, incumbent=1))
    assert refusal(refused) == "RUBRIC_ALARM"
    rig.exchange.roll_back_rubric(OPERATOR, 1)
    assert rig.exchange.state().alarms == ()
    assert rig.exchange.put_experiment(experiment(2, incumbent=1)).outcome is ExperimentOutcome.KEPT


def test_an_evolver_that_watches_sees_how_an_experiment_ended_and_no_number_of_it(rig: Rig) -> None:
    rig.exchange.put_rubric(SEED)
    stored = rig.exchange.put_experiment(experiment(1, incumbent=1))
    (seen,) = [event.experiment for event in rig.exchange.events(0, role=Role.EVOLVER) if event.experiment]
    assert seen == stored.blind.model_copy(update={"revision": seen.revision})
    assert seen.wins == 0 != stored.wins
