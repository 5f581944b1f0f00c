"""Declared roles in the exchange, in both stores: gates, taps, bounds on cycles, and other roles on a running swarm."""

import pytest
from exchange_rig import (
    JUDGE,
    OPERATOR,
    PROBER,
    STUDENT,
    TEACHER,
    Rig,
    attempt_at,
    codes,
    correction_of,
    probe,
    verdict_on,
)

from swarm.errors import RefusedError
from swarm.events import EventKind
from swarm.exchange import Identity
from swarm.flow import RoleLimits, RoleSpec
from swarm.records import Annotation, Decision, Probe, Purpose, Sample, Tier, answer_to
from swarm.roles import Role
from swarm.work import FailKind, Lease, QueueCount, Stage

CRITIC = RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation")
SECOND = CRITIC.model_copy(update={"name": "second"})
SIEVE = RoleSpec(name="sieve", consumes="probes", stands="before student", completes_with="annotation")
CURATOR = RoleSpec(name="curator", consumes="verdicts", completes_with="annotation", limits=RoleLimits(queue=2))
ESCALATOR = RoleSpec(name="escalator", consumes="passes", completes_with="probe", limits=RoleLimits(generations=2))
TICKETS = RoleSpec(name="tickets", publishes=("probe",))


def member(role: str, tier: Tier = Tier.INSIDE) -> Identity:
    return Identity(f"{role}-1", Role.DECLARED, "" if tier is Tier.INSIDE else "x", tier, declared_role=role)


def note(lease: Lease, decision: Decision | None = None) -> Sample:
    (made,) = lease.completed(Annotation(schema_name="note", body="{}", decision=decision)).outputs
    return made


def count(rig: Rig, queue: str) -> QueueCount:
    return next(found for found in rig.exchange.queue_counts() if found.name == queue)


def take(rig: Rig, role: str, limit: int = 1) -> list[Lease]:
    return rig.exchange.lease(member(role), role, limit)


def sound(rig: Rig) -> None:
    assert [found.unaccounted for found in rig.exchange.queue_counts()] == [0] * len(rig.exchange.queue_counts())


def decide(rig: Rig, role: str, decision: Decision) -> Sample:
    (lease,) = take(rig, role)
    assert rig.complete(member(role), lease, note(lease, decision)).ok
    return lease.sample


def test_what_a_gate_lets_pass_goes_on_and_what_it_drops_ends_there_counted(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC])
    first, second = rig.failure(), rig.failure()
    assert rig.lease(TEACHER) == []
    assert decide(rig, "critic", Decision.PASS).id == first.id
    assert decide(rig, "critic", Decision.DROP).id == second.id
    (lease,) = rig.lease(TEACHER, 2)
    assert (lease.sample.id, lease.stage, lease.queue) == (first.id, Stage.FAILURES, "failures")
    assert rig.complete(TEACHER, lease, correction_of(lease.sample)).ok
    assert (count(rig, "critic").accepted, count(rig, "critic").done, count(rig, "critic").dropped) == (2, 2, 1)
    assert (count(rig, "failures").accepted, count(rig, "failures").done) == (1, 1)
    sound(rig)


def test_gates_before_one_role_stand_in_their_order(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC, SECOND])
    failure = rig.failure()
    assert take(rig, "second") == []
    decide(rig, "critic", Decision.PASS)
    assert count(rig, "failures").accepted == 0
    assert decide(rig, "second", Decision.PASS).id == failure.id
    assert rig.lease(TEACHER)[0].sample.id == failure.id
    sound(rig)


def test_a_gate_must_say_pass_or_drop_and_says_it_once(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC])
    rig.failure()
    (lease,) = take(rig, "critic")
    refused = rig.complete(member("critic"), lease, note(lease))
    assert (refused.code, "is a gate" in refused.message) == ("REFUSED_OUTPUT", True)
    twice = note(lease, Decision.PASS), answer_to(lease.sample, note(lease, Decision.DROP).payload, 1)
    assert rig.complete(member("critic"), lease, *twice).code == "REFUSED_OUTPUT"
    assert rig.complete(member("critic"), lease, correction_of(lease.sample)).code == "REFUSED_OUTPUT"
    first = rig.complete(member("critic"), lease, note(lease, Decision.PASS))
    assert first.ok
    assert rig.complete(member("critic"), lease, note(lease, Decision.PASS)) == first
    assert count(rig, "failures").accepted == 1


