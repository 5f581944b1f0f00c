"""Dead letters: found by queue and by what ended them, page by page, and let back in or given up with true books."""

import pytest
from exchange_rig import JUDGE, OPERATOR, SQLITE, STUDENT, Rig, attempt_at, codes, verdict_on

from swarm.exchange import MAX_ATTEMPTS
from swarm.records import Sample
from swarm.work import FailKind, QueueCount, Stage


def count_of(rig: Rig, stage: Stage = Stage.PROBES) -> QueueCount:
    return next(count for count in rig.exchange.queue_counts() if count.stage is stage)


def rejected(rig: Rig, count: int, reason: str = "not a question") -> list[Sample]:
    """So many probes that a student rejected."""
    made = rig.probes(count)
    for lease in rig.lease(STUDENT, count):
        assert rig.fail(STUDENT, lease, FailKind.REJECT, reason).ok
    return made


def test_letters_are_found_by_queue_and_by_what_ended_them(rig: Rig) -> None:
    odd, spent = rejected(rig, 1, "100% Odd")[0], rejected(rig, 1, "out of words")[0]
    rig.probes()
    attempt = rig.attempt()
    (lease,) = rig.lease(JUDGE)
    rig.fail(JUDGE, lease, FailKind.REJECT, "unreadable")

    def ids(stage: Stage | None = None, reason: str = "") -> list[str]:
        return [letter.sample.id for letter in rig.exchange.dead_letters(stage, reason=reason)]

    assert ids() == [odd.id, spent.id, attempt.id]
    assert ids(Stage.ATTEMPTS) == [attempt.id]
    assert ids(Stage.FAILURES) == []
    assert ids(reason="0% odd") == [odd.id]
    assert ids(reason="_") == [], "what is a wildcard in SQL is a letter here"
    assert ids(reason="REJECT") == [odd.id, spent.id, attempt.id]
    assert ids(Stage.PROBES, "words") == [spent.id]
    (letter,) = rig.exchange.dead_letters(sample_id=spent.id)
    assert (letter.stage, letter.attempt, letter.sample.payload) == (Stage.PROBES, 1, spent.payload)


def test_only_the_last_line_is_what_ended_a_letter(rig: Rig) -> None:
    rig.probes()
    for reason in ["engine away"] * (MAX_ATTEMPTS - 1) + ["no such model"]:
        rig.clock.turn(200)
        (lease,) = rig.lease(STUDENT)
        rig.fail(STUDENT, lease, FailKind.RETRY, reason)
    assert rig.exchange.dead_letters(reason="engine away") == []
    (letter,) = rig.exchange.dead_letters(reason="no such model")
    assert [burned.attempt for burned in letter.history] == list(range(1, MAX_ATTEMPTS + 1))


def test_pages_follow_each_other_without_a_gap(rig: Rig) -> None:
    made, seen, after = rejected(rig, 7), list[str](), 0
    while page := rig.exchange.dead_letters(after_revision=after, limit=3):
        seen += [letter.sample.id for letter in page]
        after = page[-1].sample.revision
    assert seen == [sample.id for sample in made]


def test_a_requeued_letter_has_all_its_deliveries_and_its_whole_history(rig: Rig) -> None:
    (sample,) = rejected(rig, 1)
    rig.clock.turn(3600)
    before = count_of(rig)
    assert (before.accepted, before.dead, before.ready) == (1, 1, 0)
    assert codes(rig.exchange.requeue_dead(OPERATOR, [sample.id], "the engine is back")) == ["OK"]
    after = count_of(rig)
    assert (after.accepted, after.dead, after.ready, after.unaccounted) == (1, 0, 1, 0)
    assert after.oldest_age_seconds == 0.0, "it waits since now"
    for number in range(1, MAX_ATTEMPTS + 1):
        (lease,) = rig.lease(STUDENT)
        assert lease.attempt == number
        rig.fail(STUDENT, lease, FailKind.RETRY, "again")
        rig.clock.turn(200)
    (letter,) = rig.exchange.dead_letters()
    kinds = [(burned.kind, burned.agent) for burned in letter.history]
    assert kinds == [("reject", STUDENT.name), ("requeued", "operator"), *[("retry", STUDENT.name)] * MAX_ATTEMPTS]
    assert letter.history[1].reason == "the engine is back"


