"""SPIN: the student learns to prefer the correction to its own attempt.

Source: Chen et al. 2024, arXiv 2401.01335. Loss: -log sigmoid(b (log p(y+)/p0(y+) - log p(y-)/p0(y-))), y+ the
correction, y- the student's attempt, p0 the weights before the round. It is log 2 where a round begins.
"""

from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import DataLoader
from trl import DPOConfig, DPOTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.batches import chunks, in_length_batches
from trainers.recipes.rounds import Guarded, arguments, constant, run, screened_round
from trainers.recipes.screening import readable


class PairTrainer(Guarded, DPOTrainer):
    """TRL's trainer on encoded pairs, whose reference is the model itself before its first step."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def _precompute_ref_logps(self, dataset: Dataset, name: str, batch_size: int) -> Dataset:
        """TRL's own goes by a hash of all weights and a file for each; here a round is looked at once."""
        del name
        found = [
            self.compute_ref_log_probs(self.model, {key: part.to(self.model.device) for key, part in batch.items()})
            for batch in DataLoader(dataset, batch_size=batch_size, collate_fn=self.data_collator)
        ]
        for column, parts in zip(("ref_chosen_logps", "ref_rejected_logps"), zip(*found, strict=True), strict=True):
            dataset = dataset.add_column(column, torch.cat(parts).tolist())
        return dataset


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the pairs; an example without an attempt, or whose attempt says what the correction says, is none.

    Raises ValueError on no examples, and Diverged where a step would spoil the weights.
    """

    def learn(usable: list[Example]) -> RoundBooks:
        ordered = in_length_batches([example for example in usable if is_pair(example)], settings)
        rows = [pair(example, tokenizer, settings.max_length) for example in ordered]
        tokens = sum(2 * len(row["prompt_ids"]) + len(row["chosen_ids"]) + len(row["rejected_ids"]) for row in rows)
        if not rows:
            return RoundBooks(loss=0.0, tokens=0, examples=0)
        trainer = PairTrainer(
            model=model,
            args=DPOConfig(
                **arguments(settings),
                beta=settings.recipes.spin.beta,
                max_length=settings.max_length,
                precompute_ref_log_probs=True,
            ),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        names = chunks([example.sample_id for example in ordered], settings.batch)
        return RoundBooks(loss=run(trainer, model, settings, names), tokens=tokens, examples=len(rows))

    return screened_round(examples, readable(tokenizer, settings.max_length), learn)


def is_pair(example: Example) -> bool:
    """Whether the student said something else than it should have."""
    said = example.attempt.strip()
    return not example.general and bool(said) and said != example.completion.strip()


def pair(example: Example, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Token ids of question, correction and attempt; both answers end with the end-of-text token, unless an attempt is
    too long for the sequence."""
    prompt, chosen, rejected = (
        tokenizer.encode(text, add_special_tokens=False)
        for text in (example.prompt, example.completion, example.attempt)
    )
    ends = [tokenizer.eos_token_id]
    room = max_length - len(prompt)
    return {"prompt_ids": prompt, "chosen_ids": (chosen + ends)[:room], "rejected_ids": (rejected + ends)[:room]}
