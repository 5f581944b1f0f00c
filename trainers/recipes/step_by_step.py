"""Distilling step-by-step: the answer and the rationale as two tasks of one student, told apart by a prefix.

Source: Hsieh et al. 2023, arXiv 2305.02301. Loss: w CE(answer) + (1 - w) CE(rationale), each the mean over the tokens
of its own task, so that the longer rationale doesn't outweigh the answer. In use the student is asked without a prefix
and writes the answer alone, which takes a fraction of the tokens of a worked one.
"""

from typing import Any

import torch

from swarm.recipes import StepByStepSection
from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.batches import Row
from trainers.recipes.completions import CompletionTrainer, encoded, learned
from trainers.recipes.head_loss import HeadLoss
from trainers.recipes.rounds import screened_round
from trainers.recipes.screening import readable


class TwoTaskTrainer(CompletionTrainer):
    """TRL's trainer with a loss for each of the two tasks, which `rationale` tells apart by token."""

    label_weight: float

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """w CE(answer) + (1 - w) CE(rationale); a task without tokens in the batch adds nothing."""
        del return_outputs, num_items_in_batch
        targets, rationale = inputs.pop("labels")[:, 1:], inputs.pop("rationale")[:, 1:].bool()
        states = self.hidden(model, inputs)
        total = states.new_zeros((), dtype=torch.float32)
        for chosen, weight in ((~rationale, self.label_weight), (rationale, 1 - self.label_weight)):
            learned = (targets != -100) & chosen
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
    told = settings.recipes.step_by_step
    # The prefix is a few tokens more than what is looked at.
    room = settings.max_length - len(tokenizer.encode(told.rationale_prefix + told.label_prefix))

    def learn(usable: list[Example]) -> RoundBooks:
        taught = [(example, rows_of(example, told, tokenizer, settings.max_length)) for example in usable]
        weight = told.label_weight
        return learned(TwoTaskTrainer, model, tokenizer, optimizer, taught, settings, label_weight=weight)

    return screened_round(examples, readable(tokenizer, room), learn)


def rows_of(example: Example, told: StepByStepSection, tokenizer: Any, max_length: int) -> list[Row]:
    """The answer's row, and the rationale's where there is one and it has a weight."""
    answer = told.label_prefix + example.prompt, example.label or example.completion
    texts = [(*answer, 0)]
    if example.rationale and told.label_weight < 1:
        texts.append((told.rationale_prefix + example.prompt, example.rationale, 1))
    rows = [(encoded(prompt, wanted, tokenizer, max_length), mark) for prompt, wanted, mark in texts]
    return [{**row, "rationale": [mark] * len(row["input_ids"])} for row, mark in rows]
