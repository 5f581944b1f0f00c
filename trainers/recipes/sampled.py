"""What the recipes share whose student writes before it learns: questions in whole batches, and what was counted."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from swarm.recipes import SampledSection
from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.batches import chunks, in_length_batches
from trainers.recipes.rounds import Guarded, run, screened_round
from trainers.recipes.screening import Usable

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


def one_answer_each(
    model: Any,
    examples: list[Example],
    settings: RoundSettings,
    usable: Usable,
    trainer_of: Callable[[list[Example], int], Counted],
) -> RoundBooks:
    """A round in which the student writes one answer to each question that is usable, and learns from them in batches.

    `trainer_of` makes the trainer of such examples and a batch. Raises ValueError on no examples, and Diverged where a
    step would spoil the weights.
    """

    def learn(kept: list[Example]) -> RoundBooks:
        ordered = in_length_batches([example for example in kept if not example.general], settings)
        if not ordered:
            return RoundBooks(loss=0.0, tokens=0, examples=0)
        batch = min(settings.batch, len(ordered))
        ordered = filled(ordered, batch * settings.workers)
        return answered(trainer_of(ordered, batch), model, settings, ordered, batch)

    return screened_round(examples, usable, learn)


def answered(trainer: Counted, model: Any, settings: RoundSettings, asked: Sequence[Example], batch: int) -> RoundBooks:
    """A pass over questions, `batch` of which make a step of one worker."""
    trainer.seen = trainer.written = 0
    loss = run(trainer, model, settings, chunks([example.sample_id for example in asked], batch))
    return RoundBooks(loss=loss, tokens=trainer.seen, written=trainer.written, examples=len(asked))


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
