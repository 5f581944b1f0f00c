"""What the recipes share whose student writes before it learns: questions in whole batches, and what was counted."""

from collections.abc import Sequence
from typing import Any, TypeVar

from swarm.recipes import SampledSection
from trainers.recipes.rounds import Guarded

T = TypeVar("T")


class Counted(Guarded):
    """Beside the guard: how many tokens went through the loss, and how many of them the student wrote."""

    seen: int
    written: int

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """TRL's own. `written`, where it is there, is the mask of all that was written."""
        wrote = int(inputs.pop("written", inputs["completion_mask"]).sum())
        self.written += wrote
        self.seen += wrote + int(inputs["prompt_mask"].sum())
        return super().compute_loss(model, inputs, *args, **kwargs)  # type: ignore[misc]


def filled(items: Sequence[T], size: int) -> list[T]:
    """The items, and the first ones again until the last batch is whole: TRL leaves a smaller one out."""
    return [items[place % len(items)] for place in range(-(-len(items) // size) * size)]


def writing(told: SampledSection) -> dict[str, Any]:
    """How a student writes, as TRL's trainers take it."""
    return {
        "max_completion_length": told.max_new_tokens,
        "temperature": told.temperature,
        # The configuration of a model in training has no cache; to write without one takes many times as long.
        "generation_kwargs": {"use_cache": True},
        "shuffle_dataset": False,
        "remove_unused_columns": False,
    }
