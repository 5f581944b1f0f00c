"""Answers that were blamed in production: what waits, what is counted, whose word is taught, and how many may wait."""

import pytest
from exchange_rig import OPERATOR, STUDENT, Rig, attempt_at, checkpoint

from swarm.errors import RefusedError
from swarm.exchange import Credits, Identity
from swarm.exchange.checkup import examine
from swarm.exchange.feedback import OPEN_OVER_ALL, Report
from swarm.feedback import FeedbackCount, FeedbackState, Thumb
from swarm.records import (
    Annotation,
    Cell,
    Origin,
    Probe,
    Purpose,
    Reference,
    Sample,
    Tier,
    answer_to,
    child_id,
)
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import QueueCount, Stage

VISITOR = Identity("serve", Role.REPORTER)
CELL = Cell.parse("production/rain/any")


def blamed(number: int = 1, answer: str = "", text: str = "= wrong") -> Report:
    """A thumb down for the base, with the right answer where one is given."""
    name = f"{number:032x}"
    probe = Probe(cell=CELL, purpose=Purpose.ASK, origin=Origin.PRODUCTION, question=f"question {number}")
    question = Sample(id=name, root_id=name, payload=probe)
    given = attempt_at(question, text=text)
    note = answer_to(given, Annotation(schema_name="feedback", body='{"thumb": "down"}'))
    return Report(name, "base", Thumb.DOWN, (question, given, note), lesson_of(question, answer) if answer else None)


def lesson_of(question: Sample, answer: str = "right") -> Sample:
    assert isinstance(question.payload, Probe)
    changed = {"purpose": Purpose.LEARN, "reference": Reference(answer=answer)}
    return Sample(id=child_id(question.id, "lesson"), payload=question.payload.model_copy(update=changed))


def praised(number: int = 1, checkpoint_id: str = "base") -> Report:
    return Report(f"{number:032x}", checkpoint_id, Thumb.UP)


def reporter(rig: Rig, tier: Tier) -> Identity:
    made, _ = rig.exchange.issue(f"{tier}-desk", Role.REPORTER, tier=tier)
    return Identity(made.name, Role.REPORTER, made.id, made.standing.tier)


@pytest.fixture
def base(rig: Rig) -> Rig:
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    return rig


def assert_sound(rig: Rig) -> None:
    """`swarm check` finds nothing; it reads SQLite files."""
    if rig.url.startswith("sqlite"):
        copy = rig.path.with_name("copy.db")
        rig.exchange.copy_to(copy)
        assert [finding for finding in examine(copy) if not finding.ok] == []


def probes_queue(rig: Rig) -> QueueCount:
    return next(queue for queue in rig.exchange.state().queues if queue.stage is Stage.PROBES)


def test_praise_is_counted_and_nothing_else_is_kept(base: Rig) -> None:
    before = base.exchange.revision()
    said = base.exchange.report_feedback(VISITOR, praised())
    assert (said.state, said.reporter, said.probe_id) == (FeedbackState.COUNTED, "serve", "")
    assert base.exchange.feedback_counts() == [FeedbackCount(checkpoint_id="base", up=1)]
    assert base.exchange.feedback() == []
    assert (base.exchange.revision(), base.exchange.samples()) == (before, [])
    base.exchange.report_feedback(reporter(base, Tier.QUARANTINED), praised(2))
    assert base.exchange.feedback_counts() == [FeedbackCount(checkpoint_id="base", up=1)]


def test_blame_is_kept_and_waits_for_nobody(base: Rig) -> None:
    said = base.exchange.report_feedback(VISITOR, blamed())
    assert said.state is FeedbackState.OPEN
    kinds = [sample.kind for sample in base.exchange.lineage(said.id)]
    assert kinds == ["probe", "attempt", "annotation"]
    assert all(queue.accepted == 0 for queue in base.exchange.state().queues), "nobody acts on it"
    assert base.exchange.cell_counts() == [], "what a reporter says that a checkpoint said counts nowhere"
    assert base.lease(STUDENT) == []
    assert base.exchange.report_feedback(VISITOR, blamed()) == said, "a repeat is no second effect"
    assert base.exchange.feedback_counts() == [FeedbackCount(checkpoint_id="base", down=1)]
    with pytest.raises(RefusedError, match="is stored with digest") as caught:
        base.exchange.report_feedback(VISITOR, blamed(text="= another"))
    assert caught.value.reason == "DIGEST_CONFLICT"
    assert_sound(base)


