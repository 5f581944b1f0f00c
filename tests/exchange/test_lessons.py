"""From a sample to the checkpoints that learned from it, and from a checkpoint to what made it."""

import pytest
from exchange_rig import OPERATOR, Rig, checkpoint

from swarm.asking import Query
from swarm.errors import RefusedError
from swarm.records import Sample
from swarm.roles import Role
from swarm.students import Checkpoint, CheckpointStatus, Learning, Lessons


def child(name: str, parent: str) -> Checkpoint:
    return checkpoint(name).model_copy(update={"parent_id": parent})


def corrections(rig: Rig, count: int) -> list[Sample]:
    found = []
    for _ in range(count):
        rig.failure()
        found.append(rig.correction())
    return found


def taught(rig: Rig) -> list[Sample]:
    """Three corrections; c1 learned the first two, c2 (from c1) the third and the first again, c3 (from c1) nothing."""
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    one, two, three = corrections(rig, 3)
    rig.exchange.put_checkpoint(child("c1", "base"), learned=[one.id, two.id])
    rig.exchange.put_checkpoint(child("c2", "c1"), learned=[three.id], replayed=[one.id, one.id])
    rig.exchange.put_checkpoint(child("c3", "c1"))
    return [one, two, three]


def made_of(rig: Rig, name: str, role: Role = Role.OPERATOR) -> set[str]:
    return {sample.id for sample in rig.exchange.find(Query(learned_by=name), role).samples}


def test_a_checkpoint_is_made_of_its_own_lessons_and_of_those_before_it(rig: Rig) -> None:
    one, two, three = taught(rig)
    assert made_of(rig, "base") == set()
    assert made_of(rig, "c1") == {one.id, two.id}
    assert made_of(rig, "c2") == {one.id, two.id, three.id}
    assert made_of(rig, "c3") == {one.id, two.id}
    made = rig.exchange.making("c2")
    assert (made.checkpoint.id, made.decision) == ("c2", None)
    assert made.line == (
        Lessons(checkpoint_id="c2", learned=1, replayed=2),
        Lessons(checkpoint_id="c1", learned=2, replayed=0),
        Lessons(checkpoint_id="base", learned=0, replayed=0),
    )
    page = rig.exchange.find(Query(learned_by="c2", limit=2, newest_first=False))
    assert ([sample.id for sample in page.samples], page.more) == ([one.id, two.id], True)


def test_a_family_names_who_learned_from_it(rig: Rig) -> None:
    one, _, three = taught(rig)
    family = rig.exchange.family(one.root_id or one.parent_id)
    assert family.learnings == (
        Learning(sample_id=one.id, checkpoint_id="c1", fresh=True, replays=0),
        Learning(sample_id=one.id, checkpoint_id="c2", fresh=False, replays=2),
    )
    assert list(family.learnings) == rig.exchange.learnings(family.samples)
    assert [item.checkpoint_id for item in rig.exchange.family(three.id).learnings] == ["c2"]


def test_a_student_is_not_told_which_of_its_attempts_were_corrected(rig: Rig) -> None:
    one, _, _ = taught(rig)
    assert rig.exchange.family(one.id, Role.STUDENT).learnings == ()
    assert made_of(rig, "c2", Role.STUDENT) == set()


def test_what_is_forgotten_stays_in_the_books(rig: Rig) -> None:
    one, two, _ = taught(rig)
    rig.exchange.forget(OPERATOR, sample_id=one.id)
    found = rig.exchange.find(Query(learned_by="c1")).samples
    assert {sample.id: sample.forgotten for sample in found} == {one.id: True, two.id: False}


def test_a_repeat_keeps_the_first_books_and_a_stranger_is_refused(rig: Rig) -> None:
    one, two, three = taught(rig)
    rig.exchange.put_checkpoint(child("c1", "base"), learned=[three.id])
    assert made_of(rig, "c1") == {one.id, two.id}
    for wrong in ("f" * 32, one.parent_id, ""):
        for books in ({"learned": [one.id, wrong]}, {"replayed": [wrong]}):
            with pytest.raises(RefusedError, match="is to have learned") as refused:
                rig.exchange.put_checkpoint(child("c4", "c1"), **books)
            assert refused.value.reason == "INVALID"
    assert "c4" not in {item.id for item in rig.exchange.checkpoints()}, "nothing of it is stored"
    for look in (lambda: rig.exchange.making("c9"), lambda: rig.exchange.find(Query(learned_by="c9"))):
        with pytest.raises(RefusedError, match="no checkpoint 'c9'"):
            look()
