"""What was measured, against what is wanted: as a record, and as tables for a terminal."""

import os
import platform
import sqlite3
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from bench.measure import Timed
from swarm.records import Record


class Figure(Record):
    """One measurement. Milliseconds are of calls (or events), rates of samples."""

    store: str
    tls: bool
    batch: int
    in_flight: int
    what: Literal["publish", "lease", "complete", "hand-off", "watch", "floor-store", "floor-grpc"]
    per_second: float
    p50_ms: float
    p99_ms: float
    calls: int
    note: str = ""

    @classmethod
    def of(cls, timed: Timed, what: str, store: str, tls: bool, batch: int, in_flight: int, note: str = "") -> "Figure":
        """The figure of a measurement."""
        return cls.model_validate(
            {
                "store": store,
                "tls": tls,
                "batch": batch,
                "in_flight": in_flight,
                "what": what,
                "per_second": round(timed.rate, 1),
                "p50_ms": round(timed.milliseconds(0.5), 3),
                "p99_ms": round(timed.milliseconds(0.99), 3),
                "calls": len(timed.latencies),
                "note": note,
            }
        )


class Target(Record):
    """One thing that is wanted, and whether it was met; `met` is None where it was not measured."""

    name: str
    wanted: str
    measured: str
    met: bool | None


class Machine(Record):
    """Where it was measured."""

    cpu: str
    cores: int
    python: str
    sqlite: str
    kernel: str
    folder: str
    fsync_ms: float


class Report(Record):
    """One run of the benchmark."""

    machine: Machine
    quick: bool
    figures: tuple[Figure, ...]
    targets: tuple[Target, ...]
    skipped: tuple[str, ...]


def machine(folder: Path, fsync: Timed) -> Machine:
    """This machine."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return Machine(
        cpu=models[0].partition(":")[2].strip() if models else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        kernel=platform.release(),
        folder=str(folder),
        fsync_ms=round(fsync.milliseconds(0.5), 3),
    )


def targets(figures: list[Figure], store: str = "sqlite", batch: int = 32) -> list[Target]:
    """The promises of docs/guarantees.md on speed, for the embedded store with TLS (without, where there is none)."""
    tls = any(figure.tls for figure in figures)
    ours = {f.what: f for f in figures if (f.store, f.tls) == (store, tls) and f.batch in (batch, 1)}
    ours |= {f.what: f for f in figures if (f.store, f.tls, f.batch) == (store, tls, batch)}
    where = f"{store}, TLS {'on' if tls else 'off'}"
    found = []
    publish = ours.get("publish")
    rate, late = (publish.per_second, publish.p99_ms) if publish and publish.batch == batch else (None, None)
    found.append(_target(f"durable publish, batches of {batch}, {where}", ">= 5000/s", rate, "/s", 5000, True))
    found.append(_target("its p99", "<= 100 ms", late, " ms", 100, False))
    floors = [ours[name].per_second for name in ("floor-store", "floor-grpc") if name in ours]
    share = 100 * rate / min(floors) if rate is not None and floors else None
    found.append(_target("publish, of the slower floor", ">= 50 %", share, " %", 50, True))
    for name, wanted, most in (("hand-off", "<= 100 ms", 100), ("watch", "<= 1000 ms", 1000)):
        late = ours[name].p99_ms if name in ours else None
        found.append(_target(f"{name} p99, {where}", wanted, late, " ms", most, False))
    return found


def _target(name: str, wanted: str, value: float | None, unit: str, bound: float, at_least: bool) -> Target:
    if value is None:
        return Target(name=name, wanted=wanted, measured="not measured", met=None)
    return Target(
        name=name, wanted=wanted, measured=f"{value:,.0f}{unit}", met=value >= bound if at_least else value <= bound
    )


def show(report: Report) -> None:
    """Print the report."""
    console = Console(width=max(120, Console().width))
    m = report.machine
    console.print(
        f"{m.cpu}, {m.cores} cores, Python {m.python}, SQLite {m.sqlite}, fsync {m.fsync_ms} ms in {m.folder}"
    )
    table = Table("store", "TLS", "batch", "in flight", "what", "samples/s", "p50 ms", "p99 ms", "note", box=None)
    for f in report.figures:
        cells = (f.store, "on" if f.tls else "off", f.batch, f.in_flight, f.what, f"{f.per_second:,.0f}")
        table.add_row(*map(str, cells), f"{f.p50_ms:,.1f}", f"{f.p99_ms:,.1f}", f.note)
    console.print(table)
    marks = {True: "met", False: "MISSED", None: "-"}
    wanted = Table("target", "wanted", "measured", "", box=None)
    for target in report.targets:
        wanted.add_row(target.name, target.wanted, target.measured, marks[target.met])
    console.print(wanted)
    for reason in report.skipped:
        console.print(f"skipped: {reason}")
