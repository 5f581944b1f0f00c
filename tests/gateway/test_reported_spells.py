"""Spells over a real port: from the trainer and the supervisor into the store, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from gateway_rig import Clients

from swarm.engine_states import EngineStanding
from swarm.errors import RefusedError
from swarm.gateway.server import Gateway
from swarm.roles import Role
from swarm.spells import MOST_SPELLS, TRAINER, Spell, engine_place

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def spell(place: str = TRAINER, seconds: float = 5.0) -> Spell:
    ended = NOW + timedelta(seconds=seconds)
    return Spell(place=place, what="training", who="a", checkpoint_id="c1", began=NOW, ended=ended, prompt_tokens=3)


async def test_they_are_stored_with_a_report_or_alone(clients: Clients, gateway: Gateway) -> None:
    alone, of_engine = spell(), spell(engine_place("student"), 7.0)
    await clients(Role.TRAINER).report_trainer(spells=[alone])
    standing = EngineStanding(name="student", since=NOW)
    await clients(Role.SUPERVISOR).report_engines([standing], [of_engine])
    assert await gateway.desk.read(lambda exchange: exchange.spells()) == [alone, of_engine]
    state = await clients(Role.OPERATOR).state()
    assert state.engines == (standing,)
    assert state.trainer is not None
    assert state.trainer.report is None, "spells alone are no report"


@pytest.mark.parametrize(
    ("spells", "said"),
    [
        ([spell()] * (MOST_SPELLS + 1), f"spells is {MOST_SPELLS + 1}"),
        ([spell(seconds=86_400 * 36_500)], "Spell.ended is"),
    ],
)
async def test_too_many_and_those_of_the_future_are_refused(clients: Clients, spells: list[Spell], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        await clients(Role.TRAINER).report_trainer(spells=spells)
    with pytest.raises(RefusedError, match=said):
        await clients(Role.SUPERVISOR).report_engines([], spells)