def test_a_requeued_letter_is_worked_on_behind_a_new_fence(rig: Rig) -> None:
    rig.probes()
    (old,) = rig.lease(STUDENT)
    rig.fail(STUDENT, old, FailKind.REJECT)
    rig.exchange.requeue_dead(OPERATOR, [old.sample.id])
    assert rig.complete(STUDENT, old, attempt_at(old.sample)).code == "LEASE_LOST"
    (new,) = rig.lease(STUDENT)
    assert rig.complete(STUDENT, old, attempt_at(old.sample)).code == "LEASE_LOST"
    assert rig.complete(STUDENT, new, attempt_at(new.sample)).ok
    assert (count_of(rig).done, count_of(rig, Stage.ATTEMPTS).ready) == (1, 1)


def test_a_discarded_letter_is_counted_apart_and_stays_stored(rig: Rig) -> None:
    one, two = rejected(rig, 2)
    assert codes(rig.exchange.discard_dead(OPERATOR, [one.id], "a typo")) == ["OK"]
    count = count_of(rig)
    assert (count.accepted, count.dead, count.discarded, count.unaccounted) == (2, 1, 1, 0)
    assert [letter.sample.id for letter in rig.exchange.dead_letters()] == [two.id]
    assert {sample.id for sample in rig.exchange.samples()} == {one.id, two.id}


def test_what_is_no_dead_letter_is_refused_and_its_neighbours_are_not(rig: Rig) -> None:
    dead, gone = rejected(rig, 2)
    rig.exchange.discard_dead(OPERATOR, [gone.id])
    (waiting,) = rig.probes()
    wanted = ["f" * 32, waiting.id, dead.id, gone.id, dead.id]
    answers = rig.exchange.requeue_dead(OPERATOR, wanted)
    assert codes(answers) == ["NOT_FOUND", "NOT_FOUND", "OK", "NOT_FOUND", "OK"]
    assert "it is ready in probes" in answers[1].message
    assert codes(rig.exchange.discard_dead(OPERATOR, [dead.id])) == ["NOT_FOUND"]
    count = count_of(rig)
    assert (count.ready, count.dead, count.discarded, count.unaccounted) == (2, 0, 1, 0)


def test_a_full_queue_takes_no_letter_back(rig: Rig) -> None:
    rig.queue_limit = 3
    rig.reopen()
    dead = rejected(rig, 2)
    rig.probes(2)
    assert codes(rig.exchange.requeue_dead(OPERATOR, [sample.id for sample in dead])) == ["OK", "QUEUE_FULL"]
    count = count_of(rig)
    assert (count.ready, count.dead, count.unaccounted) == (3, 1, 0)


def test_a_dead_verdict_goes_back_to_its_own_queue(rig: Rig) -> None:
    rig.probes()
    attempt = rig.attempt()
    (lease,) = rig.lease(JUDGE)
    rig.fail(JUDGE, lease, FailKind.REJECT)
    rig.exchange.requeue_dead(OPERATOR, [attempt.id])
    (again,) = rig.lease(JUDGE)
    assert rig.complete(JUDGE, again, verdict_on(again.sample, True)).ok


@pytest.mark.parametrize("store_url", [SQLITE], indirect=True)
def test_a_page_reads_the_index_of_the_dead(rig: Rig) -> None:
    query = "SELECT sample_id FROM queue WHERE state = 'dead' AND revision > 7 ORDER BY revision LIMIT 100"
    with rig.exchange.store.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert [row[3] for row in plan] == ["SEARCH queue USING INDEX queue_dead (revision>?)"]
