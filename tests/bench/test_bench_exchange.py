"""The benchmark of the exchange: its sums, its verdicts, and one quick run against a real gateway."""

import asyncio
import math
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from itertools import islice, repeat
from pathlib import Path

import pytest

from bench.endurance import Runs
from bench.load import publish_requests, reply_size
from bench.measure import Timed, drive, quantile
from bench.report import Figure, Report, targets

ROOT = Path(__file__).parents[2]


def test_quantiles_are_values_that_were_seen() -> None:
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.99) == 4.0
    assert math.isnan(quantile([], 0.5))


async def test_so_many_calls_are_under_way_at_a_time_and_no_call_is_lost() -> None:
    under_way, most = 0, 0

    def call() -> Callable[[], Awaitable[int]]:
        async def send() -> int:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            return 3

        return send

    timed = await drive(islice(repeat(call()), 10), 4, 60.0)
    assert (timed.samples, len(timed.latencies)) == (30, 10)
    assert most == 4
    assert (await drive(islice(repeat(call()), 10), 4, 0.0)).samples == 0


def test_requests_hold_new_samples_every_time() -> None:
    requests = list(islice(publish_requests(32), 3))
    ids = {sample.id for request in requests for sample in request.samples}
    assert len(ids) == 96
    assert reply_size(32) > 32 * 32


def figure(what: str, rate: float, p99_ms: float, batch: int = 32) -> Figure:
    timed = Timed(round(rate * 10), 10.0, (p99_ms / 1000,))
    return Figure.of(timed, what, "sqlite", True, batch, 8)


def test_a_target_is_met_only_by_what_was_measured() -> None:
    good = [
        figure("publish", 6000, 90),
        figure("floor-store", 11_000, 9),
        figure("floor-grpc", 90_000, 9),
        figure("hand-off", 50, 20, 1),
        figure("watch", 500, 400, 1),
    ]
    assert [target.met for target in targets(good)] == [True] * 5
    bad = [figure("publish", 4999, 101), *good[1:3], figure("hand-off", 50, 101, 1), figure("watch", 500, 1001, 1)]
    assert [target.met for target in targets(bad)] == [False] * 5
    assert [target.met for target in targets([figure("publish", 9000, 1, batch=256)])] == [None] * 5
    slow = targets([figure("publish", 4999.6, 100.4)])
    assert [target.met for target in slow[:2]] == [False, False], "not the rounded value decides"


def test_a_quick_run_measures_everything_and_saves_it(tmp_path: Path) -> None:
    saved = tmp_path / "exchange.json"
    command = [sys.executable, "-m", "bench.exchange", "--quick", "--json", str(saved), "--folder", str(tmp_path)]
    only = ["--batches", "32", "--stores", "sqlite", "--tls", "off"]
    done = subprocess.run([*command, *only], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = Report.model_validate_json(saved.read_bytes())
    assert [f.what for f in report.figures] == [
        "publish", "lease", "complete", "floor-store", "floor-grpc", "hand-off", "watch"
    ]  # fmt: skip
    assert all(f.per_second > 0 and f.calls > 0 and f.p50_ms <= f.p99_ms for f in report.figures)
    assert report.quick
    assert report.machine.cores <= 2
    assert all(target.met is not None for target in report.targets)
    assert all(target.name in done.stdout for target in report.targets)
    assert list(tmp_path.iterdir()) == [saved], "its stores are gone"


@pytest.mark.parametrize(
    ("mode", "stores", "unit"),
    [
        (["memory", "--minutes", "0.05"], ["sqlite"], "MiB"),
        (["growth", "--samples", "224"], ["sqlite", "postgresql"], "us"),
        (["watch", "--minutes", "0.02", "--watchers", "2"], ["sqlite"], "ms"),
    ],
    ids=lambda given: given[0],
)
def test_a_long_run_is_saved_with_its_verdict(tmp_path: Path, mode: list[str], stores: list[str], unit: str) -> None:
    saved = tmp_path / "long.json"
    command = [sys.executable, "-m", "bench.exchange", "--json", str(saved), "--folder", str(tmp_path)]
    done = subprocess.run(
        [*command, "--long", *mode, "--stores", *stores], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    runs = Runs.model_validate_json(saved.read_bytes()).runs
    assert [(run.store, run.what) for run in runs] == [(store, unit) for store in stores]
    for run in runs:
        assert all(point.value > 0 for point in run.points)
        assert run.points[-1].stored > 0
        assert f"{run.store}, {run.target.name}: wanted {run.target.wanted}" in done.stdout
    assert list(tmp_path.iterdir()) == [saved], "its stores are gone"


def test_an_unknown_store_is_refused() -> None:
    command = [sys.executable, "-m", "bench.exchange", "--stores", "paper"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 2
    assert "paper" in done.stderr
