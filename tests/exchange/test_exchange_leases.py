"""Leases: the fence, the first answer, handing back, running out, and the dead letters."""

import pytest
from exchange_rig import JUDGE, STUDENT, TEACHER, Rig, attempt_at, checkpoint, codes, correction_of, verdict_on

from swarm.errors import RefusedError
from swarm.exchange import Identity
from swarm.exchange.flow import MAX_ATTEMPTS, backoff_seconds
from swarm.exchange.tokens import Claim, TokenSigner
from swarm.records import Annotation, Purpose, answer_to
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import Completion, FailKind, QueueCount, Stage


def probes_queue(rig: Rig) -> QueueCount:
    return next(count for count in rig.exchange.queue_counts() if count.stage is Stage.PROBES)


def test_a_lease_brings_the_chain_nearest_first(rig: Rig) -> None:
    failed = rig.failure()
    (lease,) = rig.lease(TEACHER)
    assert [link.kind for link in lease.chain] == ["verdict", "attempt", "probe"]
    assert lease.sample == lease.chain[0]
    assert lease.sample.id == failed.id
    assert (lease.attempt, lease.ttl_seconds) == (1, 30.0)


def test_a_sample_is_leased_to_one_agent_at_a_time(rig: Rig) -> None:
    rig.probes(3)
    first, second = rig.lease(STUDENT, limit=2), rig.lease(Identity("student-2", Role.STUDENT), limit=2)
    assert [len(first), len(second)] == [2, 1]
    assert len({lease.sample.id for lease in first + second}) == 3


@pytest.mark.parametrize("agent", [JUDGE, Identity("x", Role.OPERATOR), Identity("x", Role.TRAINER)])
def test_a_role_leases_from_its_own_stage_only(rig: Rig, agent: Identity) -> None:
    with pytest.raises(RefusedError, match="may not lease from probes") as refused:
        rig.exchange.lease(agent, Stage.PROBES, 1)
    assert refused.value.reason == "FORBIDDEN"


@pytest.mark.parametrize(("limit", "ttl"), [(0, 30.0), (-1, 30.0), (1, 0.0), (1, 86400.0)])
def test_a_lease_of_nothing_or_for_ever_is_refused(rig: Rig, limit: int, ttl: float) -> None:
    with pytest.raises(RefusedError) as refused:
        rig.lease(STUDENT, limit, ttl)
    assert refused.value.reason == "INVALID"


