"""Distilling step-by-step: the answer and the rationale as two tasks of one student, told apart by a prefix.

Source: Hsieh et al. 2023, arXiv 2305.02301. Loss: w CE(answer) + (1 - w) CE(rationale), each the mean over the tokens
of its own task, so that the longer rationale doesn't outweigh the answer. In use the student is asked without a prefix
and writes the answer alone, which takes a fraction of the tokens of a worked one.
"""

import time
from typing import Any

import torch
from datasets import Dataset

from swarm.recipes import StepByStepSection
from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.cot import CompletionTrainer, completion_arguments, encoded_pair, in_length_batches
from trainers.recipes.head_loss import HeadLoss
from trainers.recipes.rounds import constant, run
from trainers.recipes.screening import readable, screened


class TwoTaskTrainer(CompletionTrainer):
    """TRL's trainer with a loss for each of the two tasks, which `rationales` tells apart by row."""

    label_weight: float

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """w CE(answer) + (1 - w) CE(rationale); a task without tokens in the batch adds nothing."""
        del return_outputs, num_items_in_batch
        targets, rationale = inputs.pop("labels")[:, 1:], inputs.pop("rationale").bool()
        states = self.hidden(model, inputs)
        total = states.new_zeros((), dtype=torch.float32)
        for chosen, weight in ((~rationale, self.label_weight), (rationale, 1 - self.label_weight)):
            learned = (targets != -100) & chosen[:, None]
            if weight and bool(learned.any()):
                total = total + weight * HeadLoss.apply(states[learned], self.head, targets[learned])
        return total


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the examples; both tasks of an example are in one batch.

    An example without parts, such as a text of the base's own, counts as an answer. Raises ValueError on no examples,
    and Diverged where a step would spoil the weights.
    """
    if not examples:
        raise ValueError("0 examples: a round needs at least one")
    started, told = time.monotonic(), settings.recipes.step_by_step
    # The prefix is a few tokens more than what is looked at.
    room = settings.max_length - len(tokenizer.encode(told.rationale_prefix + told.label_prefix))
    usable, refused = screened(examples, readable(tokenizer, room))
    ordered = in_length_batches(usable, settings)
    tasks = [(example, row) for example in ordered for row in rows_of(example, told, tokenizer, settings.max_length)]
    loss = 0.0
    if tasks:
        in_batch = settings.batch if told.label_weight == 1 else 2 * settings.batch
        trainer = TwoTaskTrainer(
            model=model,
            args=completion_arguments(settings, in_batch, remove_unused_columns=False),
            train_dataset=Dataset.from_list([row for _, row in tasks]),
            data_collator=lambda rows: padded(rows, tokenizer.pad_token_id),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        trainer.label_weight = told.label_weight
        loss = run(trainer, model, settings, [example.sample_id for example, _ in tasks], in_batch)
    return RoundBooks(
        loss=loss,
        tokens=sum(len(row["input_ids"]) for _, row in tasks),
        examples=len(ordered),
        seconds=time.monotonic() - started,
        refused=refused,
    )


def rows_of(example: Example, told: StepByStepSection, tokenizer: Any, max_length: int) -> list[dict[str, Any]]:
    """The answer's row, and the rationale's where there is one and it has a weight."""
    answer = told.label_prefix + example.prompt, example.label or example.completion
    texts = [(*answer, False)]
    if example.rationale and told.label_weight < 1:
        texts.append((told.rationale_prefix + example.prompt, example.rationale, True))
    return [
        {**encoded_pair(prompt, wanted, tokenizer, max_length), "rationale": is_rationale}
        for prompt, wanted, is_rationale in texts
    ]


def padded(rows: list[dict[str, Any]], pad_token_id: int) -> dict[str, torch.Tensor]:
    """Rows as tensors of one length, filled up on the right."""
    longest = max(len(row["input_ids"]) for row in rows)

    def filled(key: str, value: int) -> torch.Tensor:
        return torch.tensor([row[key] + [value] * (longest - len(row[key])) for row in rows])

    mask = torch.tensor([[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows])
    return {
        "input_ids": filled("input_ids", pad_token_id),
        "labels": filled("labels", -100),
        "attention_mask": mask,
        "rationale": torch.tensor([row["rationale"] for row in rows]),
    }
