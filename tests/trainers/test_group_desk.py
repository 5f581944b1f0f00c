"""Rank 0's desk at a real gateway: where a group begins that has no state of its own, as after a restore."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update

from swarm.asking import Query
from swarm.config import Config
from swarm.errors import WeightsError
from swarm.exchange.schema import checkpoints, meta
from swarm.gateway.server import Gateway, Settings, serving
from swarm.promotion import PromotionPolicy, decide
from swarm.sections import StudentSection, SwarmSection, TrainerSection, TrainMode
from swarm.students import ExamRecord, Lessons, TensorFile
from tests.report_rig import make_run
from trainers.books import GroupBooks, Order
from trainers.desk import Desk, candidate_due
from trainers.recipes import Example, Refusal, RoundBooks


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


@pytest.mark.parametrize(("growth", "comes"), [(1, [4, 8, 12, 16, 20]), (1.5, [4, 8, 12, 18]), (3, [4, 12])])
def test_candidates_come_after_so_many_rounds_or_times_as_many(growth: float, comes: list[int]) -> None:
    section, last, found = TrainerSection(exam_every=4, exam_growth=growth), 0, list[int]()
    for done in range(20):
        if candidate_due(section, GroupBooks(rounds=done, rounds_since_candidate=done - last)):
            last = done + 1
            found.append(last)
    assert found == comes


CANARY = -1.0


async def candidate(desk: Desk, folder: Path, *examples: Example) -> str:
    """One round over the examples, and the candidate that comes of it."""
    (folder / "weights").mkdir(exist_ok=True)
    (folder / "weights" / "adapter.safetensors").write_bytes(b"weights")
    done = RoundBooks(loss=1.0, tokens=10, examples=len(examples), seconds=1.0)
    await desk.book(Order(kind="train", examples=examples), done, desk.books.rounds + 1)
    await desk.publish(folder / "weights", CANARY, lambda _: None)
    return desk.published


async def test_a_candidate_tells_what_its_rounds_learned_from(gateway: Gateway, config: Config, tmp_path: Path) -> None:
    exchange = gateway.desk.exchange
    new, old = (
        Example(sample_id=chain[0].id, prompt="p", completion="c") for chain in exchange.corrections(0)[::-1][:2]
    )
    again = old.model_copy(update={"is_new": False})
    text = Example(sample_id="general-0", prompt="p", completion="c", is_new=False, general=True)
    desk = await Desk.open(config, GroupBooks())
    first = await candidate(desk, tmp_path, new, again, again, text)
    second = await candidate(desk, tmp_path, again)
    line = exchange.making(second).line
    assert [(item.checkpoint_id, item.learned, item.replayed) for item in line[:3]] == [
        (second, 0, 1), (first, 1, 2), ("c1", 9, 0),
    ]  # fmt: skip
    assert new.sample_id in {sample.id for sample in exchange.find(Query(learned_by=second)).samples}
    await desk.close()


async def test_what_a_round_refused_is_nobodys_lesson(gateway: Gateway, config: Config, tmp_path: Path) -> None:
    exchange = gateway.desk.exchange
    good, bad = (
        Example(sample_id=chain[0].id, prompt="p", completion="c") for chain in exchange.corrections(0)[::-1][:2]
    )
    refused = (Refusal(sample_id=bad.sample_id, reason="has no answer"),)
    done = RoundBooks(loss=1.0, tokens=10, examples=1, seconds=1.0, refused=refused)
    desk = await Desk.open(config, GroupBooks())
    order = Order(kind="train", examples=(good, bad), recipe="spin")
    await desk.book(order, done, 1)
    assert (desk.books.corrections, desk.books.recipe) == (10, "spin")
    await desk.book(order, done.model_copy(update={"undone": True, "refused": ()}), 2)
    assert desk.books.corrections == 10, "a round that was undone taught nothing"
    (tmp_path / "adapter.safetensors").write_bytes(b"weights")
    await desk.publish(tmp_path, CANARY, lambda _: None)
    line = exchange.making(desk.published).line
    assert (line[0].learned, line[0].replayed) == (1, 0)
    assert next(each for each in exchange.checkpoints() if each.id == desk.published).recipe == "spin"
    await desk.close()


@pytest.mark.parametrize(("mark", "recipe"), [("60", "spin"), ("70", "cot")])
async def test_a_schedule_goes_by_the_exams_so_far(gateway: Gateway, config: Config, mark: str, recipe: str) -> None:
    assert {each.candidate_accuracy for each in gateway.desk.exchange.promotions()} == {0.64}
    trainer = config.trainer.model_copy(update={"recipe": f"cot until {mark} %, then spin"})
    desk = await Desk.open(config.model_copy(update={"trainer": trainer}), GroupBooks(cursor=1))
    assert await desk._recipe() == recipe
    await desk.close()


class Crashed(Exception):
    """Stands for the end of the process."""


async def test_a_crash_between_weights_and_state_leaves_no_candidate(
    gateway: Gateway, config: Config, tmp_path: Path
) -> None:
    def crash(_: GroupBooks) -> None:
        raise Crashed

    known = len(gateway.desk.exchange.checkpoints())
    desk = await Desk.open(config, GroupBooks(rounds=1, parent_id="c1"))
    (tmp_path / "adapter.safetensors").write_bytes(b"weights")
    with pytest.raises(Crashed):
        await desk.publish(tmp_path, CANARY, crash)
    assert len(gateway.desk.exchange.checkpoints()) == known
    await desk.close()


async def test_a_crash_between_state_and_announcement_is_made_good_once(
    gateway: Gateway, config: Config, tmp_path: Path
) -> None:
    exchange = gateway.desk.exchange
    lesson = Example(sample_id=exchange.corrections(0)[-1][0].id, prompt="p", completion="c")
    desk, kept = await Desk.open(config, GroupBooks(rounds=1, parent_id="c1")), list[GroupBooks]()
    (tmp_path / "adapter.safetensors").write_bytes(b"weights")
    await desk.book(Order(kind="train", examples=(lesson,)), RoundBooks(loss=1.0, tokens=1, examples=1, seconds=1.0), 2)

    def crash(books: GroupBooks) -> None:
        kept.append(books)
        raise Crashed

    with pytest.raises(Crashed):
        await desk.publish(tmp_path, CANARY, crash)
    await desk.close()
    for _ in range(2):
        again = await Desk.open(config, GroupBooks.model_validate_json(kept[0].model_dump_json()))
        made = exchange.making(again.published)
        assert (made.checkpoint.parent_id, made.line[0].learned) == ("c1", 1)
        assert sum(checkpoint.parent_id == "c1" for checkpoint in exchange.checkpoints()) == 2, "c2 and this one"
        await again.close()


async def test_what_was_told_before_the_group_died_is_not_told_again(gateway: Gateway, config: Config) -> None:
    saved = GroupBooks(rounds=3, cursor=gateway.desk.exchange.revision(), parent_id="c1")

    async def told() -> int:
        desk = await Desk.open(config, saved)
        await desk.book(Order(kind="train"), RoundBooks(loss=1.0, tokens=1, examples=1, seconds=1.0), 4)
        (trainer,) = (agent for agent in await desk.client.agents() if agent.card.name == "trainer-0")
        await desk.close()
        return trainer.completed

    assert await told() == await told() == len(gateway.desk.exchange.corrections(0))


@pytest.mark.usefixtures("gateway")
async def test_states_that_were_passed_over_are_named(config: Config, tmp_path: Path) -> None:
    desk = await Desk.open(config, GroupBooks(rounds=1, parent_id="c1"), ["state 7: books.json is missing"])
    await candidate(desk, tmp_path)
    (trainer,) = (agent for agent in await desk.client.agents() if agent.card.name == "trainer-0")
    assert "state 7: books.json is missing" in trainer.note
    await desk.close()


@pytest.mark.parametrize(
    ("champion", "mode"), [("c1", TrainMode.LORA), ("base", TrainMode.LORA), ("base", TrainMode.FULL)]
)
async def test_a_candidate_below_the_retention_floor_is_rolled_back_and_the_note_says_so(
    gateway: Gateway, config: Config, tmp_path: Path, champion: str, mode: TrainMode
) -> None:
    exchange = gateway.desk.exchange
    with exchange.store.write() as connection:
        connection.execute(update(meta).where(meta.c.key == "champion_id").values(value=champion))
    trainer = config.trainer.model_copy(update={"mode": mode})
    desk = await Desk.open(config.model_copy(update={"trainer": trainer}), GroupBooks(rounds=1, parent_id=champion))
    fallen = await candidate(desk, tmp_path)
    kept = {"retention_items": 300, "retention_correct_base": 286, "retention_correct_champion": 285}
    record = ExamRecord(
        id="e9", champion_id=champion, candidate_id=fallen, items=(), retention_correct_candidate=260, **kept
    )
    exchange.submit_exam(record, decide(record, PromotionPolicy(), datetime.now(UTC)))
    order = await desk.order()
    assert (order.kind, order.revert_to) == ("revert", "/c1" if champion == "c1" else config.student.weights)
    (said,) = (agent.note for agent in await desk.client.agents() if agent.card.name == "trainer-0")
    assert f"went back to {champion}: {fallen} was worse, " in said
    assert "retention: 260 of 300 right" in said
    assert (await desk.order()).kind != "revert", "once"
    await desk.close()


async def test_a_candidate_that_was_drawn_to_the_base_says_how_far(
    gateway: Gateway, config: Config, tmp_path: Path
) -> None:
    desk = await Desk.open(config, GroupBooks(rounds=1, parent_id="c1"))
    desk.share, desk.drift = 0.45, 0.07
    drawn = await candidate(desk, tmp_path)
    assert gateway.desk.exchange.making(drawn).checkpoint.kl_to_base == 0.07
    (said,) = (agent.note for agent in await desk.client.agents() if agent.card.name == "trainer-0")
    assert "the candidate is 45% of the way from the base" in said
    await desk.close()


async def test_after_a_worse_candidate_the_next_comes_from_the_champion(
    gateway: Gateway, config: Config, tmp_path: Path
) -> None:
    exchange = gateway.desk.exchange
    (chain, *_) = exchange.corrections(0)
    lesson = Example(sample_id=chain[0].id, prompt="p", completion="c", is_new=False)
    desk = await Desk.open(config, GroupBooks())
    worse = await candidate(desk, tmp_path, lesson)
    record = ExamRecord(id="e9", champion_id="c1", candidate_id=worse, items=())
    lost = exchange.promotions()[0].model_copy(
        update={"exam_id": "e9", "candidate_id": worse, "champion_id": "c1", "promoted": False, "regression": True}
    )
    exchange.submit_exam(record, lost)
    await desk.book(Order(kind="train", examples=(lesson,)), RoundBooks(loss=1.0, tokens=1, examples=1, seconds=1.0), 2)
    desk.first = None
    assert (await desk.order()).kind == "revert"
    after = await candidate(desk, tmp_path)
    made = exchange.making(after)
    assert made.checkpoint.parent_id == "c1"
    assert made.line[0] == Lessons(checkpoint_id=after, learned=0, replayed=0), "the round in between is gone with it"
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
