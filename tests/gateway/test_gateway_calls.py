"""Every call once over a real port, each with what it refuses."""

import asyncio
from pathlib import Path

import pytest
from calendar_work import SEED, attempt, checkpoint, correct, exam, fail_verdict, probe_of, probes, right
from gateway_rig import Clients

from swarm.client import SwarmClient
from swarm.codec import to_wire
from swarm.criteria import Criterion, Experiment, ExperimentOutcome
from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Credits
from swarm.gateway.server import Gateway, Settings, serving
from swarm.records import Annotation, Attempt, Purpose, Sample, answer_to
from swarm.roles import AgentCard, Role
from swarm.rubric import seed_rubric
from swarm.rubric_exploits import exploit_rubrics
from swarm.state import PhaseName, PhaseRecord, Progress
from swarm.students import CheckpointStatus, TensorFile
from swarm.v1 import exchange_pb2
from swarm.work import Completion, FailKind, Failure, Stage

pytestmark = pytest.mark.asyncio


async def test_one_sample_goes_all_the_way_to_the_log_of_corrections(clients: Clients) -> None:
    probe = probes(1)[0]
    answers = await clients(Role.PROBER).publish([probe])
    assert [answer.code for answer in answers] == ["OK"]
    assert await clients(Role.PROBER).publish([probe]) == answers
    tried = await attempt(clients(Role.STUDENT), "= nonsense")
    verdict = await fail_verdict(clients(Role.JUDGE))
    correction = await correct(clients(Role.TEACHER))
    log = await clients(Role.TRAINER).corrections(0, wait_seconds=5.0)
    assert [sample.id for sample in log[0]] == [correction.id, verdict.id, tried.id, probe.id]
    assert await clients(Role.TRAINER).corrections(log[0][0].revision) == []
    family = await clients(Role.OPERATOR).lineage(tried.id)
    assert {sample.id for sample in family} == {probe.id, tried.id, verdict.id, correction.id}
    state = await clients(Role.OPERATOR).state()
    assert state.corrections == 1
    assert all(queue.unaccounted == 0 for queue in state.queues)
    failed = await clients(Role.OPERATOR).samples(kind="verdict", passed=False, cell=probe_of(probe).cell)
    assert [sample.id for sample in failed] == [verdict.id]
    assert await clients(Role.OPERATOR).samples(purpose=Purpose.CENSUS) == []


async def test_concurrent_publishers_travel_together_and_get_their_own_answers(clients: Clients) -> None:
    prober, samples = clients(Role.PROBER), probes(60)
    answers = await asyncio.gather(*[prober.publish([sample]) for sample in samples])
    assert [answer[0].id for answer in answers] == [sample.id for sample in samples]
    assert all(answer[0].ok for answer in answers)


async def test_who_waits_for_a_key_gets_the_next_once_the_first_is_done(clients: Clients) -> None:
    one, two = (sample.model_copy(update={"ordering_key": "ana"}) for sample in probes(2))
    await clients(Role.PROBER).publish([one, two])
    student = clients(Role.STUDENT)
    (first,) = await student.lease(Stage.PROBES, 8)
    waiting = asyncio.create_task(student.lease(Stage.PROBES, 8, wait_seconds=10))
    output = answer_to(first.sample, Attempt(text="= x", checkpoint_id="base"))
    (answer,) = await student.complete([Completion(token=first.token, outputs=(output,))])
    (second,) = await waiting
    assert (answer.ok, first.sample.id, second.sample.id) == (True, one.id, two.id)
    assert (second.sample.ordering_key, output.ordering_key) == ("ana", "ana")


async def test_an_agent_at_its_bounds_is_told_so_with_a_delay(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "test", "calendar", credits=Credits(leases=2, samples=3))
    async with (
        serving(settings),
        SwarmClient.for_run(tmp_path, Role.PROBER, "prober-1") as prober,
        SwarmClient.for_run(tmp_path, Role.STUDENT, "student-1", patience=0) as student,
        SwarmClient.for_run(tmp_path, Role.STUDENT, "student-2", patience=0) as other,
    ):
        request = exchange_pb2.PublishRequest(samples=[to_wire(sample) for sample in probes(4)])
        reply = await prober._connection.call(request, 5.0)
        assert [answer.code for answer in reply.answers] == ["OK"] * 3 + ["CREDITS_SPENT"]
        assert reply.retry_delay_seconds == 1.0
        assert len(await student.lease(Stage.PROBES, 8)) == 2
        with pytest.raises(RefusedError, match="student-1 holds 2 leases") as caught:
            await student.lease(Stage.PROBES, 1, wait_seconds=5)
        assert (caught.value.reason, caught.value.retry_seconds) == ("CREDITS_SPENT", 1.0)
        assert len(await other.lease(Stage.PROBES, 8)) == 1


