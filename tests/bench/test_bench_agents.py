"""The benchmark of many outside agents: its index, its verdict, and one quick run against a real gateway."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.agents import Figures, jain

ROOT = Path(__file__).parents[2]


def test_the_index_is_one_where_all_are_equal_and_one_in_n_where_one_has_all() -> None:
    assert jain([5, 5, 5, 5]) == 1.0
    assert jain([20, 0, 0, 0]) == 0.25
    assert jain([4, 2]) == pytest.approx(0.9)
    assert jain([0, 0]) == 1.0


def test_a_quick_run_measures_everything_and_its_books_balance(tmp_path: Path) -> None:
    saved = tmp_path / "agents.json"
    command = [sys.executable, "-m", "bench.agents", "--quick", "--agents", "12", "--json", str(saved)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = Figures.model_validate_json(saved.read_bytes())
    assert found.sound
    assert (found.agents, found.accepted) == (12, found.scarce_probes + 100)
    assert 0 < found.scarce_probes <= 80
    assert found.burned > 0, "leases of those who were killed ran out"
    assert 0.5 < found.jain <= 1.0
    assert found.fewest <= found.scarce_probes / 12 <= found.most
    assert not found.model_copy(update={"answered": found.accepted - 1}).sound
    assert not found.model_copy(update={"answered_twice": 1}).sound
    assert list(tmp_path.iterdir()) == [saved], "its store is gone"


def test_too_few_agents_are_refused() -> None:
    command = [sys.executable, "-m", "bench.agents", "--agents", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "--agents is 2" in done.stderr) == (2, True)
