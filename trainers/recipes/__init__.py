"""The recipes by name. A recipe is one file with one function: model, examples and settings in, books out."""

from collections.abc import Callable

from trainers.recipes import cot
from trainers.recipes.base import Example, RoundBooks, RoundSettings

Recipe = Callable[..., RoundBooks]

RECIPES: dict[str, Recipe] = {"cot": cot.train}

__all__ = ["RECIPES", "Example", "Recipe", "RoundBooks", "RoundSettings"]