async def test_items_of_a_batch_are_answered_one_by_one(clients: Clients) -> None:
    prober, (good, stranger) = clients(Role.PROBER), probes(2)
    orphan = answer_to(stranger, Annotation(schema_name="note", body="{}"))
    other = good.model_copy(update={"payload": stranger.payload})
    codes = [answer.code for answer in await prober.publish([good, orphan, other])]
    assert codes == ["OK", "UNKNOWN_PARENT", "DIGEST_CONFLICT"]
    malformed = exchange_pb2.PublishRequest(samples=[{"id": "no-id"}, {"id": good.id}])
    answers = (await prober._connection.call(malformed, 5.0)).answers
    assert [answer.code for answer in answers] == ["INVALID", "INVALID"]
    assert "payload" in answers[0].message


async def test_a_full_queue_answers_item_by_item_and_says_when_to_try_again(clients: Clients) -> None:
    prober, samples = clients(Role.PROBER), probes(402)
    codes = [answer.code for answer in await prober.publish(samples)]
    assert codes == ["OK"] * 400 + ["QUEUE_FULL"] * 2
    again = exchange_pb2.PublishRequest(samples=[to_wire(samples[401])])
    assert (await prober._connection.call(again, 5.0)).retry_delay_seconds > 0


async def test_what_is_out_of_bounds_is_refused_with_its_value(clients: Clients) -> None:
    student = clients(Role.STUDENT)
    for refused, said in (
        (student.lease(Stage.PROBES, limit=1001), "1001"),
        (student.lease(Stage.PROBES, wait_seconds=21), "21"),
        (student.lease(Stage.PROBES, ttl_seconds=-1), "-1"),
        (student.lease(Stage.ATTEMPTS), "attempts"),
        (student.samples(limit=5000), "5000"),
    ):
        with pytest.raises(RefusedError, match=said):
            await refused
    too_many = exchange_pb2.ExtendRequest(tokens=["x"] * 1001)
    with pytest.raises(RefusedError, match="1001"):
        await student._connection.call(too_many, 5.0)


async def test_a_lease_waits_for_work_and_comes_back_empty_without(clients: Clients) -> None:
    student = clients(Role.STUDENT)
    assert await student.lease(Stage.PROBES, wait_seconds=0.05) == []
    waiting = asyncio.create_task(student.lease(Stage.PROBES, wait_seconds=20))
    await clients(Role.PROBER).publish(probes(1))
    assert len(await asyncio.wait_for(waiting, 5)) == 1


async def test_a_lease_is_extended_handed_back_and_lost(clients: Clients) -> None:
    student = clients(Role.STUDENT)
    await clients(Role.PROBER).publish(probes(1))
    lease = (await student.lease(Stage.PROBES, ttl_seconds=30))[0]
    assert (await student.extend([lease.token], 60))[0].ok
    assert (await student.fail([Failure(token=lease.token, kind=FailKind.RELEASE, reason="engine away")]))[0].ok
    again = (await student.lease(Stage.PROBES, ttl_seconds=0.01))[0]
    assert again.attempt == 1
    late = Failure(token=lease.token, kind=FailKind.RETRY, reason="late")
    assert (await student.fail([late]))[0].code == "LEASE_LOST"
    taken = (await student.lease(Stage.PROBES, wait_seconds=10))[0]
    assert taken.attempt == 2, "the tick took the lease back that ran out"
    assert (await student.complete([Completion(token="forged")]))[0].code == "TOKEN_REFUSED"


async def test_agents_register_report_and_leave(clients: Clients) -> None:
    prober = clients(Role.PROBER)
    card = AgentCard(name="prober-1", role=Role.PROBER, version="1")
    with pytest.raises(RefusedError, match="registered"):
        await prober.heartbeat(completed=1)
    assert (await prober.register(card)).card == card
    await prober.heartbeat(completed=3, prompt_tokens=5, note="well", invalid={"duplicate": 2})
    agents = await clients(Role.OPERATOR).agents()
    assert [(agent.card.name, agent.completed, agent.tokens) for agent in agents] == [("prober-1", 3, 5)]
    assert (await clients(Role.OPERATOR).state()).invalid_probes == (("duplicate", 2),)
    for stolen in (card.model_copy(update={"name": "prober-2"}), card.model_copy(update={"role": Role.JUDGE})):
        with pytest.raises(RefusedError) as caught:
            await prober.register(stolen)
        assert caught.value.reason == "FORBIDDEN"
    await prober.leave()
    assert await clients(Role.OPERATOR).agents() == []


