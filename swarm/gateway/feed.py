"""Pages of the event log for many watchers at once: those who stand at one place share one read and its messages."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from swarm.codec import to_wire
from swarm.events import Event
from swarm.exchange import Exchange
from swarm.roles import Role
from swarm.v1 import swarm_pb2

_PAGE_EVENTS = 500
_PAGES_KEPT = 4
"""Watchers that keep up all stand at the newest page or the one before it; others read for themselves."""

Read = Callable[[Callable[[Exchange], list[Event]]], Awaitable[list[Event]]]
Page = tuple[Any, ...]


class Feed:
    """What follows a revision, as messages. Lives on one event loop."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pages: dict[tuple[int, Role, int], asyncio.Task[Page]] = {}

    async def after(self, revision: int, role: Role, seen: int) -> Page:
        """The next events as `role` may see them; `seen` counts the log's changes, so nothing older is shown again.

        Raises RefusedError OUT_OF_RANGE where the log doesn't hold the place.
        """
        place = (revision, role, seen)
        page = self._pages.get(place)
        if page is None:
            page = self._pages[place] = asyncio.create_task(self._page(revision, role))
            page.add_done_callback(lambda done: self._forget_failed(place, done))
            for old in list(self._pages)[:-_PAGES_KEPT]:
                del self._pages[old]
        return await asyncio.shield(page)  # a watcher that leaves doesn't take the page from the others

    async def _page(self, revision: int, role: Role) -> Page:
        events = await self._read(lambda exchange: exchange.events(revision, _PAGE_EVENTS, role))
        return tuple(swarm_pb2.WatchResponse(event=to_wire(event)) for event in events)

    def _forget_failed(self, place: tuple[int, Role, int], page: asyncio.Task[Page]) -> None:
        if page.cancelled() or page.exception() is not None:
            self._pages.pop(place, None)
