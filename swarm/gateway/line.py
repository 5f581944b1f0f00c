"""Who waits for work stands in line: woken a few at a time, those first who were given some longest ago."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

KNOWN = 10_000
"""Names whose last turn is remembered."""


class Line:
    """One queue's waiting agents. Lives on one event loop.

    Waking all of them for each new sample would cost a look at the store for each, all but one of them in vain. So a
    change wakes one; whoever finds something wakes the next, or the next two where it got all that it asked for, since
    then more may be left. Whoever finds nothing wakes nobody: the next change does.
    """

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], tuple[int, str]] = {}
        self._last: dict[str, int] = {}
        self._turns = self._changes = 0
        self._closed = False

    def change(self) -> None:
        """Say that there may be work."""
        self._changes += 1
        self._wake(1)

    def call(self, name: str) -> None:
        """Let an agent look, whatever its place."""
        for future, (_, waits) in self._waiting.items():
            if waits == name and not future.done():
                future.set_result(None)

    def close(self) -> None:
        """Let everyone go; from now on nobody waits."""
        self._closed = True
        self._wake(len(self._waiting))

    async def turn(self, name: str, look: Callable[[], Awaitable[tuple[T, bool] | None]], seconds: float) -> T | None:
        """What `look` finds within so many seconds, with whether there may be more; None where nothing came.

        Who comes while others wait looks only when it is called, unless it doesn't want to wait.
        """
        clock = asyncio.get_running_loop().time
        until, called = clock() + seconds, seconds <= 0 or not self._waiting
        while not self._closed:
            if called:
                seen = self._changes
                if (found := await self._looked(name, look)) is not None:
                    return found
                if self._changes != seen and clock() < until:
                    continue  # it came while this one looked
            if clock() >= until or not (called := await self._called(name, until - clock())):
                return None
        return None

    async def _looked(self, name: str, look: Callable[[], Awaitable[tuple[T, bool] | None]]) -> T | None:
        try:
            found = await look()
        except BaseException:
            self._wake(1)  # what was the matter with this one need not be with the next
            raise
        if found is None:
            return None
        self._turns += 1
        self._last.pop(name, None)
        self._last[name] = self._turns
        if len(self._last) > KNOWN:
            del self._last[next(iter(self._last))]
        self._wake(2 if found[1] else 1)
        return found[0]

    async def _called(self, name: str, seconds: float) -> bool:
        """Wait in line; whether the turn came."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = (self._last.get(name, 0), name)
        try:
            await asyncio.wait([future], timeout=max(0.0, seconds))
        except asyncio.CancelledError:
            if future.done():
                self._wake(1)
            raise
        finally:
            del self._waiting[future]
        return future.done()

    def _wake(self, count: int) -> None:
        asleep = [future for future in self._waiting if not future.done()]
        for future in heapq.nsmallest(count, asleep, key=lambda future: self._waiting[future][0]):
            future.set_result(None)
