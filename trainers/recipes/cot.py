"""Chain-of-thought distillation: cross-entropy on rationale and answer, given the question.

Source: SCoTD (Li et al. 2023, arXiv 2306.14050), with the worked or verified rationale of each correction; the loss is
the mean over completion tokens, prompts carry none.
"""

import math
import random
import time
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.head_loss import HeadLoss


class CompletionTrainer(SFTTrainer):
    """TRL's trainer, with logits for the completion's tokens only, a few at a time, and no metrics beside the loss."""

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Mean cross-entropy (nats per completion token) of inputs of shape (batch, length)."""
        del return_outputs, num_items_in_batch
        targets = inputs.pop("labels")[:, 1:]
        learned = targets != -100
        # Through the model itself, since what wraps it with several workers has to see the call.
        outputs = model(**inputs, use_cache=False, output_hidden_states=True, logits_to_keep=1)
        head = self.model.get_output_embeddings().weight
        return HeadLoss.apply(outputs.hidden_states[-1][:, :-1][learned], head, targets[learned])


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the examples with the caller's optimizer, whose state and learning rate live on between rounds.

    Raises ValueError on no examples, and FloatingPointError where the loss is not finite (the weights are then spoilt).
    """
    if not examples:
        raise ValueError("0 examples: a round needs at least one")
    started = time.monotonic()
    rows = [encoded(example, tokenizer, settings.max_length) for example in in_length_batches(examples, settings)]
    trainer = CompletionTrainer(
        model=model,
        args=_arguments(settings),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        optimizers=(optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)),
    )
    result = trainer.train()
    # TRL wraps `forward` on the instance; without this, every round would add a layer.
    vars(model).pop("forward", None)
    if not math.isfinite(result.training_loss):
        raise FloatingPointError(f"the round's loss is {result.training_loss}")
    tokens = sum(len(row["input_ids"]) for row in rows)
    return RoundBooks(
        loss=result.training_loss, tokens=tokens, examples=len(examples), seconds=time.monotonic() - started
    )


def encoded(example: Example, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Token ids, and labels that are -100 on the prompt; the completion ends with the end-of-text token.

    What is too long loses its beginning, since the answer stands last. Encoded here since TRL's own preparation, made
    for large data sets, takes seconds for a round of a hundred.
    """
    prompt = tokenizer.encode(example.prompt, add_special_tokens=False)
    completion = [*tokenizer.encode(example.completion, add_special_tokens=False), tokenizer.eos_token_id]
    labels = ([-100] * len(prompt) + completion)[-max_length:]
    # Nothing stands before the first token that could foretell it.
    return {"input_ids": (prompt + completion)[-max_length:], "labels": [-100, *labels[1:]]}


def in_length_batches(examples: list[Example], settings: RoundSettings) -> list[Example]:
    """The examples in an order in which neighbours have like lengths, and whole batches come at random.

    transformers' own grouping does nothing for a round of fewer than eight batches.
    """
    by_length = sorted(examples, key=lambda example: len(example.prompt) + len(example.completion))
    step = settings.batch * settings.workers
    batches = [by_length[start : start + step] for start in range(0, len(by_length), step)]
    random.Random(settings.seed).shuffle(batches)
    return [example for batch in sorted(batches, key=lambda batch: len(batch) < step) for example in batch]


def _arguments(settings: RoundSettings) -> SFTConfig:
    return SFTConfig(
        output_dir=settings.folder,
        per_device_train_batch_size=settings.batch,
        num_train_epochs=1,
        dataset_kwargs={"skip_prepare_dataset": True},
        completion_only_loss=True,
        bf16=False,
        use_cpu=not torch.cuda.is_available(),
        train_sampling_strategy="sequential",
        max_grad_norm=1.0,
        seed=settings.seed,
        gradient_checkpointing=False,
        save_strategy="no",
        logging_strategy="no",
        # Else a loss that is no number counts as the mean of those before it.
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        ddp_find_unused_parameters=False,
    )