@pytest.mark.parametrize(
    ("who", "state", "by"),
    [
        ("operator", FeedbackState.ASKED, ("operator", Tier.INSIDE)),
        ("trusted", FeedbackState.ASKED, ("trusted-desk", Tier.TRUSTED)),
        ("visitor", FeedbackState.OPEN, None),
        ("quarantined", FeedbackState.OPEN, None),
    ],
)
def test_whose_word_is_taught(base: Rig, who: str, state: FeedbackState, by: tuple[str, Tier] | None) -> None:
    agents = {"operator": OPERATOR, "visitor": VISITOR}
    said = base.exchange.report_feedback(agents.get(who) or reporter(base, Tier(who)), blamed(answer="right"))
    assert said.state is state
    leases = base.lease(STUDENT)
    assert [(lease.sample.producer, lease.sample.tier) for lease in leases] == ([by] if by else [])
    if by:
        probe = base.exchange.lineage(said.probe_id)[0].payload
        assert isinstance(probe, Probe)
        assert (probe.purpose, probe.origin, probe.reference) == (
            Purpose.LEARN,
            Origin.PRODUCTION,
            Reference(answer="right"),
        )


@pytest.mark.parametrize("tier", [Tier.INSIDE, Tier.QUARANTINED])
def test_an_operator_says_what_is_right(base: Rig, tier: Tier) -> None:
    agent = VISITOR if tier is Tier.INSIDE else reporter(base, tier)
    report = blamed()
    base.exchange.report_feedback(agent, report)
    lesson = lesson_of(report.said[0])
    asked = base.exchange.answer_feedback(OPERATOR, report.id, lesson)
    assert (asked.state, asked.probe_id) == (FeedbackState.ASKED, lesson.id)
    assert base.exchange.answer_feedback(OPERATOR, report.id, lesson) == asked
    assert [lease.sample.id for lease in base.lease(STUDENT, 5)] == [lesson.id]
    with pytest.raises(RefusedError, match="is asked already"):
        base.exchange.answer_feedback(OPERATOR, report.id, lesson_of(report.said[0], "another"))
    with pytest.raises(RefusedError, match="is asked already"):
        base.exchange.dismiss_feedback(report.id, "nonsense")
    with pytest.raises(RefusedError, match="there is no report"):
        base.exchange.answer_feedback(OPERATOR, "f" * 32, lesson)
    assert_sound(base)


def test_a_release_from_quarantine_asks_no_question_without_an_answer(base: Rig) -> None:
    agent = reporter(base, Tier.QUARANTINED)
    base.exchange.report_feedback(agent, blamed(answer="right"))
    base.exchange.set_tier(agent.name, Tier.TRUSTED, "known by now")
    assert base.lease(STUDENT, 5) == []
    assert base.exchange.feedback(FeedbackState.OPEN)[0].tier is Tier.QUARANTINED


def test_one_that_is_dismissed_stays_closed(base: Rig) -> None:
    report = blamed()
    base.exchange.report_feedback(VISITOR, report)
    closed = base.exchange.dismiss_feedback(report.id, "no question")
    assert (closed.state, closed.reason) == (FeedbackState.DISMISSED, "no question")
    assert base.exchange.dismiss_feedback(report.id, "again") == closed
    with pytest.raises(RefusedError, match="is dismissed already"):
        base.exchange.answer_feedback(OPERATOR, report.id, lesson_of(report.said[0]))