def test_a_gate_is_told_when_the_next_queue_is_full_and_keeps_its_lease(rig: Rig) -> None:
    rig.queue_limit = 2
    rig.reopen()
    for _ in range(2):
        rig.failure()
    rig.exchange.apply_flow([CRITIC])
    rig.failure()
    (lease,) = take(rig, "critic")
    assert rig.complete(member("critic"), lease, note(lease, Decision.PASS)).code == "QUEUE_FULL"
    (held,) = rig.lease(TEACHER)
    assert rig.complete(TEACHER, held, correction_of(held.sample)).ok
    assert rig.complete(member("critic"), lease, note(lease, Decision.PASS)).ok
    sound(rig)


def test_measurements_pass_by_a_gate(rig: Rig) -> None:
    rig.exchange.apply_flow([SIEVE])
    rig.probes(1, Purpose.SIEGE)
    assert (count(rig, "probes").ready, count(rig, "sieve").accepted) == (1, 0)
    rig.probes(1)
    assert (count(rig, "probes").ready, count(rig, "sieve").ready) == (1, 1)


def test_a_full_gate_stops_who_publishes_and_its_samples_count_for_the_producers_credits(rig: Rig) -> None:
    rig.exchange.apply_flow([SIEVE.model_copy(update={"limits": RoleLimits(queue=1)})])
    assert codes(rig.exchange.publish(PROBER, [probe(), probe(question="other")])) == ["OK", "QUEUE_FULL"]
    decide(rig, "sieve", Decision.PASS)
    assert codes(rig.exchange.publish(PROBER, [probe(question="other")])) == ["OK"]


def test_released_breaches_pass_the_gate_and_stale_ones_expire_at_it(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC])
    rig.failure(Purpose.SIEGE)
    assert (rig.exchange.release_breaches(0), rig.exchange.release_breaches(0)) == (1, 0)
    assert count(rig, "critic").ready == 1
    decide(rig, "critic", Decision.PASS)
    assert rig.exchange.release_breaches(0) == 0
    rig.failure()
    assert rig.exchange.expire_stale(-1) == 2
    assert (count(rig, "critic").expired, count(rig, "failures").expired) == (1, 1)
    sound(rig)


def test_a_tap_sees_copies_and_holds_nothing_up(rig: Rig) -> None:
    rig.exchange.apply_flow([CURATOR])
    failed = rig.failure()
    (lease,) = take(rig, "curator")
    assert (lease.stage, lease.queue, [link.kind for link in lease.chain]) == (
        Stage.DECLARED,
        "curator",
        ["verdict", "attempt", "probe"],
    )
    (taught,) = rig.lease(TEACHER)
    assert taught.sample.id == lease.sample.id == failed.id
    assert rig.complete(TEACHER, taught, correction_of(failed), answer_to(failed, note(taught).payload, 1)).ok
    assert rig.complete(member("curator"), lease, note(lease)).ok
    assert (count(rig, "curator").done, count(rig, "failures").done) == (1, 1)
    sound(rig)


def test_what_a_full_tap_is_not_offered_is_counted_and_goes_its_way(rig: Rig) -> None:
    rig.exchange.apply_flow([CURATOR])
    for _ in range(3):
        rig.failure()
    assert (count(rig, "curator").accepted, count(rig, "curator").unoffered) == (2, 1)
    assert count(rig, "failures").ready == 3
    sound(rig)


def test_both_queues_of_a_sample_have_histories_and_dead_letters_of_their_own(rig: Rig) -> None:
    rig.exchange.apply_flow([CURATOR])
    failed = rig.failure()
    (lease,), (taught,) = take(rig, "curator"), rig.lease(TEACHER)
    assert rig.fail(member("curator"), lease, FailKind.REJECT, "unreadable").ok
    assert rig.fail(TEACHER, taught, FailKind.RELEASE).ok
    (letter,) = rig.exchange.dead_letters("curator")
    assert (letter.stage, letter.died_in, letter.history[-1].reason) == (Stage.DECLARED, "curator", "unreadable")
    assert rig.exchange.dead_letters(Stage.FAILURES) == []
    assert rig.exchange.burned() == {("curator", "reject"): 1}
    assert codes(rig.exchange.requeue_dead(OPERATOR, [failed.id])) == ["OK"]
    assert (count(rig, "curator").ready, count(rig, "failures").ready) == (1, 1)
    rig.fail(member("curator"), take(rig, "curator")[0], FailKind.REJECT)
    rig.exchange.apply_flow([])
    (gone,) = rig.exchange.requeue_dead(OPERATOR, [failed.id])
    assert (gone.code, "a role that is gone" in gone.message) == ("CONFLICT", True)
    assert codes(rig.exchange.discard_dead(OPERATOR, [failed.id])) == ["OK"]
    sound(rig)


