"""The poisoning simulation: hostile teachers teach where nothing guards, and hardly where all guards stand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.poison import HOSTILE, Guards, Simulation, Strategy, simulated
from swarm.records import Tier

ROOT = Path(__file__).parents[2]
STEPS = 24


def run(strategy: Strategy, guards: Guards) -> Simulation:
    with simulated(strategy, guards, STEPS, seed=1) as simulation:
        assert all(count.unaccounted == 0 for count in simulation.exchange.queue_counts())
        assert simulation.poison <= {chain[0].id for chain in simulation.exchange.corrections(0, 10_000)}, (
            "what counts as poisoned was in the log"
        )
    return simulation


def test_without_guards_a_fifth_of_the_teachers_gives_a_fifth_of_the_lessons() -> None:
    came = run(Strategy.ALWAYS, Guards.NONE).came()
    assert 0.1 < came.share < 0.3
    assert (came.suspended, came.honest_suspended) == (0, 0)


def test_one_that_is_always_wrong_teaches_nothing_where_outcomes_are_checked() -> None:
    simulation = run(Strategy.ALWAYS, Guards.CHECKS)
    came = simulation.came()
    assert came.learned > 0
    assert (came.poisoned, came.suspended, came.honest_suspended) == (0, HOSTILE, 0)
    released = [t for t in simulation.teachers if t.outside and t.strategy is None and t.tier is Tier.TRUSTED]
    assert len(released) >= 3


def test_however_fast_it_is_it_has_its_share_of_a_round() -> None:
    bare, shared = run(Strategy.FAST, Guards.NONE).came(), run(Strategy.FAST, Guards.SHARE).came()
    assert bare.worst_round > 0.5
    assert shared.worst_round <= 0.5, "a quarter for each of two"
    assert shared.share < bare.share


def test_the_command_prints_and_saves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.poison", "--steps", "5", "--json", str(tmp_path / "poison.json")]
    done = subprocess.run(
        [*command, "--strategies", "ALWAYS", "--guards", "none"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "always wrong" in done.stdout
    (came,) = json.loads((tmp_path / "poison.json").read_text())
    assert (came["strategy"], came["guards"], came["learned"]) == ("always wrong", "none", 96)
    refused = subprocess.run([*command, "--guards", "some"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "invalid choice: 'some'" in refused.stderr


@pytest.mark.real
def test_a_student_grows_on_simulated_rounds(tmp_path: Path) -> None:
    from bench.poisoned_student import grow
    from tests.trainers.tiny_student import tiny_folder

    simulation = run(Strategy.ALWAYS, Guards.ALL)
    grown = grow(simulation.rounds[:1], tiny_folder(tmp_path), seed=1, asked=8)
    assert (grown.rounds, grown.asked) == (1, 8)
    assert grown.loss > 0