async def test_the_phase_moves_by_compare_and_swap(clients: Clients) -> None:
    supervisor = clients(Role.SUPERVISOR)
    before = await supervisor.phase()
    siege = PhaseRecord(name=PhaseName.SIEGE, reason="few failures", attempt=1)
    after = await supervisor.set_phase(siege, before.revision)
    assert (await supervisor.set_phase(siege, before.revision)).revision == after.revision, "a repeat is no conflict"
    with pytest.raises(RefusedError) as caught:
        await supervisor.set_phase(PhaseRecord(name=PhaseName.CENSUS), before.revision)
    assert caught.value.reason == "CONFLICT"
    await supervisor.put_progress(Progress(phase=PhaseName.SIEGE, attempt=1, probes=9))
    progress = (await supervisor.state()).progress
    assert progress is not None
    assert (progress.probes, progress.bound) == (9, 1.0)


async def test_a_broken_siege_drops_its_probes_and_releases_its_breaches(clients: Clients) -> None:
    supervisor = clients(Role.SUPERVISOR)
    siege = await supervisor.set_phase(PhaseRecord(name=PhaseName.SIEGE), (await supervisor.phase()).revision)
    await clients(Role.PROBER).publish(probes(2, purpose=Purpose.SIEGE))
    await attempt(clients(Role.STUDENT), "= nonsense")
    await fail_verdict(clients(Role.JUDGE))
    assert await clients(Role.TEACHER).lease(Stage.FAILURES) == []
    await supervisor.set_phase(PhaseRecord(name=PhaseName.LEARN, reason="a breach"), siege.revision)
    await correct(clients(Role.TEACHER))
    assert await clients(Role.STUDENT).lease(Stage.PROBES) == []
    assert len(await clients(Role.TRAINER).corrections(0)) == 1


def experiment(number: int, outcome: ExperimentOutcome) -> Experiment:
    criterion = Criterion(id="single", text="There is one answer.", check="single-answer", params={"a": "b"})
    return Experiment(
        number=number,
        incumbent_version=1,
        proposal=SEED.model_copy(update={"version": 2, "criteria": (criterion,)}),
        outcome=outcome,
        reason="more defects caught",
        items=40,
        wins=9,
        losses=0,
        e_value=30.0,
        threshold=20.0,
        defect_recall=0.9,
        false_failure_rate=0.0,
        incumbent_defect_recall=0.6,
        incumbent_false_failure_rate=0.0,
    )


async def test_a_rubric_changes_by_an_experiment_that_the_gateway_makes(clients: Clients) -> None:
    evolver, operator = clients(Role.EVOLVER), clients(Role.OPERATOR)
    with pytest.raises(RefusedError) as caught:
        await evolver.rubric()
    assert caught.value.reason == "NOT_FOUND"
    naive = seed_rubric("calendar")
    assert (await clients(Role.SUPERVISOR).put_rubric(naive)).version == 1
    only = naive.criteria[0].model_copy(update={"params": {"accept": "only"}})
    better = naive.model_copy(update={"version": 2, "criteria": (only,)})
    sent = experiment(1, ExperimentOutcome.KEPT).model_copy(update={"proposal": better})
    stored = await evolver.put_experiment(sent)
    assert (stored.outcome, stored.reason, stored.wins, stored.items_digest) == (ExperimentOutcome.KEPT, "kept", 0, "")
    assert await evolver.put_experiment(sent) == stored == (await evolver.ledger())[0]
    assert (await evolver.rubric()).criteria == (only,)
    (line,) = await operator.ledger()
    assert (line.items, line.losses) == (1000, 0)
    assert line.wins > 100

    vacuous = exploit_rubrics("calendar")[0]
    hacked = experiment(2, ExperimentOutcome.KEPT).model_copy(update={"proposal": vacuous, "incumbent_version": 2})
    assert (await evolver.put_experiment(hacked)).outcome is ExperimentOutcome.DISCARDED
    assert "it is the planted exploit 'everything passes'" in (await operator.ledger())[1].reason
    assert any("evolution of the rubric stopped" in alarm for alarm in (await operator.state()).alarms)
    with pytest.raises(RefusedError) as caught:
        await evolver.put_experiment(experiment(3, ExperimentOutcome.KEPT))
    assert caught.value.reason == "RUBRIC_ALARM"
    with pytest.raises(RefusedError) as caught:
        await evolver.roll_back_rubric(1)
    assert caught.value.reason == "FORBIDDEN"
    back = await operator.roll_back_rubric(1, "to begin anew")
    assert (back.version, back.criteria) == (3, naive.criteria)
    assert not (await operator.state()).alarms
    late = await evolver.put_experiment(experiment(3, ExperimentOutcome.KEPT))
    assert late.outcome is ExperimentOutcome.DISCARDED


