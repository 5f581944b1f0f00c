"""Schedules of recipes: how they are read, and when one recipe follows another."""

from itertools import pairwise
from pathlib import Path

import pytest

from swarm.recipes import RecipesSection
from swarm.schedule import RECIPES, Stage, parse, stage_at

THREE = parse("cot until 60 %, then spin, then grpo")


def test_a_schedule_is_read() -> None:
    assert (Stage(recipe="cot", until=0.6), Stage(recipe="spin"), Stage(recipe="grpo")) == THREE
    assert parse("cot until 60%,spin,  grpo") == THREE
    assert parse("step_by_step") == (Stage(recipe="step_by_step"),)
    assert parse("cot until 62.5 %, grpo")[0].until == 0.625


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alchemy", "there is no recipe 'alchemy': recipes are cot, step_by_step, spin"),
        ("cot, then sping", "no recipe 'sping'"),
        ("", "'' is no stage"),
        ("cot, , spin", "'' is no stage"),
        ("cot until 60, then spin", "'cot until 60' is no stage"),
        ("cot until 101 %, then spin", "no more than 100 %"),
        ("cot, then spin until 60 %", "nothing follows 'spin'"),
        ("cot then spin", "'cot then spin' is no stage"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


@pytest.mark.parametrize(
    ("accuracies", "place"),
    [
        ((), 0),
        ((0.3, 0.4, 0.59), 0),
        ((0.3, 0.6), 1),
        ((0.7,), 1),
        ((0.3, 0.3, 0.2), 0),
        ((0.3, 0.3, 0.2, 0.3), 1),
        ((0.3, 0.3, 0.31, 0.3, 0.3), 0),
        ((0.7, 0.7, 0.6), 1),
        ((0.7, 0.7, 0.6, 0.65), 2),
        ((0.7, 0.71, 0.6, 0.65, 0.72, 0.7, 0.7), 1),
        ((0.7, *[0.5] * 50), 2),
    ],
)
def test_a_recipe_ends_at_its_mark_or_on_a_plateau(accuracies: tuple[float, ...], place: int) -> None:
    assert stage_at(THREE, accuracies, patience=3) == place


def test_a_run_never_goes_back_and_takes_one_step_an_exam() -> None:
    accuracies = [0.1, 0.65, 0.9, 0.2, 0.2, 0.2, 0.2, 0.1, 0.95]
    places = [stage_at(THREE, accuracies[:count], patience=2) for count in range(len(accuracies) + 1)]
    assert all(0 <= after - before <= 1 for before, after in pairwise(places))
    assert places[-1] == 2
    assert [stage_at(THREE[:1], accuracies[:count], patience=1) for count in range(9)] == [0] * 9


def test_every_recipe_has_its_settings_and_its_file() -> None:
    assert tuple(RecipesSection.model_fields) == RECIPES
    folder = Path(__file__).parents[1] / "trainers" / "recipes"
    assert all((folder / f"{name}.py").is_file() for name in RECIPES)
