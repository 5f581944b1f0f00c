"""What the recipes share that learn completions: rows that are encoded here, batches as planned, and their loss.

A batch's loss is, for each task, the mean over the tokens of its completions, times the task's weight. Texts of the
base's own have a mean of their own, and both weigh by their share of the batch's examples: by tokens, of which such a
text has seventeen times as many as a label, a tenth of the examples would have most of a step.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.batches import Row, collated, cut, planned
from trainers.recipes.head_loss import HeadLoss
from trainers.recipes.rounds import Guarded, arguments, constant, run

ANSWER = "answer"
"""The task of a recipe that has but one."""

ALONE: Mapping[str, float] = {ANSWER: 1.0}
"""The weights of tasks where there is no other."""

Rows = Mapping[str, Row]
"""An example's rows, by task."""


class CompletionTrainer(Guarded, SFTTrainer):
    """TRL's trainer, with logits for the completion's tokens only, a few at a time, and no metrics beside the loss."""

    parts: int = 1

    def training_step(
        self, model: Any, inputs: dict[str, torch.Tensor], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """A batch in parts, one after the other: their gradients add up to the whole one's, since tokens are weighed
        within it."""
        losses = [
            super(CompletionTrainer, self).training_step(model, part, num_items_in_batch)
            for part in cut(inputs, self.parts)
        ]
        return torch.stack(losses).sum()

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Cross-entropy (nats) of inputs of shape (batch, length), each token with its weight."""
        del return_outputs, num_items_in_batch
        targets, weights = inputs.pop("labels")[:, 1:], inputs.pop("weights")[:, 1:]
        # Through the model itself, since what wraps it with several workers has to see the call.
        outputs = model(**inputs, use_cache=False, output_hidden_states=True, logits_to_keep=1)
        learned, states = weights > 0, outputs.hidden_states[-1][:, :-1]
        head = self.model.get_output_embeddings().weight
        return HeadLoss.apply(states[learned], head, targets[learned], weights[learned])


def learned(
    model: Any,
    tokenizer: Any,
    optimizer: torch.optim.Optimizer,
    taught: Sequence[tuple[Example, Rows]],
    settings: RoundSettings,
    tasks: Mapping[str, float] = ALONE,
) -> RoundBooks:
    """One pass over examples with their rows; those of one example are in one batch. `tasks` are the tasks' weights."""
    lengths = [sum(len(row["input_ids"]) for row in rows.values()) for _, rows in taught]
    loss, plan = 0.0, planned(lengths, settings)
    if plan:
        batches = [[taught[place] for place in batch] for batch in plan]
        trainer = CompletionTrainer(
            model=model,
            args=SFTConfig(
                **arguments(settings, 1),
                dataset_kwargs={"skip_prepare_dataset": True},
                completion_only_loss=True,
                remove_unused_columns=False,
            ),
            train_dataset=Dataset.from_list([{"rows": weighed(batch, tasks)} for batch in batches]),
            data_collator=partial(collated, pad_token_id=tokenizer.pad_token_id, packing=settings.packing),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        trainer.parts = settings.parts
        loss = run(trainer, model, settings, [[example.sample_id for example, _ in batch] for batch in batches])
    return RoundBooks(loss=loss, tokens=sum(lengths), examples=len(taught))


def weighed(batch: Sequence[tuple[Example, Rows]], tasks: Mapping[str, float]) -> list[dict[str, Any]]:
    """A batch's rows, with the weight of each token in its loss (the module says how).

    A task without tokens in the batch adds nothing.
    """
    shares = Counter(example.general for example, _ in batch)
    tokens = Counter[tuple[bool, str]]()
    for example, rows in batch:
        for task, row in rows.items():
            tokens[example.general, task] += _learned(row)

    def weight(general: bool, task: str) -> float:
        told = 1.0 if general else tasks[task]
        return told * shares[general] / len(batch) / tokens[general, task]

    return [
        {**row, "weights": [0.0 if label == -100 else weight(example.general, task) for label in row["labels"]]}
        for example, rows in batch
        for task, row in rows.items()
    ]


def _learned(row: Row) -> int:
    return len(row["labels"]) - row["labels"].count(-100)


def encoded(prompt: str, completion: str, tokenizer: Any, max_length: int) -> Row:
    """Token ids, and labels that are -100 on the prompt; the completion ends with the end-of-text token.

    What is too long loses its beginning, since the answer stands last. Encoded here since TRL's own preparation, made
    for large data sets, takes seconds for a round of a hundred.
    """
    given = tokenizer.encode(prompt, add_special_tokens=False)
    wanted = [*tokenizer.encode(completion, add_special_tokens=False), tokenizer.eos_token_id]
    labels = ([-100] * len(given) + wanted)[-max_length:]
    # Nothing stands before the first token that could foretell it.
    return {"input_ids": (given + wanted)[-max_length:], "labels": [-100, *labels[1:]]}