def test_one_lease_that_runs_out_leaves_the_other_alone(rig: Rig) -> None:
    rig.exchange.apply_flow([CURATOR])
    rig.failure()
    rig.exchange.lease(member("curator"), "curator", 1, 10.0)
    (taught,) = rig.lease(TEACHER, ttl_seconds=100.0)
    rig.clock.turn(20)
    assert rig.exchange.expire() == 1
    assert (count(rig, "curator").ready, count(rig, "failures").leased) == (1, 1)
    assert rig.complete(TEACHER, taught, correction_of(taught.sample)).ok


def harder(rig: Rig, question: str) -> Sample:
    """The escalator makes a probe from the next pass."""
    (lease,) = take(rig, "escalator")
    made = lease.completed(probe(question=question).payload).outputs[0]
    assert rig.complete(member("escalator"), lease, made).ok
    return made


def test_an_escalators_probes_keep_their_lineage_and_end_after_their_generations(rig: Rig) -> None:
    rig.exchange.apply_flow([ESCALATOR])
    (first,) = rig.probes(1)
    rig.attempt()
    rig.verdict(True)
    second = harder(rig, "harder")
    rig.attempt()
    rig.verdict(True)
    third = harder(rig, "hardest")
    attempt = rig.attempt()
    rig.verdict(True)
    assert take(rig, "escalator") == []
    assert (count(rig, "escalator").accepted, count(rig, "escalator").unoffered) == (2, 1)
    asked = [sample.id for sample in rig.exchange.lineage(attempt.id) if isinstance(sample.payload, Probe)]
    assert asked == [first.id, second.id, third.id]
    assert len(rig.exchange.lineage(first.id)) == 9
    roots = {sample.id: sample.root_id for sample in rig.exchange.samples("probe")}
    assert roots == {name: name for name in asked}
    sound(rig)


def test_what_a_student_gets_of_such_a_probe_begins_with_it(rig: Rig) -> None:
    rig.exchange.apply_flow([ESCALATOR])
    rig.probes(1)
    rig.attempt()
    rig.verdict(True)
    made = harder(rig, "harder")
    (lease,) = rig.lease(STUDENT)
    assert [link.id for link in lease.chain] == [made.id]


def test_a_probe_under_a_sample_is_refused_to_all_others_and_for_measurements(rig: Rig) -> None:
    rig.exchange.apply_flow([ESCALATOR, TICKETS])
    (first,) = rig.probes(1)
    rig.attempt()
    rig.verdict(True)
    below = answer_to(first, probe(question="harder").payload)
    assert codes(rig.exchange.publish(PROBER, [below])) == ["WRONG_PARENT"]
    assert codes(rig.exchange.publish(member("tickets"), [below, probe(question="mine")])) == ["WRONG_PARENT", "OK"]
    (lease,) = take(rig, "escalator")
    (siege,) = lease.completed(probe(Purpose.SIEGE, "harder").payload).outputs
    assert rig.complete(member("escalator"), lease, siege).code == "REFUSED_OUTPUT"
    assert rig.complete(member("escalator"), lease, probe(question="alone")).code == "REFUSED_OUTPUT"


def test_a_role_may_do_what_it_declares_and_nothing_else(rig: Rig) -> None:
    rig.exchange.apply_flow([CURATOR, TICKETS])
    assert codes(rig.exchange.publish(member("tickets"), [probe()])) == ["OK"]
    assert codes(rig.exchange.publish(member("curator"), [probe()])) == ["FORBIDDEN"]
    assert codes(rig.exchange.publish(member("nobody"), [probe()])) == ["FORBIDDEN"]
    for agent, queue in ((member("curator"), "probes"), (member("tickets"), "tickets"), (JUDGE, "curator")):
        with pytest.raises(RefusedError, match=f"may not lease from {queue}"):
            rig.exchange.lease(agent, queue, 1)
    with pytest.raises(RefusedError, match="may not lease from any queue"):
        rig.exchange.lease(member("nobody"), "", 1)


def test_declared_roles_outlive_the_process_and_are_told_in_the_log(rig: Rig) -> None:
    stored = rig.exchange.apply_flow([CRITIC, CURATOR])
    assert rig.exchange.apply_flow([CRITIC, CURATOR]) == stored
    rig.reopen()
    assert rig.exchange.state().flow == stored
    (event,) = [event for event in rig.exchange.events(0) if event.kind is EventKind.FLOW]
    assert (event.revision, event.flow) == (stored.revision, stored)
    rig.failure()
    assert count(rig, "critic").ready == 1


