"""The line of those who wait for work: who is woken, in which order, and that no change is missed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from swarm.gateway.line import Line

pytestmark = pytest.mark.asyncio
LONG = 60.0


class Queue:
    """Some work, and who looked for it."""

    def __init__(self) -> None:
        self.ready = 0
        self.looked: list[str] = []

    def look(self, name: str, limit: int = 1) -> Callable[[], Awaitable[tuple[int, bool] | None]]:
        async def take() -> tuple[int, bool] | None:
            self.looked.append(name)
            await asyncio.sleep(0)
            taken = min(limit, self.ready)
            self.ready -= taken
            return (taken, taken == limit) if taken else None

        return take


async def settled() -> None:
    """Let everyone who can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def standing(line: Line, queue: Queue, names: str, limit: int = 1) -> dict[str, asyncio.Task[int | None]]:
    return {name: asyncio.create_task(line.turn(name, queue.look(name, limit), LONG)) for name in names}


async def test_one_sample_wakes_one_agent_and_those_after_it_only_as_far_as_there_may_be_more() -> None:
    line, queue = Line(), Queue()
    tasks = standing(line, queue, "a", limit=4)
    await settled()
    tasks |= standing(line, queue, "bcdefgh", limit=4)
    await settled()
    assert queue.looked == ["a"], "who comes while others wait has nothing to look for"
    queue.looked.clear()
    queue.ready = 1
    line.change()
    await settled()
    assert queue.looked == ["a", "b"], "a got less than it asked for; b finds nothing and wakes nobody"
    assert [name for name, task in tasks.items() if task.done()] == ["a"]
    queue.ready = 100
    line.change()
    await settled()
    assert all(task.done() and task.result() for task in tasks.values())


async def test_who_was_given_work_longest_ago_comes_first() -> None:
    line, queue, served = Line(), Queue(), list[str]()

    async def works(name: str) -> None:
        while await line.turn(name, queue.look(name), LONG):
            served.append(name)

    working = [asyncio.create_task(works(name)) for name in "abcde"]
    for _ in range(50):
        await settled()
        queue.ready += 1
        line.change()
    await settled()
    assert {name: served.count(name) for name in "abcde"} == dict.fromkeys("abcde", 10)
    line.close()
    await asyncio.gather(*working)


async def test_a_change_that_comes_while_one_looks_is_not_missed() -> None:
    line, queue = Line(), Queue()

    async def look() -> tuple[int, bool] | None:
        found = await queue.look("a")()
        if len(queue.looked) == 1:
            queue.ready = 1
            line.change()
        return found

    assert await asyncio.wait_for(line.turn("a", look, LONG), 5) == 1


async def test_a_turn_that_is_given_up_goes_to_the_next() -> None:
    line, queue = Line(), Queue()
    tasks = standing(line, queue, "ab")
    await settled()
    queue.ready = 1
    line.change()
    tasks["a"].cancel()
    await settled()
    assert tasks["b"].result() == 1


async def test_one_that_is_refused_lets_the_next_look() -> None:
    line, queue = Line(), Queue()

    async def refused() -> tuple[int, bool] | None:
        if queue.ready:
            raise ValueError("not you")
        return None

    first = asyncio.create_task(line.turn("a", refused, LONG))
    await settled()
    second = asyncio.create_task(line.turn("b", queue.look("b"), LONG))
    await settled()
    queue.ready = 1
    line.change()
    await settled()
    with pytest.raises(ValueError, match="not you"):
        await first
    assert second.result() == 1


async def test_who_does_not_want_to_wait_looks_at_once_and_who_waits_in_vain_gets_nothing() -> None:
    line, queue = Line(), Queue()
    tasks = standing(line, queue, "a")
    await settled()
    queue.ready = 1
    assert await line.turn("b", queue.look("b"), 0.0) == 1
    assert await line.turn("c", queue.look("c"), 0.001) is None
    assert "c" not in queue.looked
    await settled()
    before = queue.looked.count("a")
    line.call("b")
    await settled()
    assert queue.looked.count("a") == before
    line.call("a")
    await settled()
    assert queue.looked.count("a") == before + 1, "one that is called looks, whatever its place"
    line.close()
    assert await tasks["a"] is None
