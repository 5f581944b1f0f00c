"""Self-distillation: the student that is shown the correction teaches the one that is not.

Source: self-distillation fine-tuning (SDFT, Shenfeld et al. 2026, arXiv 2601.19897), for teachers that give only text.
Loss: the mean over the tokens that the student wrote of KL(student || the same weights, shown the worked correction).
"""

from typing import Any

import torch
from datasets import Dataset
from trl.experimental.sdft import SDFTConfig, SDFTTrainer

from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.rounds import arguments, constant
from trainers.recipes.sampled import Counted, one_answer_each, writing
from trainers.recipes.screening import readable


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
    told = settings.recipes.self_distill

    def trainer_of(asked: list[Example], batch: int) -> ShownTrainer:
        return ShownTrainer(
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
            train_dataset=Dataset.from_list([shown(example) for example in asked]),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )

    # The teaching student reads question, correction and question again.
    return one_answer_each(model, examples, settings, readable(tokenizer, settings.max_length // 2), trainer_of)


def shown(example: Example) -> dict[str, str]:
    """The question, and what the teaching student sees of it: the question with its worked correction."""
    return {"prompt": example.prompt, "privileged_context": example.prompt + example.completion}
