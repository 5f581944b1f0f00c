"""Spells in the store: kept as they were told, dropped with age, and the gateway's own absence among them."""

from datetime import timedelta

import pytest
from exchange_rig import Rig
from pydantic import ValidationError

from swarm.exchange.retention import Keep
from swarm.spells import AWAY, GATEWAY, TRAINER, Spell


def spell(rig: Rig, begin: float, end: float, what: str = "training") -> Spell:
    """One that began and ended so many seconds after now."""
    now = rig.clock.time
    return Spell(
        place=TRAINER, what=what, began=now + timedelta(seconds=begin), ended=now + timedelta(seconds=end),
        prompt_tokens=7,
    )  # fmt: skip


def test_they_come_back_by_their_beginnings(rig: Rig) -> None:
    late, early = spell(rig, 20, 30), spell(rig, 0.5, 10)
    rig.exchange.add_spells([late, early])
    rig.exchange.add_spells([])
    assert rig.exchange.spells() == [early, late]
    assert early.seconds == 9.5


def test_one_that_ends_before_it_begins_is_refused(rig: Rig) -> None:
    with pytest.raises(ValidationError, match="can't end at"):
        spell(rig, 2, 1)


def test_the_time_without_a_gateway_is_one(rig: Rig) -> None:
    assert rig.exchange.spells() == [], "a new store had nobody before"
    before = rig.clock.time
    rig.clock.turn(90)
    rig.reopen()
    (away,) = rig.exchange.spells()
    assert (away.place, away.what, away.began, away.seconds) == (GATEWAY, AWAY, before, 90.0)
    rig.exchange.restart()
    assert rig.exchange.spells() == [away]


def test_they_go_with_the_log(rig: Rig) -> None:
    old, young = [spell(rig, n, n + 1) for n in range(5)], spell(rig, 86_400 * 9, 86_400 * 9 + 1)
    rig.exchange.add_spells([*old, young])
    rig.clock.turn(86_400 * 10)
    assert rig.exchange.compact(Keep(events_days=20)) is False
    assert len(rig.exchange.spells()) == 6
    assert rig.exchange.compact(Keep(events_days=2), portion=3) is True
    assert rig.exchange.spells() == [*old[3:], young]
    while rig.exchange.compact(Keep(events_days=2), portion=3):
        pass
    assert rig.exchange.spells() == [young]