def test_a_flow_that_can_not_be_is_refused_and_changes_nothing(rig: Rig) -> None:
    with pytest.raises(RefusedError, match="a cycle without a bound: escalator") as caught:
        rig.exchange.apply_flow([ESCALATOR.model_copy(update={"limits": RoleLimits()}), CRITIC])
    assert caught.value.reason == "FLOW_REFUSED"
    assert rig.exchange.state().flow is not None
    assert rig.exchange.flow().queues == ("probes", "attempts", "failures")


def test_a_role_whose_queue_holds_samples_is_removed_by_draining_only(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC, SECOND, CURATOR])
    first, second = rig.failure(), rig.failure()
    (held,) = take(rig, "critic")
    with pytest.raises(RefusedError, match=r"2 samples of critic, 2 samples of curator still wait") as caught:
        rig.exchange.apply_flow([SECOND])
    assert caught.value.reason == "QUEUE_IN_USE"
    assert count(rig, "critic").leased == 1
    rig.exchange.apply_flow([SECOND], drain=True)
    assert rig.complete(member("critic"), held, note(held, Decision.DROP)).code in ("LEASE_LOST", "REFUSED_OUTPUT")
    assert [lease.sample.id for lease in take(rig, "second", 2)] == [first.id, second.id]
    assert (count(rig, "critic").discarded, count(rig, "curator").discarded, count(rig, "second").leased) == (2, 2, 2)
    rig.exchange.apply_flow([], drain=True)
    assert [lease.sample.id for lease in rig.lease(TEACHER, 2)] == [first.id, second.id]
    sound(rig)
    rig.exchange.apply_flow([CRITIC])
    rig.failure()
    assert (count(rig, "critic").accepted, count(rig, "critic").ready) == (3, 1)


def test_in_quarantine_a_gate_decides_nothing(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC])
    failed = rig.failure()
    outsider = member("critic", Tier.QUARANTINED)
    (lease,) = rig.exchange.lease(outsider, "critic", 1)
    assert lease.sample.id == failed.id
    assert rig.complete(outsider, lease, note(lease, Decision.DROP)).ok
    assert (count(rig, "critic").ready, count(rig, "critic").dropped) == (1, 0)
    assert decide(rig, "critic", Decision.PASS).id == failed.id


def test_forgetting_takes_a_sample_out_of_all_its_queues(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC, CURATOR])
    failed = rig.failure()
    decide(rig, "critic", Decision.PASS)
    rig.exchange.forget(OPERATOR, sample_id=failed.root_id)
    assert (count(rig, "critic").done, count(rig, "critic").discarded) == (1, 0)
    assert (count(rig, "curator").discarded, count(rig, "failures").discarded) == (1, 1)
    sound(rig)


def test_a_second_verdict_on_a_failed_attempt_waits_nowhere_but_is_offered(rig: Rig) -> None:
    rig.exchange.apply_flow([CURATOR])
    rig.probes(1)
    attempt = rig.attempt()
    rig.verdict(False)
    assert codes(rig.exchange.publish(JUDGE, [verdict_on(attempt, False, 2)])) == ["OK"]
    assert (count(rig, "failures").accepted, count(rig, "curator").accepted) == (1, 2)


def test_credentials_are_for_declared_roles_that_there_are(rig: Rig) -> None:
    with pytest.raises(RefusedError, match="there is no role 'critic', only prober"):
        rig.exchange.issue("careful", "critic")
    rig.exchange.apply_flow([CRITIC])
    made, _ = rig.exchange.issue("careful", "critic", tier=Tier.TRUSTED)
    assert (made.role, made.declared_role, made.role_name) == (Role.DECLARED, "critic", "critic")
    again, _ = rig.exchange.rotate(made.id)
    assert again.role_name == "critic"
    rig.exchange.apply_flow([])
    assert [credential.role_name for credential, _ in rig.exchange.credentials()] == ["critic", "critic"]


def test_an_answer_to_the_student_stays_what_it_was(rig: Rig) -> None:
    """Ids of the swarm's own outputs don't change with what is declared beside them."""
    (asked,) = rig.probes(1)
    rig.exchange.apply_flow([CURATOR])
    (lease,) = rig.lease(STUDENT)
    assert lease.completed(attempt_at(asked).payload).outputs[0].id == attempt_at(asked).id
