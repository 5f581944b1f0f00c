"""Chain-of-thought distillation: cross-entropy on rationale and answer, given the question.

Source: SCoTD (Li et al. 2023, arXiv 2306.14050), with the worked or verified rationale of each correction; the loss is
the mean over completion tokens, prompts carry none.
"""

import math
import time
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One pass over the examples with the caller's optimizer, whose state and learning rate live on between rounds.

    Raises ValueError on no examples, and FloatingPointError where the loss is not finite (the weights are then spoilt).
    """
    if not examples:
        raise ValueError("0 examples: a round needs at least one")
    started = time.monotonic()
    rows = [{"prompt": example.prompt, "completion": example.completion} for example in examples]
    trainer = SFTTrainer(
        model=model,
        args=_arguments(settings),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        optimizers=(optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)),
    )
    result = trainer.train()
    if not math.isfinite(result.training_loss):
        raise FloatingPointError(f"the round's loss is {result.training_loss}")
    tokens = sum(len(row["input_ids"]) for row in trainer.train_dataset)
    return RoundBooks(
        loss=result.training_loss, tokens=tokens, examples=len(examples), seconds=time.monotonic() - started
    )


def _arguments(settings: RoundSettings) -> SFTConfig:
    return SFTConfig(
        output_dir=settings.folder,
        per_device_train_batch_size=settings.batch,
        num_train_epochs=1,
        max_length=settings.max_length,
        completion_only_loss=True,
        bf16=True,
        use_cpu=not torch.cuda.is_available(),
        train_sampling_strategy="group_by_length",
        max_grad_norm=1.0,
        seed=settings.seed,
        gradient_checkpointing=False,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        dataset_num_proc=None,
        ddp_find_unused_parameters=False,
    )
