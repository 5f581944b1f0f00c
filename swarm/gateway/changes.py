"""Wakes those who wait for a change: one counter and one condition for each topic, and a line for each queue."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from swarm.gateway.line import Line
from swarm.work import Stage, stage_of


class Topic(StrEnum):
    """What a waiter waits for: work in a queue (one topic for all declared roles), a correction, or anything."""

    PROBES = "probes"
    ATTEMPTS = "attempts"
    FAILURES = "failures"
    DECLARED = "declared"
    CORRECTIONS = "corrections"
    LOG = "log"


QUEUES = frozenset(Topic(stage) for stage in Stage)
EVERYTHING = frozenset(Topic)


def topic_of(queue: str) -> Topic:
    """What who waits for work in a queue waits for."""
    return Topic(stage_of(queue))


class Changes:
    """Take `seen` before looking, then `wait` with it: a change in between is not missed. Lives on one event loop."""

    def __init__(self) -> None:
        self._seen = dict.fromkeys(Topic, 0)
        self._conditions = {topic: asyncio.Condition() for topic in Topic}
        self.lines: defaultdict[str, Line] = defaultdict(Line)
        """By the queue's name."""
        self.closed = False

    def seen(self, topic: Topic) -> int:
        """The number of changes so far."""
        return self._seen[topic]

    async def wait(self, topic: Topic, seen: int, seconds: float) -> bool:
        """Wait until there are more changes than `seen`; False where none came within `seconds`, or at the end."""
        condition = self._conditions[topic]
        try:
            async with asyncio.timeout(seconds), condition:
                await condition.wait_for(lambda: self.closed or self._seen[topic] != seen)
        except TimeoutError:
            return False
        return not self.closed

    async def notify(self, topics: Iterable[Topic]) -> None:
        """Say that these have changed."""
        for topic in topics:
            async with self._conditions[topic]:
                self._seen[topic] += 1
                self._conditions[topic].notify_all()
            for queue, line in self.lines.items():
                if topic_of(queue) is topic:
                    line.change()

    async def close(self) -> None:
        """Wake everyone for the last time; from now on nobody waits."""
        self.closed = True
        for line in self.lines.values():
            line.close()
        await self.notify(Topic)
