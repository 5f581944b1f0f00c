"""Measures the exchange through its gateway: `python -m bench.exchange [--json FILE] [--quick] [--long MODE]`.

Durable publish, lease, complete, hand-off and watch lag by batch, TLS and store, beside two floors measured in the
same run: the store's engine alone committing the same rows in the same groups, and gRPC alone carrying the same bytes
between the same processes. Everything runs on two cores.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import endurance, floors, load, servers
from bench.load import Plan
from bench.measure import Timed
from bench.report import Figure, Report, machine, show, targets

IN_FLIGHT = {1: 64, 32: 8, 256: 2}
"""Calls under way at a time, by batch: enough to fill a commit, few enough to wait less than 100 ms."""
CORES = 2
FOLDER = Path("runs/bench")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure."""

    seconds: float = 5.0
    hand_offs: int = 200
    watchers: int = 100
    watch_rate: int = 50
    watch_seconds: float = 10.0
    floor_rows: int = 20_000


QUICK = Scale(seconds=0.5, hand_offs=10, watchers=5, watch_rate=20, watch_seconds=1.0, floor_rows=1000)


class Bench:
    """One run of the benchmark in a folder of its own; `figures` grows as it goes."""

    def __init__(self, folder: Path, scale: Scale, server: Any) -> None:
        self.folder, self._scale, self._server = folder, scale, server
        self.figures: list[Figure] = []
        self._rows = floors.stored_rows(folder / "rows", scale.floor_rows)
        self._databases = 0

    def fsync(self) -> Timed:
        """How long this disk takes to sync 4 KiB."""
        latencies = []
        with (self.folder / "fsync").open("wb") as file:
            for _ in range(50):
                started = time.perf_counter()
                file.write(bytes(4096))
                file.flush()
                os.fdatasync(file.fileno())
                latencies.append(time.perf_counter() - started)
        return Timed(len(latencies), sum(latencies), tuple(latencies))

    def measure(self, store: str, tls: bool, batches: list[int]) -> None:
        """Everything for one store, with or without TLS."""
        for batch in batches:
            self._batch(store, tls, batch)
        scale, named = self._scale, (store, tls)
        with self._gateway(store, tls) as served:
            timed = servers.client(load.hand_off, served.run, scale.hand_offs)
            self._keep(timed, "hand-off", *named, 1, 1)
            more = (scale.watchers, scale.watch_rate, scale.watch_seconds)
            timed = servers.client(load.watch, served.run, *more)
            self._keep(timed, "watch", *named, 1, 1, f"{more[0]} watchers, {more[1]} samples/s")

    def _batch(self, store: str, tls: bool, batch: int) -> None:
        plan = Plan(batch, IN_FLIGHT.get(batch, 8), self._scale.seconds)
        named = (store, tls, batch, plan.in_flight)
        with self._gateway(store, tls) as served:
            calls, commits = served.commits()
            published = servers.client(load.publish, served.run, plan)
            calls, commits = (now - before for now, before in zip(served.commits(), (calls, commits), strict=True))
            leased, completed = servers.client(load.work, served.run, plan)
            certificate, key, ca = (served.run / "tls" / name for name in ("gateway.pem", "gateway.key", "ca.pem"))
            with servers.echo_server(certificate if tls else None, key if tls else None) as address:
                given = (address, ca if tls else None, plan, load.reply_size(batch))
                echoed = servers.client(load.echo, *given)
        group = max(1, round(batch * calls / commits))
        raw = self._raw_commits(store, group)
        slower = min(raw.rate, echoed.rate)
        self._keep(published, "publish", *named, f"{100 * published.rate / slower:.0f} % of the slower floor")
        self._keep(leased, "lease", *named)
        self._keep(completed, "complete", *named)
        self._keep(raw, "floor-store", *named, f"groups of {group}")
        self._keep(echoed, "floor-grpc", *named)

    def _raw_commits(self, store: str, group: int) -> Timed:
        self._databases += 1
        name = f"floor{self._databases}"
        if store == "sqlite":
            return floors.sqlite_commits(self.folder / name, self._rows, group, self._scale.seconds)
        return floors.postgres_commits(servers.database(self._server, name), self._rows, group, self._scale.seconds)

    @contextmanager
    def _gateway(self, store: str, tls: bool) -> Iterator[servers.Served]:
        url = ""
        if store == "postgresql":
            self._databases += 1
            url = _driven(servers.database(self._server, f"swarm{self._databases}"))
        with servers.gateway(self.folder, tls=tls, store=url) as served:
            yield served

    def _keep(self, timed: Timed, what: str, store: str, tls: bool, batch: int, in_flight: int, note: str = "") -> None:
        figure = Figure.of(timed, what, store, tls, batch, in_flight, note)
        self.figures.append(figure)
        said = f"{store:10} TLS {'on ' if tls else 'off'} batch {batch:3} {what:11} {figure.per_second:>10,.0f}/s"
        print(f"{said} p50 {figure.p50_ms:8,.1f} ms p99 {figure.p99_ms:8,.1f} ms {note}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.exchange", description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path, default=FOLDER / "exchange.json", help="where the figures are saved")
    parser.add_argument("--quick", action="store_true", help="a smaller run that shows that all of it works")
    parser.add_argument("--batches", type=int, nargs="+", default=list(IN_FLIGHT), help="samples in a call")
    parser.add_argument("--stores", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--tls", nargs="+", choices=("off", "on"), default=["off", "on"])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where stores are made; its disk is measured")
    parser.add_argument(
        "--long",
        choices=("memory", "growth", "watch"),
        help="instead, on each store: memory at full load, cost as it grows, or the lag of many watchers",
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="with --long memory and --long watch")
    parser.add_argument("--samples", type=int, default=1_000_000, help="with --long growth: how many to store")
    parser.add_argument("--watchers", type=int, default=100, help="with --long watch")
    return parser


