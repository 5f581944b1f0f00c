"""Whether it stays as it is: memory under full load for minutes, and the cost of a sample as the store grows."""

import threading
import time

from bench import load
from bench.load import Plan
from bench.measure import quantile
from bench.report import Target
from bench.servers import Served, client
from swarm.records import Record

BATCH = 32
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
    """A long run: resident MiB over time, or microseconds for each sample over the size of the store."""

    what: str
    points: tuple[Point, ...]
    target: Target


def memory(served: Served, seconds: float, in_flight: int) -> Endurance:
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
    return Endurance(what="MiB", points=tuple(points), target=target)


def growth(served: Served, samples: int, in_flight: int) -> Endurance:
    """Microseconds of wall time for each sample published, as the store grows to `samples`, in twenty windows."""
    window = max(BATCH, samples // 20)
    points, stored, began = list[Point](), 0, time.monotonic()
    while stored < samples:
        timed = client(load.publish, served.run, Plan(BATCH, in_flight, 3600.0), window)
        stored += timed.samples
        cost = 1e6 / timed.rate
        points.append(Point(seconds=time.monotonic() - began, stored=stored, value=round(cost, 1)))
    first, last = points[1] if len(points) > 2 else points[0], points[-1]
    said = f"{first.value:.0f} us at {first.stored:,} samples, {last.value:.0f} us at {last.stored:,}"
    target = Target(name="cost of a sample", wanted="flat", measured=said, met=last.value <= MOST_COST * first.value)
    return Endurance(what="us", points=tuple(points), target=target)


def show(report: Endurance) -> None:
    """Print the run, and whether it stayed flat."""
    for point in report.points:
        print(f"{point.seconds:8.0f} s {point.stored:>10,} samples {point.value:>10,.1f} {report.what}")
    verdict = "met" if report.target.met else "MISSED"
    print(f"{report.target.name}: wanted {report.target.wanted}, measured {report.target.measured}: {verdict}")
