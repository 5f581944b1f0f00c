"""Chain-of-thought distillation: cross-entropy on rationale and answer, given the question.

Source: SCoTD (Li et al. 2023, arXiv 2306.14050), with up to 30 worked or verified rationales of each question, the same
number for each; the loss is the mean over completion tokens, prompts carry none. How texts of the base's own weigh
beside them: trainers/recipes/completions.py.
"""

import random
from typing import Any

import torch

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.completions import ANSWER, encoded, learned
from trainers.recipes.rounds import screened_round
from trainers.recipes.screening import readable


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the examples with the caller's optimizer, whose state and learning rate live on between rounds.

    Raises ValueError on no examples, and Diverged where a step would spoil the weights.
    """

    def learn(usable: list[Example]) -> RoundBooks:
        chosen = balanced(usable, settings.recipes.cot.chains, settings.seed)
        rows = [encoded(each.prompt, each.completion, tokenizer, settings.max_length) for each in chosen]
        taught = [(each, {ANSWER: row}) for each, row in zip(chosen, rows, strict=True)]
        return learned(model, tokenizer, optimizer, taught, settings)

    return screened_round(examples, readable(tokenizer, settings.max_length), learn)


def balanced(examples: list[Example], chains: int, seed: int) -> list[Example]:
    """Up to `chains` different completions of each question, as many for each as any has; what has fewer repeats them.

    General texts, and examples of which each has one completion, come as they are.
    """
    by_question: dict[str, dict[str, Example]] = {}
    for example in examples:
        if not example.general:
            by_question.setdefault(example.prompt, {}).setdefault(example.completion, example)
    most = min(chains, max((len(each) for each in by_question.values()), default=0))
    if most <= 1:
        return examples
    rng = random.Random(seed)
    chosen = [example for example in examples if example.general]
    for each in by_question.values():
        drawn = rng.sample(list(each.values()), min(most, len(each)))
        chosen += [drawn[number % len(drawn)] for number in range(most)]
    return chosen
