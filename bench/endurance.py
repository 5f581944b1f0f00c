"""Whether it stays as it is: memory under full load, the cost of a sample as the store grows, the lag of watchers."""

import threading
import time

from bench import load
from bench.load import Plan
from bench.measure import quantile
from bench.report import Target
from bench.servers import Served, client
from swarm.records import Record

BATCH = 32
WINDOW = 10_000
"""Samples in one window of a growing store."""
WATCH_RATE = 50
"""Samples published in a second while many watch."""
MOST_LAG_MS = 1000
MOST_GROWTH = 1.10
"""Memory is flat where its median over the last third is at most this much more than over the second third."""
MOST_COST = 1.25
"""Cost is flat where the last window's is at most this much more than the first one's."""


class Point(Record):
    """One window of a long run: how many samples were stored at its end, and what was measured in it."""

    seconds: float
    stored: int
    value: float


class Endurance(Record):
    """A long run on one kind of store: resident MiB over time, microseconds for each sample over the size of the store,
    or the p99 of watchers in milliseconds over time."""

    store: str
    what: str
    points: tuple[Point, ...]
    target: Target


class Runs(Record):
    """The long runs of one call of the benchmark."""

    runs: tuple[Endurance, ...]


def memory(served: Served, store: str, seconds: float, in_flight: int) -> Endurance:
    """The gateway's resident memory while it is published to, leased from and completed to as fast as it can."""
    points, began, done = list[Point](), time.monotonic(), threading.Event()
    calls = [0]

    def look() -> None:
        while not done.wait(min(5.0, seconds / 30)):
            resident = served.process.memory_info().rss / 2**20
            points.append(Point(seconds=time.monotonic() - began, stored=calls[0], value=round(resident, 1)))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        while (left := seconds - (time.monotonic() - began)) > 0:
            plan = Plan(BATCH, in_flight, min(20.0, left))
            calls[0] += client(load.publish, served.run, plan).samples
            client(load.work, served.run, plan)
    finally:
        done.set()
        looking.join()
    third = len(points) // 3
    before, after = (
        quantile([p.value for p in part], 0.5) for part in (points[third : 2 * third], points[2 * third :])
    )
    said = f"{before:.0f} -> {after:.0f} MiB, {calls[0]:,} samples in {seconds / 60:.1f} min"
    target = Target(name="memory at full load", wanted="flat", measured=said, met=after <= MOST_GROWTH * before)
    return Endurance(store=store, what="MiB", points=tuple(points), target=target)


def growth(served: Served, store: str, samples: int, in_flight: int) -> Endurance:
    """Microseconds of wall time for each sample published, as the store grows to `samples`, in windows of 10,000.

    The first window warms up; the medians of the three after it and of the last three are compared.
    """
    window = max(BATCH, min(WINDOW, samples // 20))
    points, stored, began = list[Point](), 0, time.monotonic()
    while stored < samples:
        timed = client(load.publish, served.run, Plan(BATCH, in_flight, 3600.0), window)
        stored += timed.samples
        cost = 1e6 / timed.rate
        points.append(Point(seconds=time.monotonic() - began, stored=stored, value=round(cost, 1)))
    first, last = points[1:4] or points, points[-3:]
    before, after = (quantile([point.value for point in part], 0.5) for part in (first, last))
    said = f"{before:.0f} us at {first[0].stored:,} samples, {after:.0f} us at {last[-1].stored:,}"
    target = Target(name="cost of a sample", wanted="flat", measured=said, met=after <= MOST_COST * before)
    return Endurance(store=store, what="us", points=tuple(points), target=target)


def watching(served: Served, store: str, seconds: float, watchers: int) -> Endurance:
    """The p99 from a publish to its events at many watchers, minute by minute."""
    points, began, stored = list[Point](), time.monotonic(), 0
    while (left := seconds - (time.monotonic() - began)) > 0:
        part = min(60.0, max(1.0, left))
        lags = client(load.watch, served.run, watchers, WATCH_RATE, part)
        stored += lags.samples // watchers
        late = round(lags.milliseconds(0.99), 1)
        points.append(Point(seconds=time.monotonic() - began, stored=stored, value=late))
    worst = max(point.value for point in points)
    target = Target(
        name=f"watch p99 of {watchers} watchers, worst minute",
        wanted=f"<= {MOST_LAG_MS} ms",
        measured=f"{worst:,.0f} ms",
        met=worst <= MOST_LAG_MS,
    )
    return Endurance(store=store, what="ms", points=tuple(points), target=target)


def show(report: Endurance) -> None:
    """Print the run, and whether it met its target."""
    for point in report.points:
        print(f"{point.seconds:8.0f} s {point.stored:>10,} samples {point.value:>10,.1f} {report.what}")
    verdict = "met" if report.target.met else "MISSED"
    target = report.target
    print(f"{report.store}, {target.name}: wanted {target.wanted}, measured {target.measured}: {verdict}")
