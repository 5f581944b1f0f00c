"""Watchers at one place share one read of the log; a failed read, a leaver and a change are not shared."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from swarm.errors import RefusedError
from swarm.events import Event, EventKind
from swarm.exchange import Exchange
from swarm.gateway.feed import Feed
from swarm.roles import Role

_EVENTS = [Event(revision=number, kind=EventKind.BOOKMARK, at=datetime(2026, 1, 1, tzinfo=UTC)) for number in (8, 9)]


class _Log:
    """A log whose read waits until it is let go, and counts its reads."""

    def __init__(self) -> None:
        self.reads = 0
        self.open = asyncio.Event()
        self.error: RefusedError | None = None

    async def read(self, _look: Callable[[Exchange], list[Event]]) -> list[Event]:
        self.reads += 1
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return _EVENTS


async def test_one_read_for_a_hundred_watchers_at_one_place() -> None:
    log = _Log()
    feed = Feed(log.read)
    waiting = [asyncio.create_task(feed.after(7, Role.OPERATOR, 1)) for _ in range(100)]
    await asyncio.sleep(0)
    log.open.set()
    pages = await asyncio.gather(*waiting)
    assert [message.event.revision for message in pages[0]] == [8, 9]
    assert all(page is pages[0] for page in pages)
    assert log.reads == 1


async def test_another_role_and_a_later_change_are_read_again() -> None:
    log = _Log()
    log.open.set()
    feed = Feed(log.read)
    await feed.after(7, Role.OPERATOR, 1)
    await feed.after(7, Role.STUDENT, 1)
    await feed.after(7, Role.OPERATOR, 2)
    assert log.reads == 3


async def test_a_watcher_that_leaves_does_not_take_the_page_from_the_others() -> None:
    log = _Log()
    feed = Feed(log.read)
    leaver, stayer = (asyncio.create_task(feed.after(7, Role.OPERATOR, 1)) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    await asyncio.sleep(0)
    log.open.set()
    assert len(await stayer) == 2
    assert leaver.cancelled()


async def test_a_refused_place_is_refused_to_each_and_not_remembered() -> None:
    log = _Log()
    log.error = RefusedError("OUT_OF_RANGE", "revision 7 is outside the log", "List again")
    log.open.set()
    feed = Feed(log.read)
    with pytest.raises(RefusedError, match="revision 7"):
        await feed.after(7, Role.OPERATOR, 1)
    log.error = None
    assert len(await feed.after(7, Role.OPERATOR, 1)) == 2
