"""What the recipes share that learn completions: rows that are encoded here, batches as planned, and their loss."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.batches import Row, collated, planned
from trainers.recipes.head_loss import HeadLoss
from trainers.recipes.rounds import Guarded, arguments, constant, run


class CompletionTrainer(Guarded, SFTTrainer):
    """TRL's trainer, with logits for the completion's tokens only, a few at a time, and no metrics beside the loss."""

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Mean cross-entropy (nats per completion token) of inputs of shape (batch, length)."""
        del return_outputs, num_items_in_batch
        targets = inputs.pop("labels")[:, 1:]
        learned = targets != -100
        return HeadLoss.apply(self.hidden(model, inputs)[learned], self.head, targets[learned])

    def hidden(self, model: Any, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """The last hidden states, (batch, length - 1, width), from each of which the next token is told."""
        # Through the model itself, since what wraps it with several workers has to see the call.
        outputs = model(**inputs, use_cache=False, output_hidden_states=True, logits_to_keep=1)
        states: torch.Tensor = outputs.hidden_states[-1][:, :-1]
        return states

    @property
    def head(self) -> torch.Tensor:
        """The weights, (words, width), by which hidden states become logits."""
        weight: torch.Tensor = self.model.get_output_embeddings().weight
        return weight


def learned(
    trainer_of: type[CompletionTrainer],
    model: Any,
    tokenizer: Any,
    optimizer: torch.optim.Optimizer,
    taught: Sequence[tuple[Example, list[Row]]],
    settings: RoundSettings,
    **told: Any,
) -> RoundBooks:
    """One pass over examples with their rows; those of one example are in one batch. `told` is set on the trainer."""
    lengths = [sum(len(row["input_ids"]) for row in rows) for _, rows in taught]
    loss, plan = 0.0, planned(lengths, settings)
    if plan:
        trainer = trainer_of(
            model=model,
            args=SFTConfig(
                **arguments(settings, 1),
                dataset_kwargs={"skip_prepare_dataset": True},
                completion_only_loss=True,
                remove_unused_columns=False,
            ),
            train_dataset=Dataset.from_list([{"rows": [row for p in batch for row in taught[p][1]]} for batch in plan]),
            data_collator=partial(collated, pad_token_id=tokenizer.pad_token_id, packing=settings.packing),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        for name, value in told.items():
            setattr(trainer, name, value)
        loss = run(trainer, model, settings, [[taught[place][0].sample_id for place in batch] for batch in plan])
    return RoundBooks(loss=loss, tokens=sum(lengths), examples=len(taught))


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
