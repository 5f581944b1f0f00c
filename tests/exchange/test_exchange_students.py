"""Student versions: their arrival, their exams, who serves, and what each has learned and been judged on."""

import pytest
from exchange_rig import JUDGE, Rig, checkpoint, exam, verdict_on

from swarm.errors import RefusedError
from swarm.records import Purpose
from swarm.state import PhaseName, PhaseRecord
from swarm.students import CheckpointStatus

BASE = checkpoint("base", CheckpointStatus.BASE)


def test_the_base_serves_until_a_candidate_wins(rig: Rig) -> None:
    assert rig.exchange.champion() is None
    base = rig.exchange.put_checkpoint(BASE)
    assert rig.exchange.champion() == base
    assert rig.promote("c1").promoted
    assert rig.promote("c2").promoted
    statuses = {item.id: item.status for item in rig.exchange.checkpoints()}
    assert statuses == {"base": "base", "c1": "retired", "c2": "champion"}
    assert rig.exchange.state().champion_id == "c2"
    assert [decision.candidate_id for decision in rig.exchange.promotions()] == ["c1", "c2"]
    assert list(statuses) == ["base", "c1", "c2"]


def test_a_checkpoint_arrives_once_and_honestly(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    stored = rig.exchange.put_checkpoint(checkpoint("c1"))
    assert rig.exchange.put_checkpoint(checkpoint("c1")) == stored
    for wrong, reason in [
        (checkpoint("c1", cursor=1), "CONFLICT"),
        (checkpoint("base-2", CheckpointStatus.BASE), "CONFLICT"),
        (checkpoint("c2", CheckpointStatus.CHAMPION), "INVALID"),
        (checkpoint("c2", cursor=10_000), "INVALID"),
    ]:
        with pytest.raises(RefusedError) as refused:
            rig.exchange.put_checkpoint(wrong)
        assert (refused.value.reason, bool(refused.value.fix)) == (reason, True)
    assert len(rig.exchange.checkpoints()) == 2


def test_an_exam_decides_once(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    rig.exchange.put_checkpoint(checkpoint("c1"))
    record, decision = exam("e1", "base", "c1", promoted=False)
    stored = rig.exchange.submit_exam(record, decision)
    again = rig.exchange.submit_exam(record, decision.model_copy(update={"promoted": True}))
    assert again == stored
    (_, rejected) = rig.exchange.checkpoints()
    assert (rejected.status, rejected.reason) == (CheckpointStatus.REJECTED, "improvement")
    assert rig.exchange.exam("e1").candidate_id == "c1"
    for wrong, reason in [
        (exam("e1", "base", "c2", True), "CONFLICT"),
        (exam("e2", "base", "c1", True), "CONFLICT"),
        (exam("e3", "c9", "c1", True), "CONFLICT"),
        (exam("e4", "base", "c9", True), "NOT_FOUND"),
        ((record.model_copy(update={"id": "e5"}), decision), "INVALID"),
    ]:
        with pytest.raises(RefusedError) as refused:
            rig.exchange.submit_exam(*wrong)
        assert (refused.value.reason, bool(refused.value.fix)) == (reason, True)
    with pytest.raises(RefusedError):
        rig.exchange.exam("e9")


def test_rolling_back_lets_an_earlier_champion_serve(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    rig.promote("c1")
    rig.promote("c2")
    rig.exchange.put_checkpoint(checkpoint("c3"))
    assert rig.exchange.rollback("c1").status is CheckpointStatus.CHAMPION
    assert rig.exchange.rollback("c1").id == "c1"
    assert rig.exchange.rollback("base").status is CheckpointStatus.BASE
    assert [item.status for item in rig.exchange.checkpoints()] == ["base", "retired", "retired", "candidate"]
    for wrong, reason in [("c3", "CONFLICT"), ("c9", "NOT_FOUND")]:
        with pytest.raises(RefusedError) as refused:
            rig.exchange.rollback(wrong)
        assert (refused.value.reason, bool(refused.value.fix)) == (reason, True)


def test_certifying_makes_the_champion_a_graduate(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    rig.promote("c1")
    rig.exchange.set_phase(PhaseRecord(name=PhaseName.CERTIFIED), rig.exchange.phase().revision)
    champion = rig.exchange.champion()
    assert champion is not None
    assert (champion.id, champion.status) == ("c1", CheckpointStatus.GRADUATE)


def test_each_correction_is_trained_once(rig: Rig) -> None:
    rig.exchange.put_checkpoint(BASE)
    made = []
    for _ in range(3):
        rig.failure()
        made.append(rig.correction())
    chains = rig.exchange.corrections(0)
    assert [chain[0].id for chain in chains] == [sample.id for sample in made]
    assert [link.kind for link in chains[0]] == ["correction", "verdict", "attempt", "probe"]
    cursor = chains[1][0].revision
    assert [chain[0].id for chain in rig.exchange.corrections(cursor)] == [made[2].id]
    for name in ("c1", "c2"):
        rig.exchange.put_checkpoint(checkpoint(name, cursor=cursor))
    state = rig.exchange.state()
    assert (state.corrections, state.corrections_trained) == (3, 2)


def test_verdicts_come_in_order_for_one_checkpoint(rig: Rig) -> None:
    rig.probes(3, Purpose.SIEGE)
    attempts = [rig.attempt("c1"), rig.attempt("c2"), rig.attempt("c1")]
    for passed in (True, False, False):
        rig.verdict(passed)
    assert rig.exchange.verdicts(Purpose.SIEGE, "c1") == [(attempts[0].root_id, True), (attempts[2].root_id, False)]
    rig.exchange.publish(JUDGE, [verdict_on(attempts[0], False, 2)])
    assert rig.exchange.verdicts(Purpose.SIEGE, "c1", rubric_version=2) == [(attempts[0].root_id, False)]
    assert rig.exchange.verdicts(Purpose.SIEGE, "c1", since_revision=rig.exchange.revision()) == []
    assert rig.exchange.verdicts(Purpose.LEARN, "c1") == []
