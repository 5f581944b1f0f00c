"""The bench's pure parts: plans, which labels are bought, what a round trains on, and the books."""

import itertools
import math
import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from bench.lessons import drawn, laps, within
from bench.thesis.books import CostBooks
from bench.thesis.choosing import bought_at_random, certainty, most_uncertain, steered, tallied
from bench.thesis.data import question, read_data, some
from bench.thesis.plan import QUICK, Arm, ThesisPlan, estimated_hours
from swarm.errors import ConfigError
from swarm.records import Cell, Weather
from tests.bench.thesis_rig import small_data, small_plan
from trainers.recipes import Example

SURE, TORN = [0.0, -9.0, -9.0], [-1.0, -1.01, -5.0]


def cell(name: str) -> Cell:
    return Cell(subdomain=name, weather=Weather.RAIN, form="label")


def lesson(number: int, words: int = 4) -> Example:
    return Example(sample_id=f"{number}", prompt="word " * words, completion=" yes")


def cost(example: Example) -> int:
    return len(example.prompt.split()) + 2


def test_data_is_split_by_premise_and_sealed_items_are_in_no_other_part(tmp_path: Path) -> None:
    data = small_data(tmp_path, groups=200)
    parts = [{item.group for item in part} for part in (data.pool, data.dev, data.sealed)]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
    assert sum(map(len, (data.pool, data.dev, data.sealed))) == 600
    assert 0.08 < len(parts[2]) / 200 < 0.25
    assert some(data.dev, 5) == some(data.dev, 10)[:5]
    assert question(data.pool[0]).prompt.endswith("\nRelation:")


def test_a_missing_file_is_refused_with_the_way_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no labelled items at .*nowhere") as refused:
        read_data(tmp_path / "nowhere.jsonl")
    assert "--data PATH" in refused.value.fix


@pytest.mark.parametrize("changed", [{"points": (500, 250)}, {"seeds": (0,)}, {"arms": ()}, {"long_point": 8}])
def test_a_plan_that_makes_no_sense_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        small_plan(**changed)


def test_every_arm_has_the_same_rounds_and_only_the_first_goes_on_once() -> None:
    plan = ThesisPlan()
    rounds = [
        step for start, end in ((0, 250), (250, 500), (500, 1000), (1000, 2000)) for step in plan.rounds(start, end)
    ]
    assert rounds[0][0] == 0
    assert rounds[-1][1] == 2000
    assert all(one[1] == other[0] for one, other in itertools.pairwise(rounds))
    assert plan.points_of(1, Arm.RANDOM)[-1] == 4000
    assert {plan.points_of(seed, arm)[-1] for seed, arm in plan.curves() if (seed, arm) != (1, Arm.RANDOM)} == {2000}
    assert estimated_hours(QUICK, 1464) <= 1 / 3, "what --quick promises"


def test_random_labels_are_the_same_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    order = bought_at_random(data.pool, 1)
    assert order == bought_at_random(data.pool[::-1], 1)
    assert order != bought_at_random(data.pool, 2)


def test_the_least_certain_are_bought_first(tmp_path: Path) -> None:
    items = list(small_data(tmp_path).pool[:6])
    scores = {item.id: SURE for item in items} | {items[2].id: TORN}
    assert most_uncertain(items, scores, 1) == [items[2]]
    assert certainty([-1.0, -1.0, -1.0]) == 0
    assert math.isclose(certainty([0.0, -math.inf, -math.inf]), 1)
    with pytest.raises(KeyError):
        most_uncertain(items, {}, 1)


def test_steering_gives_a_rare_cell_that_fails_more_than_its_share(tmp_path: Path) -> None:
    items = list(small_data(tmp_path).pool[:60])
    cells = {item.id: cell("rare" if place < 12 else "common") for place, item in enumerate(items)}
    counts = tallied([(cell("rare"), False)] * 30 + [(cell("common"), True)] * 30, "c")
    taken = steered(items, {item.id: TORN for item in items}, cells, counts, 20, random.Random(1))
    assert len({item.id for item in taken}) == 20
    assert sum(cells[item.id] == cell("rare") for item in taken) >= 8, "4 would be its share"
    everything = steered(items, {item.id: TORN for item in items}, cells, counts, 100, random.Random(1))
    assert len(everything) == 60, "a cell that runs out leaves its places to the others"


def test_a_round_uses_its_allowance_up_and_never_more() -> None:
    fresh, known = [lesson(n) for n in range(10)], [lesson(n, 9) for n in range(100, 140)]
    for allowance in (60, 333, 1000):
        found = laps(fresh, known, allowance, cost, random.Random(1))
        spent = sum(cost(example) for lap in found for example in lap)
        assert allowance - 11 < spent <= allowance
        assert all(len({example.sample_id for example in lap}) == len(lap) for lap in found), "no twins in a lap"
    assert {example.sample_id for example in fresh} <= {example.sample_id for example in found[0]}
    assert within(fresh, 13, cost) == (fresh[:2], 1)
    with pytest.raises(ValueError, match="0 examples"):
        laps([], [], 100, cost, random.Random(1))


def test_what_weighs_more_is_learned_again_more_often() -> None:
    known = [lesson(n) for n in range(40)]
    weights = [0.1] * 20 + [1.0] * 20
    taken = [one.sample_id for turn in range(50) for one in drawn(known, weights, 10, random.Random(turn))]
    assert sum(int(name) >= 20 for name in taken) > 3 * sum(int(name) < 20 for name in taken)
    assert len({one.sample_id for one in drawn(known, weights, 99, random.Random(1))}) == 40, "none twice"
    with pytest.raises(ZeroDivisionError):
        drawn(known, [0.0] * 40, 1, random.Random(1))


def test_arms_get_the_same_tokens_whatever_they_learn() -> None:
    short, long = [lesson(n, 3) for n in range(20)], [lesson(n, 12) for n in range(20)]
    spent = [
        sum(cost(example) for lap in laps(fresh, [], 2000, cost, random.Random(2)) for example in lap)
        for fresh in (short, long)
    ]
    assert abs(spent[0] - spent[1]) < 14


def test_books_add_up_and_refuse_what_they_have_no_column_for() -> None:
    books = CostBooks().plus(gold_train=5, training_tokens=100).plus(gold_train=2)
    assert (books.gold_train, books.training_tokens, books.palm_answers) == (7, 100, 0)
    with pytest.raises(ValueError, match="bribes=1 can't be booked"):
        books.plus(bribes=1)
    with pytest.raises(ValueError, match="gold_train=-1"):
        books.plus(gold_train=-1)
