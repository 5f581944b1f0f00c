"""Looks at every model engine, tells the gateway how they stand, and ends those that no longer answer."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import ray

from cluster.engines import RemoteEngine
from swarm.client import SwarmClient
from swarm.engine_states import EngineStanding, EngineState, ended, looked
from swarm.errors import EngineUnavailable
from swarm.spells import MOST_SPELLS, Spell
from swarm.students import CheckpointStatus

EVERY_SECONDS = 2.0
PATIENCE_SECONDS = 20.0
"""For one look. An engine that computes answers at once; three looks without an answer are a minute."""


async def watch_engines(
    client: SwarmClient, engines: Mapping[str, tuple[RemoteEngine, object]], over: asyncio.Event
) -> None:
    """Until `over` is set, and once more then; `engines` are handles and actors by name. Ray starts again what is ended
    here."""
    standings = {name: EngineStanding(name=name, since=datetime.now(UTC)) for name in engines}
    told: dict[str, EngineStanding] = {}
    last = False
    while not last:
        last = over.is_set()
        champion = await client.champion()
        wanted = "" if champion is None or champion.status is CheckpointStatus.BASE else champion.id
        looks = await asyncio.gather(
            *(_stood(standings[name], engine, wanted) for name, (engine, _) in engines.items())
        )
        standings = {standing.name: standing for standing, _ in looks}
        spells = [spell for _, each in looks for spell in each]
        if spells or standings != told:
            await client.report_engines(list(standings.values()), spells[-MOST_SPELLS:])
            told = standings
        for name, dead in [each for each in standings.items() if each[1].state is EngineState.DEAD]:
            print(f"engine {dead.words()}; ending it", flush=True)
            ray.kill(engines[name][1], no_restart=False)
            # From here on it comes up, which may take longer than a few looks.
            standings = {**standings, name: ended(dead, "ended, since it did not answer", datetime.now(UTC))}
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), EVERY_SECONDS)


async def _stood(before: EngineStanding, engine: RemoteEngine, wanted: str) -> tuple[EngineStanding, Sequence[Spell]]:
    """How an engine stands now, and what it has computed since the last look."""
    try:
        look = await asyncio.wait_for(engine.look(), PATIENCE_SECONDS)
    except EngineUnavailable as error:
        return ended(before, error.message.splitlines()[0][:200], datetime.now(UTC)), ()
    except TimeoutError:
        look = None
    return looked(before, look, wanted, datetime.now(UTC)), look.spells if look else ()