def test_repeating_a_completion_returns_the_first_answer(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    first = rig.complete(STUDENT, lease, attempt_at(lease.sample))
    rig.clock.turn(3600)
    again = rig.complete(STUDENT, lease, attempt_at(lease.sample, text="another answer"))
    assert again == first
    assert again.ok
    assert len(rig.exchange.samples(kind="attempt")) == 1
    assert rig.exchange.queue_counts()[1].accepted == 1


def test_a_completion_twice_in_one_batch_has_one_effect(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    done = Completion(token=lease.token, outputs=(attempt_at(lease.sample),))
    first, second = rig.exchange.complete(STUDENT, [done, done])
    assert first == second
    assert probes_queue(rig).done == 1


def test_a_late_completion_loses_and_stores_nothing(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    rig.clock.turn(30.001)
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).code == "LEASE_LOST"
    assert rig.exchange.expire() == 1
    (second,) = rig.lease(Identity("student-2", Role.STUDENT))
    assert second.attempt == 2
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).code == "LEASE_LOST"
    assert rig.exchange.samples(kind="attempt") == []
    assert rig.complete(Identity("student-2", Role.STUDENT), second, attempt_at(second.sample)).ok


def test_the_fence_tells_two_leases_of_one_agent_apart(rig: Rig) -> None:
    rig.probes()
    (first,) = rig.lease(STUDENT)
    rig.clock.turn(31)
    rig.exchange.expire()
    (second,) = rig.lease(STUDENT)
    assert rig.complete(STUDENT, first, attempt_at(first.sample)).code == "LEASE_LOST"
    assert rig.complete(STUDENT, second, attempt_at(second.sample)).ok


def test_a_token_is_good_for_its_own_agent_only(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    thief = Identity("student-2", Role.STUDENT)
    forged = lease.token[:-8] + "AAAAAAA="
    assert rig.complete(thief, lease, attempt_at(lease.sample)).code == "TOKEN_REFUSED"
    assert codes(rig.exchange.extend(STUDENT, [forged, "", "§§", "bm8="])) == ["TOKEN_REFUSED"] * 4
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).ok


def test_tokens_of_another_key_are_refused() -> None:
    claim = Claim(Stage.PROBES, "a" * 32, 3)
    token = TokenSigner(b"k" * 32).sign(claim, "a")
    assert TokenSigner(b"k" * 32).read(token, "a") == claim
    assert TokenSigner(b"l" * 32).read(token, "a") is None
    with pytest.raises(ValueError, match="5 bytes"):
        TokenSigner(b"short")


def test_extending_keeps_a_lease_alive(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    for _ in range(5):
        rig.clock.turn(20)
        assert codes(rig.exchange.extend(STUDENT, [lease.token], 30.0)) == ["OK"]
        assert rig.exchange.expire() == 0
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).ok
    assert codes(rig.exchange.extend(STUDENT, [lease.token], 30.0)) == ["LEASE_LOST"]


def test_outputs_must_be_of_the_role_and_answer_the_input(rig: Rig) -> None:
    first, second = rig.probes(2)
    (lease,) = rig.lease(STUDENT)
    note = answer_to(lease.sample, Annotation(schema_name="note", body="{}"))
    for outputs in [(), (note,), (verdict_on(lease.sample, True),), (attempt_at(second),)]:
        assert rig.complete(STUDENT, lease, *outputs).code == "REFUSED_OUTPUT"
    assert len(rig.exchange.samples()) == 2
    assert rig.complete(STUDENT, lease, attempt_at(first), note).ok
    assert len(rig.exchange.samples()) == 4


def test_outputs_are_stored_all_or_none(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    good = attempt_at(lease.sample)
    conflicting = attempt_at(lease.sample, text="other")
    assert rig.complete(STUDENT, lease, good, conflicting).code == "DIGEST_CONFLICT"
    assert rig.exchange.samples(kind="attempt") == []
    assert rig.complete(STUDENT, lease, good, good).ok


def test_a_bad_completion_leaves_its_neighbours_alone(rig: Rig) -> None:
    rig.probes(2)
    one, two = rig.lease(STUDENT, limit=2)
    bad = Completion(token=one.token, outputs=(verdict_on(one.sample, True),))
    good = Completion(token=two.token, outputs=(attempt_at(two.sample),))
    assert codes(rig.exchange.complete(STUDENT, [bad, good])) == ["REFUSED_OUTPUT", "OK"]
    assert (probes_queue(rig).leased, probes_queue(rig).done) == (1, 1)


def test_release_burns_no_attempt_however_often(rig: Rig) -> None:
    rig.probes()
    for _ in range(2 * MAX_ATTEMPTS):
        (lease,) = rig.lease(STUDENT)
        assert lease.attempt == 1
        assert rig.fail(STUDENT, lease, FailKind.RELEASE).ok
    assert probes_queue(rig).ready == 1


def test_retries_wait_longer_each_time_and_end_in_a_dead_letter(rig: Rig) -> None:
    rig.probes()
    for number in range(1, MAX_ATTEMPTS + 1):
        (lease,) = rig.lease(STUDENT)
        assert lease.attempt == number
        assert rig.fail(STUDENT, lease, FailKind.RETRY, f"reason {number}").ok
        if number < MAX_ATTEMPTS:
            longest = min(100.0, 2.0 ** (number - 1))
            rig.clock.turn(longest / 2 - 0.001)
            assert rig.lease(STUDENT) == []
            assert probes_queue(rig).delayed == 1
            rig.clock.turn(longest / 2 + 0.002)
    rig.clock.turn(1000)
    assert rig.lease(STUDENT) == []
    (letter,) = rig.exchange.dead_letters(Stage.PROBES)
    assert [burned.reason for burned in letter.history] == [f"reason {n}" for n in range(1, MAX_ATTEMPTS + 1)]
    assert {(burned.agent, burned.kind) for burned in letter.history} == {(STUDENT.name, "retry")}
    assert probes_queue(rig).dead == 1


def test_the_backoff_stays_within_its_bounds() -> None:
    assert [backoff_seconds(n, 0.0) for n in (1, 2, 7, 8, 10)] == [1.0, 2.0, 64.0, 100.0, 100.0]
    assert backoff_seconds(10, 0.999) > 50.0


def test_reject_is_final_at_once(rig: Rig) -> None:
    rig.probes()
    (lease,) = rig.lease(STUDENT)
    first = rig.fail(STUDENT, lease, FailKind.REJECT, "not a question")
    assert rig.fail(STUDENT, lease, FailKind.REJECT, "again") == first
    (letter,) = rig.exchange.dead_letters(Stage.PROBES)
    assert [(burned.attempt, burned.reason) for burned in letter.history] == [(1, "not a question")]
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).code == "LEASE_LOST"


def test_leases_that_run_out_burn_attempts_until_none_is_left(rig: Rig) -> None:
    rig.probes()
    for _ in range(MAX_ATTEMPTS):
        assert len(rig.lease(STUDENT)) == 1
        rig.clock.turn(31)
        assert rig.exchange.expire() == 1
    assert rig.lease(STUDENT) == []
    (letter,) = rig.exchange.dead_letters(Stage.PROBES)
    assert [burned.kind for burned in letter.history] == ["expired"] * MAX_ATTEMPTS


def test_failures_of_old_checkpoints_expire_while_they_wait(rig: Rig) -> None:
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    rig.failure(checkpoint_id="base")
    rig.failure(checkpoint_id="base")
    (held,) = rig.lease(TEACHER)
    rig.promote("c1")
    rig.failure(checkpoint_id="c1")
    assert rig.exchange.expire_stale(1) == 0
    rig.promote("c2")
    assert rig.exchange.expire_stale(1) == 1
    assert rig.exchange.expire_stale(1) == 0
    count = next(c for c in rig.exchange.queue_counts() if c.stage is Stage.FAILURES)
    assert (count.ready, count.leased, count.expired, count.unaccounted) == (1, 1, 1, 0)
    assert rig.complete(TEACHER, held, correction_of(held.sample)).ok


def test_breaches_are_taught_once_after_their_siege(rig: Rig) -> None:
    before = rig.exchange.revision()
    breach = rig.failure(Purpose.SIEGE)
    rig.failure(Purpose.CENSUS)
    rig.exchange.publish(JUDGE, [verdict_on(rig.exchange.samples(kind="attempt")[0], False, 2)])
    assert rig.lease(TEACHER) == []
    assert rig.exchange.release_breaches(rig.exchange.revision()) == 0
    assert rig.exchange.release_breaches(before) == 1
    assert rig.exchange.release_breaches(0) == 0
    (lease,) = rig.lease(TEACHER)
    assert lease.sample.id == breach.id
    assert rig.complete(TEACHER, lease, correction_of(lease.sample)).ok
    assert rig.exchange.release_breaches(0) == 0
    assert len(rig.exchange.corrections(0)) == 1


def test_what_waits_for_a_purpose_can_be_discarded(rig: Rig) -> None:
    rig.probes(2, Purpose.SIEGE)
    rig.probes(1)
    (held,) = rig.lease(STUDENT)
    assert rig.exchange.discard(Stage.PROBES, Purpose.SIEGE) == 1
    count = probes_queue(rig)
    assert (count.ready, count.leased, count.discarded, count.unaccounted) == (1, 1, 1, 0)
    assert rig.complete(STUDENT, held, attempt_at(held.sample)).ok


def test_the_oldest_wait_is_reported(rig: Rig) -> None:
    rig.probes()
    rig.clock.turn(5)
    rig.probes()
    rig.clock.turn(2.5)
    assert probes_queue(rig).oldest_age_seconds == 7.5
