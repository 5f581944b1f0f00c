"""Gathers what concurrent callers send within a few milliseconds into one call, and hands each its own answers."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from swarm.work import Answer

T = TypeVar("T")

LINGER_SECONDS = 0.002
MOST_ITEMS = 256
MOST_BYTES = 4 * 1024 * 1024


@dataclass(slots=True)
class _Caller:
    answers: list[Answer | None]
    missing: int
    done: asyncio.Future[None]

    def settle(self, place: int, outcome: Answer | Exception) -> None:
        if self.done.done():
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
            return
        self.answers[place] = outcome
        self.missing -= 1
        if not self.missing:
            self.done.set_result(None)


class Batcher(Generic[T]):
    """One call is under way at a time, so items arrive in the order in which they were submitted.

    What is submitted meanwhile waits for the next call: batches grow with the load.
    """

    def __init__(self, send: Callable[[list[T]], Awaitable[Sequence[Answer]]], size_of: Callable[[T], int]) -> None:
        self._send = send
        self._size_of = size_of
        self._waiting: deque[tuple[T, _Caller, int]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, items: Sequence[T]) -> list[Answer]:
        """The answers to these items, in their order. Raises what the call that carried one of them raised."""
        if not items:
            return []
        caller = _Caller([None] * len(items), len(items), asyncio.get_running_loop().create_future())
        self._waiting.extend((item, caller, place) for place, item in enumerate(items))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        await caller.done
        return [answer for answer in caller.answers if answer is not None]

    async def flush(self) -> None:
        """Wait until nothing waits any more."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        if len(self._waiting) < MOST_ITEMS:
            await asyncio.sleep(LINGER_SECONDS)
        while self._waiting:
            batch = self._take()
            try:
                outcomes: Sequence[Answer | Exception] = await self._send([item for item, _, _ in batch])
            except Exception as error:
                outcomes = [error] * len(batch)
            for (_, caller, place), outcome in zip(batch, outcomes, strict=True):
                caller.settle(place, outcome)

    def _take(self) -> list[tuple[T, _Caller, int]]:
        batch, size = [self._waiting.popleft()], 0
        size = self._size_of(batch[0][0])
        while self._waiting and len(batch) < MOST_ITEMS:
            size += self._size_of(self._waiting[0][0])
            if size > MOST_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch
