"""What goes into one round of training and what comes out of it."""

from typing import Any

from swarm.recipes import RecipesSection
from swarm.records import Probe, Record


class Example(Record):
    """One thing to learn: the text a student is given and the text it should have written.

    `sample_id` is the correction's; `is_new` is False for replay. `general` marks a text of the base's own, which
    answers no sample. What only some recipes use may be missing: the completion's parts, `rationale` and `label` (the
    completion of a student that shows no steps), the student's own `attempt`, and the probe with its reference.
    """

    sample_id: str
    prompt: str
    completion: str
    is_new: bool = True
    general: bool = False
    rationale: str = ""
    label: str = ""
    attempt: str = ""
    probe: Probe | None = None


class Refusal(Record):
    """A sample that was not learned, and why."""

    sample_id: str
    reason: str


class RoundSettings(Record):
    """How one round trains. `batch` counts examples of one optimizer step on one of the `workers`, or `batch_tokens`
    its tokens, where that is above 0 and the recipe doesn't write; `packing` is of such a recipe, too, and so are
    `parts`, as many as a batch is cut into for the memory's sake. `number` is the round's, from 1. `callbacks` are
    transformers', which report the round."""

    batch: int
    batch_tokens: int = 0
    packing: bool = False
    parts: int = 1
    workers: int = 1
    seed: int
    number: int = 1
    max_length: int = 512
    folder: str = "."
    domain: str = "calendar"
    recipes: RecipesSection = RecipesSection()
    callbacks: tuple[Any, ...] = ()


class RoundBooks(Record):
    """The books of one round: mean loss, tokens and examples seen, seconds, and the samples that were refused.

    `tokens` went through the loss; `written` are those that the student wrote itself before.
    """

    loss: float
    tokens: int
    examples: int
    seconds: float = 0.0
    written: int = 0
    refused: tuple[Refusal, ...] = ()
    undone: bool = False
    """True where the weights are what they were before."""
