"""Rank 0's desk at a real gateway: where a group begins that has no state of its own, as after a restore."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update

from swarm.config import Config
from swarm.errors import WeightsError
from swarm.exchange.schema import checkpoints, meta
from swarm.gateway.server import Gateway, Settings, serving
from swarm.sections import StudentSection, SwarmSection
from swarm.students import TensorFile
from tests.report_rig import make_run
from trainers.desk import Desk, GroupBooks


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose champion c1 was promoted after 9 corrections; its weights have no files."""
    return make_run(tmp_path / "run", stopped=False)


@pytest_asyncio.fixture
async def gateway(run: Path) -> AsyncIterator[Gateway]:
    async with serving(Settings(run, "test", "calendar")) as started:
        yield started


@pytest.fixture
def config(run: Path, tmp_path: Path) -> Config:
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text("{}")
    return Config(swarm=SwarmSection(run=str(run), name="test"), student=StudentSection(weights=str(base)))


async def test_without_state_it_begins_with_the_champion_and_its_cursor(gateway: Gateway, config: Config) -> None:
    champion = gateway.desk.exchange.champion()
    assert champion is not None
    desk = await Desk.open(config, GroupBooks())
    assert desk.books == GroupBooks(cursor=champion.cursor, corrections=9, seconds=31.0, parent_id="c1"), (
        "what the champion had learned is not new again"
    )
    read = [chain[0].revision for chain in gateway.desk.exchange.corrections(0) if chain[0].revision <= champion.cursor]
    assert len(read) == 9
    assert desk.curriculum.cursor == read[-1]
    first, second = await desk.order(), await desk.order()
    assert (first.kind, first.revert_to) == ("revert", "/c1")
    assert second.kind != "revert"
    await desk.close()


async def test_with_state_or_with_the_base_alone_it_goes_on_from_there(gateway: Gateway, config: Config) -> None:
    saved = GroupBooks(rounds=3, cursor=5, parent_id="c2")
    desk = await Desk.open(config, saved)
    assert (desk.books, desk.first) == (saved, None)
    await desk.close()
    with gateway.desk.exchange.store.write() as connection:
        connection.execute(update(meta).where(meta.c.key == "champion_id").values(value="base"))
    desk = await Desk.open(config, GroupBooks())
    assert (desk.books, desk.first) == (GroupBooks(), None)
    await desk.close()


async def test_a_champion_whose_weights_are_away_is_an_error(gateway: Gateway, config: Config) -> None:
    champion = gateway.desk.exchange.champion()
    assert champion is not None
    lost = champion.model_copy(
        update={"files": (TensorFile(path="adapter.safetensors", sha256="0" * 64, size_bytes=1),)}
    )
    with gateway.desk.exchange.store.write() as connection:
        connection.execute(update(checkpoints).where(checkpoints.c.id == "c1").values(body=lost.model_dump_json()))
    with pytest.raises(WeightsError, match="is missing in file:"):
        await Desk.open(config, GroupBooks())
