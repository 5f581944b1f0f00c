"""A store that begins again: nothing that was handed out before holds, and nobody pays for that."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from exchange_rig import STUDENT, Rig, attempt_at, checkpoint, correction_of

from swarm.errors import RefusedError
from swarm.exchange import Identity
from swarm.exchange.incarnation import Begun
from swarm.roles import Role
from swarm.students import CheckpointStatus
from swarm.work import FailKind


def test_leases_go_back_and_burn_nothing(rig: Rig) -> None:
    rig.probes(3)
    first, second = rig.lease(STUDENT, 2)
    rig.fail(STUDENT, second, FailKind.RETRY)
    assert begin_again(rig) == Begun(epoch=epoch_of(rig) + 1, released=1, revoked=0)
    assert rig.complete(STUDENT, first, attempt_at(first.sample)).code == "LEASE_LOST"
    again = rig.lease(STUDENT, 3)
    assert (again[0].sample.id, again[0].attempt) == (first.sample.id, 1)
    assert rig.complete(STUDENT, again[0], attempt_at(first.sample)).ok
    assert rig.exchange.burned().total() == 1, "the retry, which was before"
    assert all(count.unaccounted == 0 for count in rig.exchange.queue_counts())


def begin_again(rig: Rig, urls: Mapping[str, str] = MappingProxyType({})) -> Begun:
    """Begin again, and open the store anew: PostgreSQL's fences out who opened it before."""
    begun = rig.exchange.begin_again(urls)
    rig.reopen()
    return begun


def epoch_of(rig: Rig) -> int:
    """The epoch of a fresh store: PostgreSQL's counts takeovers."""
    return 0 if rig.url.startswith("sqlite") else 1


def test_a_loan_may_be_lent_again_and_is_nobody_s_loss(rig: Rig) -> None:
    failure = rig.failure()
    made, _ = rig.exchange.issue("outside", Role.TEACHER)
    teacher = Identity(made.name, Role.TEACHER, made.id, made.standing.tier)
    (lease,) = rig.lease(teacher)
    begun = begin_again(rig)
    assert (begun.released, begun.revoked) == (1, 1)
    assert rig.complete(teacher, lease, correction_of(failure)).code == "LEASE_LOST"
    rig.clock.turn(1000)
    assert rig.exchange.expire_loans() == 0
    assert [outcomes for _, outcomes in rig.exchange.conduct()] == [[]]
    assert [item.sample.id for item in rig.lease(teacher)] == [failure.id]


def test_checkpoints_move_by_an_event_and_unknown_ones_are_left_out(rig: Rig) -> None:
    rig.exchange.put_checkpoint(checkpoint("base", CheckpointStatus.BASE))
    before = rig.exchange.revision()
    begin_again(rig, {"base": "file:///elsewhere", "c9": "file:///nowhere"})
    (moved,) = rig.exchange.events(before)
    assert moved.checkpoint == rig.exchange.champion()
    assert moved.checkpoint is not None
    assert (moved.checkpoint.url, moved.checkpoint.revision) == ("file:///elsewhere", before + 1)
    begin_again(rig, {"base": "file:///elsewhere"})
    assert rig.exchange.revision() == before + 1
    with pytest.raises(RefusedError, match="no checkpoint 'c9'"):
        rig.exchange.rollback("c9")
