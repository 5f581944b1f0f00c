"""The simulation in short: each row does what it should, as far as few runs show it, and a broken bound is seen."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.simulate.__main__ import METHODS, main, simulate
from bench.simulate.rows import Expected, Row, Table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """All rows, of few runs."""
    return [row for method in METHODS for row in simulate(method, 400)]


def test_promises_hold_and_naive_variants_break(rows: list[Row]) -> None:
    kept = [row for row in rows if row.expected is Expected.HOLDS]
    broken = [row for row in rows if row.expected is Expected.BREAKS]
    assert [f"{row.condition}: {row.variant}" for row in kept if not row.as_expected] == []
    # 400 runs can't tell each naive variant from its promise; that their rate is over it, they can.
    assert [f"{row.condition}: {row.variant}" for row in broken if row.interval.estimate <= row.promise] == []
    assert len(kept) > 30
    assert len(broken) > 20


def test_what_lies_outside_the_assumptions_names_its_guard(rows: list[Row]) -> None:
    for part in ("agents/prober.py", "agents/examiner.py", "swarm/promotion.py", "swarm/calibration.py"):
        assert (ROOT / part).is_file()
        assert any(part in row.guard for row in rows)
    assert all(row.expected is Expected.BREAKS for row in rows if row.guard)


def test_the_same_seed_gives_the_same_rows() -> None:
    assert simulate("audit", 50) == simulate("audit", 50)


@pytest.mark.parametrize(("errors", "verdict"), [(50, Expected.HOLDS), (70, Expected.HOLDS), (90, Expected.BREAKS)])
def test_a_row_breaks_where_its_interval_lies_above_the_promise(errors: int, verdict: Expected) -> None:
    table = Table("any")
    table.holds("condition", "variant", np.arange(1000) < errors)
    (row,) = table.rows
    assert (row.verdict, row.as_expected) == (verdict, verdict is Expected.HOLDS)


def test_a_bound_that_is_too_low_is_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def too_low(_rng: np.random.Generator, runs: int) -> list[Row]:
        table = Table("half a bound")
        table.holds("any", "half of it", np.ones(runs, np.bool_))
        return table.rows

    monkeypatch.setitem(METHODS, "audit", (too_low,))
    assert main(["--methods", "audit", "--runs", "100"]) == 1
    assert "should be: holds" in capsys.readouterr().out


def test_the_command_saves_what_it_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.simulate", "--methods", "audit", "--runs", "300"]
    file = tmp_path / "rows.json"
    done = subprocess.run([*command, "--json", str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "planted-defect audit" in done.stdout
    assert [row["method"] for row in json.loads(file.read_text())] == ["planted-defect audit"] * 7
    refused = subprocess.run([*command, "--runs", "0"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--runs is 0" in refused.stderr
