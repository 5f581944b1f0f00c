"""Self-distillation: the student that is shown the correction teaches the one that is not.

Source: self-distillation fine-tuning (SDFT, Shenfeld et al. 2026, arXiv 2601.19897), for teachers that give only text.
Loss: the mean over the tokens that the student wrote of KL(student || the same weights, shown the worked correction).
"""

import time
from typing import Any

import torch
from datasets import Dataset
from trl.experimental.sdft import SDFTConfig, SDFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.cot import in_length_batches
from trainers.recipes.rounds import arguments, constant, run
from trainers.recipes.sampled import Counted, filled, writing
from trainers.recipes.screening import readable, screened


class ShownTrainer(Counted, SDFTTrainer):
    """TRL's trainer, guarded and counted."""

    def _forward_logits(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """In float32: a logarithm in bfloat16 is off by more than these two students differ."""
        logits: torch.Tensor = super()._forward_logits(*args, **kwargs).float()
        return logits


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One answer of the student's to each question, and a step for each batch of them.

    Raises ValueError on no examples, and Diverged where a step would spoil the weights.
    """
    if not examples:
        raise ValueError("0 examples: a round needs at least one")
    started, told = time.monotonic(), settings.recipes.self_distill
    # The teaching student reads question, correction and question again.
    usable, refused = screened(examples, readable(tokenizer, settings.max_length // 2))
    ordered = in_length_batches([example for example in usable if not example.general], settings)
    loss, seen, written = 0.0, 0, 0
    if ordered:
        batch = min(settings.batch, len(ordered))
        ordered = filled(ordered, batch * settings.workers)
        trainer = ShownTrainer(
            model=model,
            args=SDFTConfig(
                **arguments(settings, batch),
                **writing(told),
                max_prompt_length=settings.max_length,
                num_generations=1,
                distillation_mode="full_logits",
                distillation_alpha=1.0,
                teacher_model_kind="live",
                teacher_prompt_template=told.template,
            ),
            train_dataset=Dataset.from_list([shown(example) for example in ordered]),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        trainer.seen = trainer.written = 0
        loss = run(trainer, model, settings, [example.sample_id for example in ordered], batch)
        seen, written = trainer.seen, trainer.written
    return RoundBooks(
        loss=loss,
        tokens=seen,
        written=written,
        examples=len(ordered),
        seconds=time.monotonic() - started,
        refused=refused,
    )


def shown(example: Example) -> dict[str, str]:
    """The question, and what the teaching student sees of it: the question with its worked correction."""
    return {"prompt": example.prompt, "privileged_context": example.prompt + example.completion}
