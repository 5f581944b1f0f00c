"""Steering: probes go where teaching or breaking pays, and every cell keeps its share."""

import math

import pytest

from swarm.records import Cell, Purpose, Weather
from swarm.state import CellCount
from swarm.steering import FLOOR, cell_weights, certifying_reward, learning_reward
from tests.fakes import SumDomain

CELLS = list(SumDomain().cells())


def counted(place: int, passed: int, failed: int, checkpoint: str = "base") -> CellCount:
    return CellCount(cell=CELLS[place], checkpoint_id=checkpoint, rubric_version=1, passed=passed, failed=failed)


def test_learning_pays_most_at_the_frontier_and_well_where_everything_fails() -> None:
    assert learning_reward(0.5) == 1
    assert learning_reward(0.25) == pytest.approx(0.8226, abs=1e-4)
    assert learning_reward(0) == learning_reward(0.1) == learning_reward(0.25)
    assert learning_reward(1) == pytest.approx(math.exp(-3.125))
    assert learning_reward(0.9) < learning_reward(0)


def test_certifying_pays_for_failures() -> None:
    assert [certifying_reward(rate) for rate in (0, 0.25, 1)] == [1, 0.75, 0]


def test_without_counts_every_cell_is_alike() -> None:
    assert cell_weights([], CELLS, Purpose.LEARN) == pytest.approx([1 / 3] * 3)


def test_learning_leaves_what_is_mastered_and_keeps_what_always_fails() -> None:
    mastered, frontier, hopeless = cell_weights(
        [counted(0, 200, 0), counted(1, 100, 100), counted(2, 0, 200)], CELLS, Purpose.LEARN
    )
    assert mastered < hopeless < frontier
    assert hopeless > 0.75 * frontier
    assert mastered >= FLOOR / 3
    assert mastered + frontier + hopeless == pytest.approx(1)


def test_siege_goes_for_what_fails() -> None:
    sure, half, weak = cell_weights(
        [counted(0, 200, 0), counted(1, 100, 100), counted(2, 0, 200)], CELLS, Purpose.SIEGE
    )
    assert sure < half < weak


def test_a_cell_hardly_tried_is_explored() -> None:
    tried, untried, _ = cell_weights([counted(0, 50, 50), counted(2, 50, 50), counted(1, 1, 1)], CELLS, Purpose.LEARN)
    assert untried > 1.3 * tried


def test_counts_of_one_cell_add_up_and_foreign_cells_do_not_matter() -> None:
    other = Cell(subdomain="mul", weather=Weather.RAIN, form="number")
    foreign = CellCount(cell=other, checkpoint_id="base", rubric_version=1, passed=0, failed=900)
    split = [counted(0, 30, 0), counted(0, 10, 4, "next"), foreign]
    assert cell_weights(split, CELLS, Purpose.LEARN) == cell_weights([counted(0, 40, 4)], CELLS, Purpose.LEARN)


@pytest.mark.parametrize("purpose", [Purpose.CENSUS, Purpose.EXAM])
def test_measurements_are_uniform_whatever_was_counted(purpose: Purpose) -> None:
    assert cell_weights([counted(0, 200, 0)], CELLS, purpose) == [1 / 3] * 3


def test_no_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="0 cells"):
        cell_weights([], [], Purpose.LEARN)
