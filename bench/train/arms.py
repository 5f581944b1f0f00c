"""The ways of learning that are compared, each one pass over the same texts: plain TRL, and the group's recipe."""

from collections.abc import Sequence
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PrinterCallback
from trl import SFTConfig, SFTTrainer

from bench.train.needs import timed
from swarm.precision import dtype
from swarm.records import Record
from swarm.sections import TrainerSection, TrainMode
from trainers.learner import Learner
from trainers.recipes import Example

PLAIN = "plain TRL"
LENGTH = 512


class Arm(Record):
    """One way. `batch` examples make a step of all workers, or about `tokens` tokens where that is above 0."""

    name: str
    plain: bool = False
    packing: bool = False
    by_tokens: bool = False


ARMS = (
    Arm(name=PLAIN, plain=True),
    Arm(name=f"{PLAIN}, packed", plain=True, packing=True),
    Arm(name="ours"),
    Arm(name="ours, token budget", by_tokens=True),
    Arm(name="ours, packed", by_tokens=True, packing=True),
)


class Setting(Record):
    """What all arms have in common: base, what learns, by how many workers, and how much makes a step of all."""

    base: str
    mode: TrainMode
    workers: int
    threads: int
    batch: int
    tokens: int
    rank: int = 32


class Group:
    """One worker, which learns by any arm."""

    def __init__(self, setting: Setting, scratch: Path) -> None:
        self._setting = setting
        self._scratch = scratch
        self.learner = Learner(Path(setting.base), self._section(ARMS[2]), seed=1)

    def _section(self, arm: Arm) -> TrainerSection:
        told = self._setting
        return TrainerSection(
            mode=told.mode,
            rank=told.rank,
            workers=told.workers,
            threads=told.threads,
            batch=told.batch,
            batch_tokens=told.tokens if arm.by_tokens else 0,
            packing=arm.packing,
            learning_rate=1e-5,
        )

    def seconds(self, arm: Arm, examples: Sequence[Example]) -> float:
        """How long one pass takes: all of a round for the group, for plain TRL its training without the preparation."""
        if arm.plain:
            trainer = self._plain(arm, examples)
            return timed(trainer.train)
        self.learner.section = self._section(arm)
        return timed(lambda: self.learner.learn(list(examples), self._setting.workers, self._scratch, "cot"))

    def _plain(self, arm: Arm, examples: Sequence[Example]) -> SFTTrainer:
        """TRL as its documentation has it, in the format that the group chooses, without what would cost it speed."""
        told = self._setting
        model = AutoModelForCausalLM.from_pretrained(told.base, dtype=dtype("auto"))
        model.get_input_embeddings().requires_grad_(False)
        model.get_output_embeddings().requires_grad_(False)
        if told.mode is TrainMode.LORA:
            adapter = LoraConfig(
                r=told.rank, lora_alpha=2 * told.rank, target_modules="all-linear", task_type="CAUSAL_LM"
            )
            model = get_peft_model(model, adapter, autocast_adapter_dtype=False)
        most = told.tokens // told.workers
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(
                output_dir=str(self._scratch),
                per_device_train_batch_size=1 if arm.packing else told.batch // told.workers,
                packing=arm.packing,
                max_length=most if arm.packing else LENGTH,
                bf16=False,
                use_cpu=not torch.cuda.is_available(),
                gradient_checkpointing=False,
                ddp_find_unused_parameters=False,
                num_train_epochs=1,
                learning_rate=1e-5,
                save_strategy="no",
                logging_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list([{"prompt": e.prompt, "completion": e.completion} for e in examples]),
            processing_class=self.learner.tokenizer,
        )
        trainer.remove_callback(PrinterCallback)
        return trainer