async def test_checkpoints_are_stored_once_and_rolled_back(clients: Clients) -> None:
    trainer, supervisor = clients(Role.TRAINER), clients(Role.SUPERVISOR)
    assert await trainer.champion() is None
    await supervisor.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    stored = await trainer.put_checkpoint(checkpoint("c1"))
    assert await trainer.put_checkpoint(checkpoint("c1")) == stored
    champion = await trainer.champion()
    assert champion is not None
    assert champion.id == "base"
    with pytest.raises(RefusedError) as caught:
        await supervisor.rollback("c1")
    assert caught.value.reason == "CONFLICT"
    pruned = checkpoint("c0").model_copy(
        update={"files": (TensorFile(path="model.safetensors", sha256="0" * 64, size_bytes=1),)}
    )
    await supervisor.put_checkpoint(pruned)
    with pytest.raises(RefusedError, match=r"model\.safetensors of checkpoint 'c0' is no longer at"):
        await supervisor.rollback("c0")
    assert (await supervisor.rollback("base")).id == "base"
    assert [item.id for item in await trainer.checkpoints()] == ["base", "c1", "c0"]


async def test_the_gateway_judges_an_exam_itself(clients: Clients) -> None:
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.TRAINER).put_checkpoint(checkpoint("c1"))
    items, examiner = probes(40, purpose=Purpose.EXAM), clients(Role.EXAMINER)
    await examiner.publish(items[:3])
    decision = await examiner.submit_exam(exam("e1", items))
    assert (decision.wins, decision.losses, decision.promoted) == (40, 0, True), decision.blocked_by
    assert await examiner.submit_exam(exam("e1", items)) == decision
    champion = await examiner.champion()
    assert champion is not None
    assert champion.id == "c1"
    assert [item.exam_id for item in await examiner.promotions()] == ["e1"]


async def test_an_exam_that_training_may_have_seen_is_refused(clients: Clients) -> None:
    learned, items = probes(1)[0], probes(8, purpose=Purpose.EXAM)
    await clients(Role.PROBER).publish([learned])
    await clients(Role.EXAMINER).publish(items[:1])
    seen = Sample(payload=probe_of(learned).model_copy(update={"purpose": Purpose.EXAM}))
    easier = items[0].model_copy(update={"payload": items[1].payload})
    for added, said in (
        (learned, "purpose learn"),
        (seen, "training has seen"),
        (items[3], "second time"),
        (easier, "stored probe"),
    ):
        bad = exam("e1", [added, *items[2:]])
        bad = bad.model_copy(update={"items": tuple(i.model_copy(update={"candidate_text": ""}) for i in bad.items)})
        with pytest.raises(RefusedError, match=said) as caught:
            await clients(Role.EXAMINER).submit_exam(bad)
        assert caught.value.reason == "INVALID"


async def test_hedging_does_not_pass(clients: Clients) -> None:
    await clients(Role.SUPERVISOR).put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    await clients(Role.TRAINER).put_checkpoint(checkpoint("c1"))
    items = probes(8, purpose=Purpose.EXAM)
    hedged = exam("e1", items)
    texts = tuple(
        item.model_copy(update={"candidate_text": f"= nonsense\n{right(item.probe)}"}) for item in hedged.items
    )
    decision = await clients(Role.EXAMINER).submit_exam(hedged.model_copy(update={"items": texts}))
    assert (decision.wins, decision.candidate_accuracy, decision.promoted) == (0, 0.0, False)


async def test_a_question_is_answered_by_the_student(clients: Clients) -> None:
    operator, question = clients(Role.OPERATOR), "Now: 2024-02-28 12:00\nText: tomorrow"
    with pytest.raises(RefusedError) as caught:
        await operator.ask(question)
    assert caught.value.reason == "NO_STUDENT"
    assert "swarm up" in caught.value.fix
    working = asyncio.create_task(attempt(clients(Role.STUDENT), "28 + 1 = 29\n= 2024-02-29", wait_seconds=20))
    await clients(Role.STUDENT).register(AgentCard(name="student-1", role=Role.STUDENT))
    answered = await operator.ask(question)
    await working
    assert (answered.answer, answered.checkpoint_id) == ("2024-02-29", "base")
    with pytest.raises(RefusedError) as caught:
        await operator.ask(question, wait_seconds=0.2)
    assert caught.value.reason == "NO_ANSWER"
    with pytest.raises(RefusedError, match="length"):
        await operator.ask("  ")


async def test_a_watch_begins_with_what_was_before_it(clients: Clients, gateway: Gateway) -> None:
    del gateway
    stream = clients(Role.OPERATOR).watch(0)
    first = await anext(stream)
    await stream.aclose()
    assert (first.revision, first.kind) == (1, EventKind.PHASE)