def test_what_was_forgotten_is_not_asked(base: Rig) -> None:
    one, two = blamed(1), blamed(2, answer="right")
    base.exchange.report_feedback(VISITOR, one)
    base.exchange.report_feedback(OPERATOR, two)
    base.exchange.forget(OPERATOR, sample_id=one.id)
    assert {sample.forgotten for sample in base.exchange.lineage(one.id)} == {True}
    with pytest.raises(RefusedError, match="was forgotten"):
        base.exchange.answer_feedback(OPERATOR, one.id, lesson_of(one.said[0]))
    base.exchange.forget(OPERATOR, sample_id=two.id)
    assert probes_queue(base).discarded == 1, "the probe asks the very same question, so it goes, too"


def test_an_unknown_checkpoint_is_refused(base: Rig) -> None:
    for report in (praised(checkpoint_id="c9"), Report("1" * 32, "c9", Thumb.DOWN)):
        with pytest.raises(RefusedError, match="no checkpoint 'c9'"):
            base.exchange.report_feedback(VISITOR, report)
    assert base.exchange.feedback_counts() == []


def test_reports_wait_within_bounds_of_their_own(store_url: str) -> None:
    rig = Rig(store_url, credits=Credits(production=3))
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    for number in range(1, 4):
        rig.exchange.report_feedback(VISITOR, blamed(number))
    with pytest.raises(RefusedError, match="3 reports of serve are open") as caught:
        rig.exchange.report_feedback(VISITOR, blamed(4))
    assert caught.value.reason == "FEEDBACK_FULL"
    assert len(rig.exchange.samples("probe")) == 3, "nothing of it was stored"
    for number in range(4, 7):
        rig.exchange.report_feedback(OPERATOR, blamed(number, "right"))
    with pytest.raises(RefusedError, match="3 questions from production wait for the student"):
        rig.exchange.report_feedback(OPERATOR, blamed(7, "right"))
    with pytest.raises(RefusedError, match="3 questions from production wait for the student"):
        rig.exchange.answer_feedback(OPERATOR, blamed(1).id, lesson_of(blamed(1).said[0]))
    assert len(rig.probes(20)) == 20, "probers have all the room that they had"
    (lease,) = rig.lease(STUDENT)
    assert rig.complete(STUDENT, lease, attempt_at(lease.sample)).ok
    assert rig.exchange.answer_feedback(OPERATOR, blamed(1).id, lesson_of(blamed(1).said[0])).probe_id
    rig.exchange.close()


def test_all_reporters_together_have_a_bound(store_url: str) -> None:
    rig = Rig(store_url, credits=Credits(production=1))
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    for number in range(1, OPEN_OVER_ALL + 1):
        rig.exchange.report_feedback(Identity(f"serve-{number}", Role.REPORTER), blamed(number))
    with pytest.raises(RefusedError, match="0 reports of serve are open"):
        rig.exchange.report_feedback(VISITOR, blamed(99))
    rig.exchange.close()


def test_the_list_comes_in_pages_the_latest_first(base: Rig) -> None:
    for number in range(1, 6):
        base.exchange.report_feedback(VISITOR, blamed(number))
    base.exchange.dismiss_feedback(blamed(4).id, "no question")
    first = base.exchange.feedback(limit=2)
    assert [item.id for item in first] == [blamed(5).id, blamed(4).id]
    rest = base.exchange.feedback(before_id=first[-1].id)
    assert [item.id for item in rest] == [blamed(number).id for number in (3, 2, 1)]
    assert len(base.exchange.feedback(FeedbackState.OPEN)) == 4
    with pytest.raises(RefusedError, match="no report"):
        base.exchange.feedback(before_id="nobody")
    base.reopen()
    assert [item.id for item in base.exchange.feedback(limit=2)] == [item.id for item in first]


def test_a_report_that_nobody_made_is_not_found_whatever_its_id(base: Rig) -> None:
    for odd in ("0" * 32, "no id at all", ""):
        with pytest.raises(RefusedError, match="no report"):
            base.exchange.reported(odd)
