"""What goes wrong, gathered: by reason for the deliveries, by species for the student."""

from exchange_rig import JUDGE, OPERATOR, STUDENT, Rig, attempt_at

from swarm.records import Sample, Verdict, answer_to
from swarm.roles import AgentCard, Role
from swarm.work import FailKind, Stage


def failed(rig: Rig, species: str, checkpoint_id: str = "base") -> Sample:
    """A probe that was answered and failed, as a species."""
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample, checkpoint_id)).ok
    (lease,) = rig.lease(JUDGE)
    said = Verdict(passed=not species, rubric_version=1, decided_by="check", species=species)
    output = answer_to(lease.sample, said)
    assert rig.complete(JUDGE, lease, output).ok
    return output


def test_burned_deliveries_are_gathered_by_reason(rig: Rig) -> None:
    rig.probes(3)
    for reason, kind in (("engine fell over", FailKind.RETRY), ("no question", FailKind.REJECT)):
        (lease,) = rig.lease(STUDENT)
        assert rig.fail(STUDENT, lease, kind, reason).ok
        rig.clock.turn(1)
    (lease,) = rig.lease(STUDENT)
    assert rig.fail(STUDENT, lease, FailKind.RETRY, "engine fell over").ok
    first, second = rig.exchange.errors()
    assert (first.stage, first.kind, first.reason, first.count) == (Stage.PROBES, "retry", "engine fell over", 2)
    assert (first.last_sample_id, first.agents) == (lease.sample.id, ("student-1",))
    assert (first.last_at - first.first_at).total_seconds() == 2
    assert (second.kind, second.reason, second.count) == ("reject", "no question", 1)
    rig.exchange.requeue_dead(OPERATOR, [second.last_sample_id])
    assert len(rig.exchange.errors()) == 2, "an operator's act is no error"
    rig.exchange.forget(OPERATOR, sample_id=second.last_sample_id)
    assert "no question" not in {group.reason for group in rig.exchange.errors()}


def test_a_store_without_a_failure_has_none(rig: Rig) -> None:
    rig.probes()
    assert (rig.exchange.errors(), rig.exchange.species()) == ([], [])


def test_species_are_counted_by_name_and_checkpoint(rig: Rig) -> None:
    made = [failed(rig, name) for name in ("lure", "lure", "off-by-one")]
    failed(rig, "")
    later = failed(rig, "lure", "c1")
    stored = {sample.id: sample.revision for sample in rig.exchange.samples("verdict")}
    lure, other = rig.exchange.species()
    assert (lure.name, lure.failures, lure.last_sample_id) == ("lure", 3, later.id)
    assert (lure.first_revision, lure.last_revision) == (stored[made[0].id], stored[later.id])
    assert (other.name, other.failures) == ("off-by-one", 1)
    assert [(item.name, item.failures) for item in rig.exchange.species("c1")] == [("lure", 1)]
    assert rig.exchange.species("c9") == []


def test_each_family_is_credited_with_its_failures_and_with_the_species_that_it_showed_first(rig: Rig) -> None:
    for name in ("lure", "lure", "", "off-by-one"):
        failed(rig, name)
    assert [one.words() for one in rig.exchange.state().yields] == ["grammar 3 of 4 failed, 2 species first"]
    (attempt,) = rig.exchange.samples("attempt", limit=1)
    again = Verdict(passed=False, rubric_version=2, decided_by="check", species="new by another rubric")
    assert rig.exchange.publish(JUDGE, [answer_to(attempt, again, number=2)])[0].ok
    assert [(one.judged, one.failed, one.first) for one in rig.exchange.state().yields] == [(4, 3, 2)]


def test_totals_count_what_came_what_went_and_what_agents_report(rig: Rig) -> None:
    rig.exchange.register(STUDENT, AgentCard(name="student-1", role=Role.STUDENT))
    rig.exchange.heartbeat(STUDENT, "student-1", completed=4, failed=1)
    failed(rig, "lure")
    rig.exchange.leave(STUDENT, "student-1")
    totals = rig.exchange.totals()
    assert totals["accepted", Stage.PROBES] == totals["closed", Stage.PROBES] == 1
    assert (totals["accepted", Stage.FAILURES], totals["closed", Stage.FAILURES]) == (1, 0)
    assert (totals["completed", Role.STUDENT], totals["failed", Role.STUDENT]) == (4, 1)
