"""Timing calls: a fixed number are under way at a time, each new one starting as another ends (a closed loop)."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

Call = Callable[[], Awaitable[int]]
"""One call; gives how many samples it handled."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What was measured: samples handled, over how many seconds, and how long each call took (seconds)."""

    samples: int
    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Samples per second."""
        return self.samples / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """The latency that `share` of the calls did not exceed, in ms."""
        return 1000 * quantile(self.latencies, share)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values don't exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


async def drive(calls: Iterator[Call], in_flight: int, seconds: float) -> Timed:
    """Make calls until there are none left or the time is over; the last ones are waited for."""
    began, latencies, samples = time.perf_counter(), list[float](), 0

    async def worker() -> None:
        nonlocal samples
        while time.perf_counter() - began < seconds and (call := next(calls, None)) is not None:
            started = time.perf_counter()
            handled = await call()
            latencies.append(time.perf_counter() - started)
            samples += handled  # in one step: `+= await` would lose what others add meanwhile

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return Timed(samples, time.perf_counter() - began, tuple(latencies))
