"""What concurrent callers send goes together, in order, and each gets its own answers."""

import asyncio
from collections.abc import Sequence

import pytest

from swarm.batching import MOST_BYTES, MOST_ITEMS, Batcher
from swarm.errors import UnavailableError
from swarm.work import Answer

pytestmark = pytest.mark.asyncio


class Recorder:
    """Answers every item by its own text, and keeps the batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def send(self, items: list[str]) -> Sequence[Answer]:
        self.batches.append(items)
        if "poison" in items:
            raise UnavailableError("away")
        return [Answer(id=item) for item in items]


async def test_callers_share_calls_and_keep_their_order() -> None:
    recorder = Recorder()
    batcher = Batcher(recorder.send, len)
    calls = [[f"{caller}-{n}" for n in range(30)] for caller in range(20)]
    answers = await asyncio.gather(*map(batcher.submit, calls))
    assert [[answer.id for answer in each] for each in answers] == calls
    assert [len(batch) for batch in recorder.batches] == [MOST_ITEMS, MOST_ITEMS, 600 - 2 * MOST_ITEMS]
    assert [item for batch in recorder.batches for item in batch] == [item for call in calls for item in call]
    assert await batcher.submit([]) == []


async def test_a_batch_is_bounded_in_bytes() -> None:
    recorder = Recorder()
    await Batcher(recorder.send, lambda _: MOST_BYTES // 2).submit(["a", "b", "c"])
    assert recorder.batches == [["a", "b"], ["c"]]


async def test_a_failed_call_reaches_those_whose_items_it_carried_and_nobody_later() -> None:
    batcher = Batcher(Recorder().send, len)
    failed = await asyncio.gather(batcher.submit(["poison"]), batcher.submit(["x"]), return_exceptions=True)
    assert all(isinstance(outcome, UnavailableError) for outcome in failed)
    assert (await batcher.submit(["y"]))[0].id == "y"


async def test_a_caller_that_gives_up_leaves_the_others_their_answers() -> None:
    batcher = Batcher(Recorder().send, len)
    gone, stays = asyncio.create_task(batcher.submit(["a"])), asyncio.create_task(batcher.submit(["b"]))
    await asyncio.wait([gone, stays], timeout=0)
    gone.cancel()
    assert (await stays)[0].id == "b"
    await batcher.flush()
