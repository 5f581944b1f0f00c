"""On-policy distillation: the student writes, and a teacher of the same vocabulary says how it should have gone on.

Source: GKD (Agarwal et al. 2023, arXiv 2306.13649) with the reverse KL. Loss: the mean over the tokens that the student
wrote of KL(student || teacher), over the whole vocabulary (`beta` 1; 0 is the forward KL).
"""

from functools import cache
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DistillationConfig, DistillationTrainer

from swarm import weights
from swarm.errors import ConfigError
from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.rounds import arguments, constant
from trainers.recipes.sampled import Counted, one_answer_each, writing
from trainers.recipes.screening import readable


class TaughtTrainer(Counted, DistillationTrainer):
    """TRL's trainer, guarded and counted."""


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """One answer of the student's to each question, and a step for each batch of them.

    Raises ValueError on no examples, ConfigError where the teacher has another vocabulary, and Diverged where a step
    would spoil the weights.
    """
    told = settings.recipes.on_policy

    def trainer_of(asked: list[Example], batch: int) -> TaughtTrainer:
        return TaughtTrainer(
            model=model,
            teacher_model=teacher_of(told.teacher, tokenizer, str(model.device), model.dtype),
            args=DistillationConfig(**arguments(settings, batch), **writing(told), beta=told.beta),
            train_dataset=Dataset.from_list([{"prompt": example.prompt} for example in asked]),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )

    return one_answer_each(model, examples, settings, readable(tokenizer, settings.max_length), trainer_of)


@cache
def _loaded(name: str, device: str, dtype: torch.dtype) -> tuple[Any, dict[str, int]]:
    folder = weights.folder(name)
    teacher = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager")
    return teacher.to(device).requires_grad_(False).eval(), AutoTokenizer.from_pretrained(folder).get_vocab()


def teacher_of(name: str, tokenizer: Any, device: str, dtype: torch.dtype) -> Any:
    """The teacher, kept from round to round. Raises ConfigError unless every token of the two has the same number."""
    teacher, words = _loaded(name, device, dtype)
    own = tokenizer.get_vocab()
    if words != own:
        shared = len(words.items() & own.items())
        said = f"the teacher {name!r} has another vocabulary: {shared} of its {len(words)} tokens are the student's"
        raise ConfigError(said, "name weights of the student's family in recipes.on_policy.teacher")
    return teacher
