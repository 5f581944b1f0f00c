"""Distilling step-by-step: the answer and the rationale as two tasks of one student, told apart by a prefix.

Source: Hsieh et al. 2023, arXiv 2305.02301. Loss: w CE(answer) + (1 - w) CE(rationale), each the mean over the tokens
of its own task, so that the longer rationale doesn't outweigh the answer. In use the student is asked without a prefix
and writes the answer alone, which takes a fraction of the tokens of a worked one.
"""

from typing import Any

import torch

from swarm.recipes import StepByStepSection
from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.completions import ANSWER, Rows, encoded, learned
from trainers.recipes.rounds import screened_round
from trainers.recipes.screening import readable

RATIONALE = "rationale"


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the examples; both tasks of an example are in one batch.

    An example without parts is an answer. Raises ValueError on no examples, and Diverged where a step would spoil the
    weights.
    """
    told = settings.recipes.step_by_step
    # The prefix is a few tokens more than what is looked at.
    room = settings.max_length - len(tokenizer.encode(told.rationale_prefix + told.label_prefix))

    def learn(usable: list[Example]) -> RoundBooks:
        taught = [(example, rows_of(example, told, tokenizer, settings.max_length)) for example in usable]
        tasks = {ANSWER: told.label_weight, RATIONALE: 1 - told.label_weight}
        return learned(model, tokenizer, optimizer, taught, settings, tasks)

    return screened_round(examples, readable(tokenizer, room), learn)


def rows_of(example: Example, told: StepByStepSection, tokenizer: Any, max_length: int) -> Rows:
    """The answer's row, and the rationale's where there is one and it has a weight."""
    texts = {ANSWER: (told.label_prefix + example.prompt, example.label or example.completion)}
    if example.rationale and told.label_weight < 1:
        texts[RATIONALE] = (told.rationale_prefix + example.prompt, example.rationale)
    return {task: encoded(prompt, wanted, tokenizer, max_length) for task, (prompt, wanted) in texts.items()}
