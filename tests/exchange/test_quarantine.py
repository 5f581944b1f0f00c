"""Agents from outside: what those in quarantine do is kept apart, what follows from a release and a suspension."""

import shutil
from pathlib import Path

import pytest
from exchange_rig import (
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
from older_store import put_back

from swarm.errors import RefusedError
from swarm.exchange import Identity
from swarm.exchange.checkup import examine
from swarm.exchange.quarantine import MOST_LENT, MOST_WITHHELD
from swarm.flow import RoleSpec
from swarm.records import Annotation, Decision, Purpose, Sample, Tier, new_id
from swarm.roles import AgentCard, Role, Standing
from swarm.work import Completion, FailKind, Failure, Outcome, Stage


def outsider(rig: Rig, role: Role, tier: Tier | None = None) -> Identity:
    made, _ = rig.exchange.issue(f"outside-{role}", role, tier=tier)
    return Identity(made.name, role, made.id, made.standing.tier)


def books(rig: Rig) -> object:
    """All that decides: queues, cells, the log of corrections."""
    state = rig.exchange.state()
    return state.queues, state.cells, state.corrections, state.origins, rig.exchange.corrections(0)


def standing(rig: Rig, agent: Identity) -> Standing:
    return next(item for item in rig.exchange.standings() if item.name == agent.name)


def outcomes(rig: Rig, agent: Identity) -> list[Outcome]:
    return next(found for item, found in rig.exchange.conduct() if item.name == agent.name)


def test_a_new_name_is_quarantined_and_keeps_its_standing(rig: Rig) -> None:
    made, _ = rig.exchange.issue("eve", Role.TEACHER)
    assert (made.standing.tier, made.standing.reason) == (Tier.QUARANTINED, "new")
    rig.exchange.set_tier("eve", Tier.SUSPENDED, "lies")
    again, _ = rig.exchange.issue("eve", Role.TEACHER)
    assert (again.standing.tier, again.standing.reason) == (Tier.SUSPENDED, "lies")
    assert rig.exchange.rotate(again.id)[0].standing.tier is Tier.SUSPENDED
    asked, _ = rig.exchange.issue("eve", Role.TEACHER, tier=Tier.TRUSTED)
    assert asked.standing.tier is Tier.TRUSTED
    rig.reopen()
    assert {item.standing.tier for item, _ in rig.exchange.credentials()} == {Tier.TRUSTED}


def test_tiers_and_names_that_can_not_be(rig: Rig) -> None:
    with pytest.raises(RefusedError, match="no credential was issued to 'nobody'"):
        rig.exchange.set_tier("nobody", Tier.TRUSTED, "why not")
    with pytest.raises(RefusedError, match="the tier of eve would be inside"):
        rig.exchange.issue("eve", Role.TEACHER, tier=Tier.INSIDE)
    rig.exchange.register(TEACHER, AgentCard(name=TEACHER.name, role=Role.TEACHER))
    with pytest.raises(RefusedError, match="'teacher-1' is that of one of the swarm's own agents"):
        rig.exchange.issue(TEACHER.name, Role.TEACHER)
    assert rig.exchange.standings() == []


def test_a_sample_knows_the_tier_of_its_producer(rig: Rig) -> None:
    quarantined, trusted = outsider(rig, Role.PROBER), Identity("t", Role.PROBER, "x", Tier.TRUSTED)
    made = [probe(question=f"by {number}") for number in range(3)]
    for agent, sample in zip((PROBER, quarantined, trusted), made, strict=True):
        assert codes(rig.exchange.publish(agent, [sample])) == ["OK"]
    rig.exchange.set_tier(quarantined.name, Tier.SUSPENDED, "because")
    rig.reopen()
    assert [sample.tier for sample in rig.exchange.samples()] == [Tier.INSIDE, Tier.QUARANTINED, Tier.TRUSTED]


def test_what_is_published_in_quarantine_moves_nothing(rig: Rig) -> None:
    rig.failure()
    rig.probes(1)
    attempt = rig.attempt()
    before = books(rig)
    prober, judge = outsider(rig, Role.PROBER), outsider(rig, Role.JUDGE)
    asked = [probe(purpose) for purpose in (Purpose.LEARN, Purpose.SIEGE, Purpose.ASK)]
    assert codes(rig.exchange.publish(prober, asked)) == ["OK"] * 3
    said = verdict_on(attempt, False)
    (answer,) = rig.exchange.publish(judge, [said])
    assert (answer.code, answer.id) == ("OK", said.id)
    assert books(rig) == before
    assert rig.verdict(False).id == said.id, "the judge of the swarm has its answer's id, and is counted"
    assert rig.exchange.cell_counts()[0].failed == 2


def test_a_breach_of_a_quarantined_judge_is_not_released(rig: Rig) -> None:
    rig.probes(1, Purpose.SIEGE)
    attempt = rig.attempt()
    rig.exchange.publish(outsider(rig, Role.JUDGE), [verdict_on(attempt, False)])
    assert rig.exchange.release_breaches(0) == 0


def test_too_much_in_quarantine_is_refused(rig: Rig) -> None:
    prober = outsider(rig, Role.PROBER)
    for _ in range(MOST_WITHHELD // 500):
        rig.exchange.publish(prober, [probe() for _ in range(500)])
    assert codes(rig.exchange.publish(prober, [probe()])) == ["QUEUE_FULL"]
    assert codes(rig.exchange.publish(PROBER, [probe()])) == ["OK"]


@pytest.mark.parametrize("done", [False, True])
def test_work_is_lent_beside_the_queue(rig: Rig, done: bool) -> None:
    failure = rig.failure()
    if done:
        rig.correction()
    before = books(rig)
    teacher = outsider(rig, Role.TEACHER)
    (lease,) = rig.lease(teacher)
    assert (lease.sample.id, lease.attempt, len(lease.chain)) == (failure.id, 1, 3)
    assert rig.lease(teacher) == [], "each sample is lent once"
    output = correction_of(failure, "b")
    assert rig.complete(teacher, lease, output).ok
    assert rig.complete(teacher, lease, output).ok, "a repeat is answered as the first time"
    assert books(rig) == before
    kept = [s for s in rig.exchange.samples("correction") if s.tier is Tier.QUARANTINED]
    assert [(s.producer, s.parent_id) for s in kept] == [(teacher.name, failure.id)]
    if not done:
        assert rig.correction().id == output.id, "the swarm's own correction has the id to itself"
    assert outcomes(rig, teacher) == [Outcome.WRONG]


def test_a_loan_has_a_fence(rig: Rig) -> None:
    failure = rig.failure()
    teacher = outsider(rig, Role.TEACHER)
    (lease,) = rig.lease(teacher)
    other = Identity("other", Role.TEACHER, "x", Tier.QUARANTINED)
    assert rig.complete(other, lease, correction_of(failure)).code == "TOKEN_REFUSED"
    assert rig.complete(TEACHER, lease, correction_of(failure)).code == "TOKEN_REFUSED"
    assert rig.complete(teacher, lease).code == "REFUSED_OUTPUT"
    two = correction_of(failure), correction_of(failure).model_copy(update={"id": new_id()})
    assert rig.complete(teacher, lease, *two).code == "REFUSED_OUTPUT", "only one answer is ever checked"
    own = two[0].payload.model_copy(update={"question": "What is 1+1?"})
    assert rig.complete(teacher, lease, two[0].model_copy(update={"payload": own})).code == "REFUSED_OUTPUT"
    assert rig.exchange.extend(teacher, [lease.token], 60)[0].ok
    rig.clock.turn(59)
    assert rig.exchange.expire_loans() == 0
    rig.clock.turn(2)
    assert rig.complete(teacher, lease, correction_of(failure)).code == "LEASE_LOST"
    assert rig.exchange.expire_loans() == 1
    assert rig.exchange.extend(teacher, [lease.token])[0].code == "LEASE_LOST"
    assert outcomes(rig, teacher) == [Outcome.LOST]
    with pytest.raises(RefusedError, match="may not lease from probes"):
        rig.exchange.lease(teacher, Stage.PROBES, 1)


def test_loans_are_few_and_of_learn_probes_of_the_swarm_only(rig: Rig) -> None:
    theirs = Identity("t", Role.PROBER, "x", Tier.TRUSTED)
    rig.exchange.publish(theirs, [probe(question="a reference that nobody vouches for")])
    rig.probes(2, Purpose.SIEGE)
    rig.probes(1, Purpose.ASK)
    learn = rig.probes(MOST_LENT + 1)
    student = outsider(rig, Role.STUDENT)
    lent = rig.lease(student, 100)
    assert {lease.sample.id for lease in lent} == {sample.id for sample in learn[1:]}
    assert rig.lease(student, 1) == []
    assert rig.fail(student, lent[0], FailKind.RELEASE).ok
    assert rig.fail(student, lent[1], FailKind.REJECT).ok
    assert [lease.sample.id for lease in rig.lease(student, 1)] == [learn[0].id]
    assert outcomes(rig, student) == [Outcome.FAILED], "what is released is nobody's fault"
    assert rig.exchange.dead_letters(Stage.PROBES) == []


def test_nothing_in_quarantine_kills_or_delays_work(rig: Rig) -> None:
    rig.probes(1)
    student = outsider(rig, Role.STUDENT)
    (lease,) = rig.lease(student)
    rig.fail(student, lease, FailKind.REJECT)
    assert len(rig.lease(STUDENT)) == 1


def withheld(rig: Rig, teacher: Identity, answer: str = "a") -> Sample:
    """A failure, corrected in quarantine."""
    failure = rig.failure()
    (lease,) = rig.lease(teacher)
    assert rig.complete(teacher, lease, correction_of(failure, answer)).ok
    return failure


def test_a_release_teaches_what_was_right_and_still_waits(rig: Rig) -> None:
    teacher = outsider(rig, Role.TEACHER)
    right, wrong, overtaken = withheld(rig, teacher), withheld(rig, teacher, "b"), withheld(rig, teacher)
    leases = rig.lease(TEACHER, 3)
    taken = next(lease for lease in leases if lease.sample.id == overtaken.id)
    assert rig.complete(TEACHER, taken, correction_of(overtaken)).ok
    for lease in leases:
        if lease is not taken:
            rig.fail(TEACHER, lease, FailKind.RELEASE)
    (first,) = rig.exchange.corrections(0)
    before = rig.exchange.revision()
    rig.exchange.set_tier(teacher.name, Tier.TRUSTED, "44 of 44")
    (second,) = rig.exchange.corrections(first[0].revision)
    assert (second[0].parent_id, second[0].producer, second[0].tier) == (right.id, teacher.name, Tier.QUARANTINED)
    assert second[0].revision == before + 1 == rig.exchange.revision(), "it enters the log where it is released"
    (event,) = rig.exchange.events(before)
    assert event.sample is not None
    assert event.sample.id == second[0].id
    assert rig.exchange.corrections(before + 1) == []
    assert rig.exchange.state().corrections == 2
    assert [lease.sample.id for lease in rig.lease(TEACHER, 5)] == [wrong.id]
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())


def test_released_probes_are_asked(rig: Rig) -> None:
    prober = outsider(rig, Role.PROBER)
    asked = [probe(purpose, str(purpose)) for purpose in (Purpose.LEARN, Purpose.CENSUS)]
    rig.exchange.publish(prober, asked)
    assert rig.lease(STUDENT) == []
    rig.exchange.set_tier(prober.name, Tier.TRUSTED, "known to me")
    assert [lease.sample.id for lease in rig.lease(STUDENT, 5)] == [asked[0].id]
    assert rig.exchange.queue_counts()[0].unaccounted == 0


def test_a_suspension_ends_leases_and_burns_nothing(rig: Rig) -> None:
    rig.failure()
    teacher = outsider(rig, Role.TEACHER, Tier.TRUSTED)
    (lease,) = rig.lease(teacher)
    assert rig.lease(TEACHER) == []
    rig.exchange.set_tier(teacher.name, Tier.SUSPENDED, "12 of 60")
    assert rig.complete(teacher, lease, correction_of(lease.sample)).code == "LEASE_LOST"
    (again,) = rig.lease(TEACHER)
    assert again.attempt == 1
    assert rig.exchange.state().alarms == ("outside-teacher is suspended: 12 of 60",)
    assert rig.exchange.conduct() == []


def test_a_trusted_agent_works_as_one_of_the_swarm_and_is_watched(rig: Rig) -> None:
    judge, student = outsider(rig, Role.JUDGE, Tier.TRUSTED), outsider(rig, Role.STUDENT, Tier.TRUSTED)
    probes = rig.probes(40)
    for lease in rig.lease(student, 40):
        assert rig.complete(student, lease, attempt_at(lease.sample)).ok
    for lease in rig.lease(judge, 40):
        assert rig.complete(judge, lease, verdict_on(lease.sample, True)).ok
        assert rig.complete(judge, lease, verdict_on(lease.sample, True)).ok
    assert rig.exchange.cell_counts()[0].passed == len(probes)
    assert set(outcomes(rig, student)) == {Outcome.UNCHECKED}
    found = outcomes(rig, judge)
    assert len(found) == 40
    assert 3 < found.count(Outcome.RIGHT) < 20, "a quarter is checked, and nobody knows which"
    assert standing(rig, judge).checked == standing(rig, judge).right == found.count(Outcome.RIGHT)
    rig.probes(2)
    lost, failed = rig.lease(student, 2)
    rig.fail(student, failed, FailKind.RETRY)
    rig.clock.turn(31)
    assert rig.exchange.expire() == 1
    assert outcomes(rig, student)[:2] == [Outcome.LOST, Outcome.FAILED]
    assert lost.attempt == 1


def test_a_student_is_held_against_the_swarm_s_own_by_the_same_checkpoint(rig: Rig) -> None:
    student = outsider(rig, Role.STUDENT)
    for said, checkpoint_id in (("answer", "base"), ("else", "base"), ("else", "c1"), ("answer", "")):
        rig.probes(1)
        if checkpoint_id:
            rig.attempt("base")
        (lease,) = rig.lease(student)
        assert rig.complete(student, lease, attempt_at(lease.sample, checkpoint_id or "base", said)).ok
    assert outcomes(rig, student) == [Outcome.UNCHECKED, Outcome.UNCHECKED, Outcome.WRONG, Outcome.RIGHT]


CRITIC = RoleSpec(name="critic", consumes="failures", stands="before teacher", completes_with="annotation")


def critic(name: str, tier: Tier) -> Identity:
    return Identity(name, Role.DECLARED, "x", tier, declared_role="critic")


def decided(rig: Rig, agent: Identity, decision: Decision, limit: int = 1) -> list[str]:
    """The samples that an agent decided over, as many as it got."""
    leases = rig.exchange.lease(agent, "critic", limit)
    for lease in leases:
        said = Annotation(schema_name="critique", body="{}", decision=decision)
        assert rig.exchange.complete(agent, [lease.completed(said)])[0].ok
    return [lease.sample.id for lease in leases]


def test_a_gate_is_held_against_the_decision_that_was_followed(rig: Rig) -> None:
    rig.exchange.apply_flow([CRITIC])
    made, _ = rig.exchange.issue("far-critic", "critic")
    colleague, outside = critic("near-critic", Tier.TRUSTED), critic(made.name, Tier.QUARANTINED)
    for decision in (Decision.PASS, Decision.DROP):
        rig.failure()
        decided(rig, colleague, decision)
    rig.failure()
    before = books(rig)
    given = decided(rig, outside, Decision.PASS, 3)
    assert given[2] == max(rig.exchange.samples("verdict"), key=lambda sample: sample.revision).id, "what is done first"
    assert outcomes(rig, outside) == [Outcome.UNCHECKED, Outcome.RIGHT, Outcome.WRONG]
    assert books(rig) == before, "what it decides moves nothing"
    rig.clock.turn(1)
    rig.exchange.set_tier(outside.name, Tier.TRUSTED, "known to me")
    trusted = critic(made.name, Tier.TRUSTED)
    assert len(decided(rig, trusted, Decision.DROP)) == 1
    assert outcomes(rig, trusted) == [Outcome.UNCHECKED], "whose own decision is followed, nobody can say"


def test_a_correction_that_is_known_to_be_wrong_is_not_taught(rig: Rig) -> None:
    teacher = outsider(rig, Role.TEACHER, Tier.TRUSTED)
    for answer in ("a", "b"):
        rig.failure()
        (lease,) = rig.lease(teacher)
        for _ in range(2):
            assert rig.complete(teacher, lease, correction_of(lease.sample, answer)).ok
    assert outcomes(rig, teacher) == [Outcome.WRONG, Outcome.RIGHT]
    ((lesson, *_),) = rig.exchange.corrections(0)
    assert lesson.payload.answer == "a"  # type: ignore[union-attr]
    assert rig.exchange.state().corrections == 1
    rig.exchange.set_tier(teacher.name, Tier.QUARANTINED, "why not")
    rig.exchange.set_tier(teacher.name, Tier.TRUSTED, "and again")
    assert len(rig.exchange.corrections(0)) == 1, "no release lets it in"


def test_a_reference_from_outside_counts_against_nobody_and_teaches_only_what_verifies(rig: Rig) -> None:
    teacher, theirs = outsider(rig, Role.TEACHER, Tier.TRUSTED), Identity("t", Role.PROBER, "x", Tier.TRUSTED)
    for answer in ("a", "b"):
        rig.exchange.publish(theirs, [probe(question=answer)])
        rig.attempt()
        rig.verdict(False)
        (lease,) = rig.lease(teacher)
        assert rig.complete(teacher, lease, correction_of(lease.sample, answer)).ok
    assert outcomes(rig, teacher) == [Outcome.UNCHECKED] * 2
    assert len(rig.exchange.corrections(0)) == 1


def test_what_stands_on_something_withheld_is_withheld(rig: Rig) -> None:
    rig.probes(1)
    student = outsider(rig, Role.STUDENT)
    (lease,) = rig.lease(student)
    rig.complete(student, lease, attempt_at(lease.sample))
    (kept,) = rig.exchange.samples("attempt")
    before = books(rig)
    trusted = Identity("friend", Role.JUDGE, "x", Tier.TRUSTED)
    assert codes(rig.exchange.publish(trusted, [verdict_on(kept, False)])) == ["OK"]
    assert books(rig) == before


def test_a_quarantined_agent_keeps_no_books_and_dismisses_nobody(rig: Rig) -> None:
    operator = outsider(rig, Role.OPERATOR)
    rig.exchange.register(operator, AgentCard(name=operator.name, role=Role.OPERATOR))
    rig.exchange.register(TEACHER, AgentCard(name=TEACHER.name, role=Role.TEACHER))
    status = rig.exchange.heartbeat(operator, operator.name, completed=9, dollars=1e9, note="busy")
    assert (status.completed, status.note, rig.exchange.state().costs) == (0, "busy", ())
    assert status.standing is not None
    assert status.standing.tier is Tier.QUARANTINED
    with pytest.raises(RefusedError, match="may not take 'teacher-1' off the roster"):
        rig.exchange.leave(operator, TEACHER.name)


def test_a_batch_is_answered_item_by_item(rig: Rig) -> None:
    rig.failure()
    rig.failure()
    teacher = outsider(rig, Role.TEACHER)
    one, two = rig.lease(teacher, 2)
    items = [
        Completion(token=one.token, outputs=(correction_of(one.sample),)),
        Completion(token="nonsense", outputs=(correction_of(one.sample),)),
        Completion(token=two.token, outputs=(correction_of(one.sample),)),
    ]
    assert codes(rig.exchange.complete(teacher, items)) == ["OK", "TOKEN_REFUSED", "REFUSED_OUTPUT"]
    failures = [Failure(token=t, kind=FailKind.RETRY, reason="") for t in (one.token, two.token, "nonsense")]
    assert codes(rig.exchange.fail(teacher, failures)) == ["LEASE_LOST", "OK", "TOKEN_REFUSED"]


def test_a_check_of_the_store_finds_a_release_sound(rig: Rig, tmp_path: Path) -> None:
    prober, teacher = outsider(rig, Role.PROBER), outsider(rig, Role.TEACHER)
    rig.exchange.publish(prober, [probe()])
    withheld(rig, teacher)
    for agent in (prober, teacher):
        rig.exchange.set_tier(agent.name, Tier.TRUSTED, "why not")
    assert len(rig.exchange.corrections(0)) == 1
    if rig.url.startswith("sqlite"):
        copy = tmp_path / "copy.db"
        rig.exchange.close()
        shutil.copy(rig.path, copy)
        assert [finding for finding in examine(copy) if not finding.ok] == []
        rig.exchange = rig.open()


def test_what_is_forgotten_is_neither_lent_nor_released(rig: Rig) -> None:
    teacher = outsider(rig, Role.TEACHER)
    failure = withheld(rig, teacher)
    rig.exchange.forget(Identity("operator", Role.OPERATOR), sample_id=failure.root_id)
    rig.exchange.set_tier(teacher.name, Tier.TRUSTED, "why not")
    assert rig.exchange.corrections(0) == []
    rig.exchange.set_tier(teacher.name, Tier.QUARANTINED, "again")
    assert rig.lease(teacher) == []


def test_an_older_store_s_credentials_are_trusted_and_its_corrections_taught(rig: Rig) -> None:
    rig.failure()
    rig.correction()
    rig.exchange.issue("old-friend", Role.TEACHER)
    before = rig.exchange.corrections(0)
    rig.exchange.close()
    put_back(rig.url, 6)
    rig.reopen()
    assert rig.exchange.corrections(0) == before
    ((made, _),) = rig.exchange.credentials()
    assert (made.standing.tier, made.standing.reason) == (Tier.TRUSTED, "issued before there were tiers")
