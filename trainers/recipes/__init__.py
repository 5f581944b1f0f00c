"""The recipes by name. A recipe is one file with one function: model, examples and settings in, books out."""

from collections.abc import Callable
from importlib import import_module

from swarm.schedule import RECIPES
from trainers.recipes.base import Example, Refusal, RoundBooks, RoundSettings
from trainers.recipes.rounds import Diverged

Recipe = Callable[..., RoundBooks]


def recipe(name: str) -> Recipe:
    """The function of a recipe, imported when it is first asked for: some of TRL's trainers take seconds to import.

    Raises KeyError for a name that is none.
    """
    if name not in RECIPES:
        raise KeyError(f"there is no recipe {name!r}: recipes are {', '.join(RECIPES)}")
    train: Recipe = import_module(f"trainers.recipes.{name}").train
    return train


__all__ = ["RECIPES", "Diverged", "Example", "Recipe", "Refusal", "RoundBooks", "RoundSettings", "recipe"]
