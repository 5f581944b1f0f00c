"""The one writing thread: it takes all calls that wait, runs them in one transaction, and answers after the commit."""

import asyncio
import math
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from swarm.errors import RefusedError, UnavailableError
from swarm.exchange import Exchange
from swarm.gateway.changes import Changes, Topic
from swarm.gateway.metrics import Metrics

T = TypeVar("T")
Work = Callable[[Exchange], T]

GROUP = 256
"""Most calls in one commit."""


@dataclass(frozen=True, slots=True)
class _Call:
    work: Work[Any]
    topics: frozenset[Topic]
    until: float
    future: asyncio.Future[Any]

    def awaited(self) -> bool:
        """Whether somebody still waits for the outcome."""
        return not self.future.cancelled() and time.monotonic() < self.until


@dataclass(frozen=True, slots=True)
class _Outcome:
    call: _Call
    value: Any = None
    error: Exception | None = None
    dropped: bool = False

    def settle(self) -> None:
        if self.call.future.done():
            return
        if self.error is None:
            self.call.future.set_result(self.value)
        else:
            self.call.future.set_exception(self.error)


class Writer:
    """`run` gives work to the thread and waits until what it did is durable. Start it on the loop that will wait."""

    def __init__(self, exchange: Exchange, changes: Changes, metrics: Metrics) -> None:
        self._exchange = exchange
        self._changes = changes
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._open = True
        self._thread.start()

    async def run(self, work: Work[T], topics: Iterable[Topic] = (), until: float = math.inf) -> T:
        """The value of `work`, after it is committed. `topics` are notified then. Raises what `work` raised.

        What its caller has given up, or would get after `until` (on the clock of `time.monotonic`), is not begun, and
        raises UnavailableError; what was begun is done as a whole.
        `work` may be run a second time if another call of its group failed; the first run was then rolled back.
        """
        if not self._open:
            raise UnavailableError("the gateway is stopping", "Call again; the next gateway answers")
        call = _Call(work, frozenset(topics), until, self._loop.create_future())
        self._calls.put(call)
        value: T = await call.future
        return value

    async def close(self) -> None:
        """Finish what was given to the thread, then end it."""
        self._open = False
        self._calls.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        ended = False
        while not ended:
            group = [self._calls.get()]
            while len(group) < GROUP and not self._calls.empty():
                group.append(self._calls.get())
            ended = None in group
            outcomes = self._commit([call for call in group if call is not None])
            self._loop.call_soon_threadsafe(self._answer, outcomes)

    def _commit(self, calls: list[_Call]) -> list[_Outcome]:
        began = time.perf_counter()
        try:
            with self._exchange.transaction():
                outcomes = [self._run(call) for call in calls]
            self._metrics.committed(len(calls), time.perf_counter() - began)
            return outcomes
        except Exception as error:
            if len(calls) == 1:
                return [_Outcome(calls[0], error=error)]
        # The culprit must not take the others with it: each call alone, in a transaction of its own.
        return [outcome for call in calls for outcome in self._commit([call])]

    def _run(self, call: _Call) -> _Outcome:
        if not call.awaited():
            late = UnavailableError("nobody waited for this call any more when its turn came", "Send it again")
            return _Outcome(call, error=late, dropped=True)
        try:
            return _Outcome(call, call.work(self._exchange))
        except RefusedError as error:
            return _Outcome(call, error=error)

    def _answer(self, outcomes: list[_Outcome]) -> None:
        topics = {topic for outcome in outcomes if outcome.error is None for topic in outcome.call.topics}
        for outcome in outcomes:
            outcome.settle()
        self._metrics.dropped(sum(outcome.dropped for outcome in outcomes))
        if topics:
            self._notifying = self._loop.create_task(self._changes.notify(topics))