def main(arguments: list[str]) -> int:
    """Measure, print and save; 0 whatever was measured."""
    given = _parser().parse_args(arguments)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    given.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=given.folder.absolute()))
    try:
        report = _long(given, folder) if given.long else _short(given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(report.model_dump_json(indent=2) + "\n")
    print(f"saved in {given.json}")
    return 0


def _long(given: argparse.Namespace, folder: Path) -> endurance.Runs:
    tls, runs = "on" in given.tls, list[endurance.Endurance]()
    for store in given.stores:
        with ExitStack() as stack:
            url = ""
            if store == "postgresql":
                url = _driven(servers.database(stack.enter_context(servers.postgres(folder)), "long"))
            served = stack.enter_context(servers.gateway(folder, tls=tls, store=url))
            match given.long:
                case "memory":
                    report = endurance.memory(served, store, 60 * given.minutes, IN_FLIGHT[32])
                case "growth":
                    report = endurance.growth(served, store, given.samples, IN_FLIGHT[32])
                case _:
                    report = endurance.watching(served, store, 60 * given.minutes, given.watchers)
        endurance.show(report)
        runs.append(report)
    return endurance.Runs(runs=tuple(runs))


def _driven(url: str) -> str:
    """The URL of a PostgreSQL database, as the gateway's --store names it."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def _short(given: argparse.Namespace, folder: Path) -> Report:
    known, skipped = servers.gateway_options(), []
    stores, tls = list(given.stores), [name == "on" for name in given.tls]
    if True in tls and "--tls" not in known:
        skipped.append("TLS on: this gateway has no option --tls")
        tls.remove(True)
    if "postgresql" in stores and "--store" not in known:
        skipped.append("PostgreSQL: this gateway has no option --store")
        stores.remove("postgresql")
    with ExitStack() as stack:
        server = stack.enter_context(servers.postgres(folder)) if "postgresql" in stores else None
        bench = Bench(folder, QUICK if given.quick else Scale(), server)
        for store in stores:
            for encrypted in tls:
                bench.measure(store, encrypted, given.batches)
        found = machine(folder, bench.fsync())
    report = Report(
        machine=found,
        quick=given.quick,
        figures=tuple(bench.figures),
        targets=tuple(targets(bench.figures)),
        skipped=tuple(skipped),
    )
    show(report)
    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
