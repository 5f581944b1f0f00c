"""Chain-of-thought distillation: cross-entropy on rationale and answer, given the question.

Source: SCoTD (Li et al. 2023, arXiv 2306.14050), with up to 30 worked or verified rationales of each question, the same
number for each; the loss is the mean over completion tokens, prompts carry none.
"""

import random
import time
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.head_loss import HeadLoss
from trainers.recipes.rounds import Guarded, arguments, constant, run
from trainers.recipes.screening import readable, screened


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


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the examples with the caller's optimizer, whose state and learning rate live on between rounds.

    Raises ValueError on no examples, and Diverged where a step would spoil the weights.
    """
    if not examples:
        raise ValueError("0 examples: a round needs at least one")
    started = time.monotonic()
    usable, refused = screened(examples, readable(tokenizer, settings.max_length))
    chosen = balanced(usable, settings.recipes.cot.chains, settings.seed)
    ordered = in_length_batches(chosen, settings)
    rows = [encoded(example, tokenizer, settings.max_length) for example in ordered]
    loss = 0.0
    if rows:
        trainer = CompletionTrainer(
            model=model,
            args=completion_arguments(settings),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        loss = run(trainer, model, settings, [example.sample_id for example in ordered], settings.batch)
    return RoundBooks(
        loss=loss,
        tokens=sum(len(row["input_ids"]) for row in rows),
        examples=len(rows),
        seconds=time.monotonic() - started,
        refused=refused,
    )


def completion_arguments(settings: RoundSettings, batch: int | None = None, **more: Any) -> SFTConfig:
    """For rows that are encoded already."""
    told = arguments(settings, batch)
    return SFTConfig(**told, dataset_kwargs={"skip_prepare_dataset": True}, completion_only_loss=True, **more)


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


def encoded(example: Example, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Token ids, and labels that are -100 on the prompt; the completion ends with the end-of-text token.

    What is too long loses its beginning, since the answer stands last. Encoded here since TRL's own preparation, made
    for large data sets, takes seconds for a round of a hundred.
    """
    return encoded_pair(example.prompt, example.completion, tokenizer, max_length)


def encoded_pair(prompt: str, completion: str, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """The same of two texts."""
    given = tokenizer.encode(prompt, add_special_tokens=False)
    wanted = [*tokenizer.encode(completion, add_special_tokens=False), tokenizer.eos_token_id]
    labels = ([-100] * len(given) + wanted)[-max_length:]
    # Nothing stands before the first token that could foretell it.
    return {"input_ids": (given + wanted)[-max_length:], "labels": [-100, *labels[1:]]}


def in_length_batches(examples: list[Example], settings: RoundSettings) -> list[Example]:
    """The examples in an order in which neighbours have like lengths, and whole batches come at random.

    transformers' own grouping does nothing for a round of fewer than eight batches.
    """
    by_length = sorted(examples, key=lambda example: len(example.prompt) + len(example.completion))
    step = settings.batch * settings.workers
    batches = [by_length[start : start + step] for start in range(0, len(by_length), step)]
    random.Random(settings.seed).shuffle(batches)
    return [example for batch in sorted(batches, key=lambda batch: len(batch) < step) for example in batch]
