"""The model that learns: weights, optimizer and books in memory, one recipe at a time, saved and restored whole."""

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from swarm.checkpoints import CANARY
from swarm.errors import ConfigError, WeightsError
from swarm.precision import dtype
from swarm.recipes import RecipesSection
from swarm.schedule import parse
from swarm.sections import TrainerSection, TrainMode
from swarm.turns import Turn, taken
from trainers.compiling import compile_learned
from trainers.curves import Curves
from trainers.master_weights import MasterAdamW
from trainers.recipes import Diverged, Example, Recipe, Refusal, RoundBooks, RoundSettings, recipe

_STATE = "optimizer.safetensors"
_TRIES = 3
"""Tries of one round, each without the samples on which the one before diverged."""


class Learner:
    """One worker's copy of the student in training: it computes in `section.precision`, and `MasterAdamW` steps it in
    float32. What leaves is bfloat16."""

    def __init__(
        self,
        folder: Path,
        section: TrainerSection,
        seed: int,
        turn: Turn | None = None,
        recipes: RecipesSection | None = None,
        domain: str = "calendar",
        curves: Curves | None = None,
    ) -> None:
        torch.manual_seed(seed)
        torch.set_num_threads(section.threads)
        self.section = section
        self.seed = seed
        self.turn = turn
        self.recipes = recipes or RecipesSection()
        self.domain = domain
        self._folder = folder
        self.curves = curves
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        device, attention = ("cuda", "sdpa") if torch.cuda.is_available() else ("cpu", "eager")
        kind = dtype(section.precision)
        base = AutoModelForCausalLM.from_pretrained(folder, dtype=kind, attn_implementation=attention)
        base.to(device)
        # Else the places that are left of a view are multiplied one by one with the whole head: half a second a step.
        base.get_output_embeddings().register_forward_pre_hook(lambda _head, inputs: (inputs[0].contiguous(),))
        self.model: Any = self._opened(base) if section.mode is TrainMode.FULL else self._adapted(base)
        self.model.config.use_cache = False
        if section.compile:
            compile_learned(base.get_decoder().layers)
        self.optimizer = self._fresh_optimizer()
        self.rounds = 0
        self.parts = 1
        """As many as a batch is cut into, for the memory's sake."""

    def _opened(self, base: Any) -> Any:
        """The base with its upper blocks free to learn; words and lowest blocks stay, which keeps general skill."""
        base.get_input_embeddings().requires_grad_(False)
        base.get_output_embeddings().requires_grad_(False)
        blocks = base.get_decoder().layers
        if self.section.frozen_blocks >= len(blocks):
            said = f"trainer.frozen_blocks is {self.section.frozen_blocks}, and the student has {len(blocks)} blocks"
            raise ConfigError(said, "freeze fewer, so that some can learn")
        for block in blocks[: self.section.frozen_blocks]:
            block.requires_grad_(False)
        return base

    def _adapted(self, base: Any) -> PeftModel:
        rank = self.section.rank
        settings = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
        return get_peft_model(base, settings, autocast_adapter_dtype=False)

    def _fresh_optimizer(self) -> MasterAdamW:
        learned = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        return MasterAdamW(learned, self.section.learning_rate, self.section.average)

    def learn(self, examples: list[Example], workers: int, scratch: Path, name: str = "") -> RoundBooks:
        """One round of a recipe, or of the first one configured. The learning rate warms up over the first two rounds.

        What a recipe can't use is in the books as refused, with the samples of a step that diverged: that undoes the
        round, which is tried again without them. Raises FloatingPointError where the weights are spoilt already.
        """
        self.rounds += 1
        name = name or parse(self.section.recipe)[0].recipe
        if workers == 1:
            # By a LOCAL_RANK, which Ray Train sets, accelerate would average the gradients of one worker with nobody's.
            os.environ.pop("LOCAL_RANK", None)
            # Without it transformers warns in every round that Ray Train's process group is not used, as is meant.
            logging.getLogger("transformers.training_args").setLevel(logging.ERROR)
        rate = self.section.learning_rate * min(1.0, self.rounds / 2) * dict(self.recipes)[name].rate
        for group in self.optimizer.param_groups:
            # A scheduler keeps to the rate that it finds in `initial_lr`, which the first round would leave there.
            group["lr"] = group["initial_lr"] = rate
        settings = RoundSettings(
            batch=max(1, self.section.batch // workers),
            batch_tokens=self.section.batch_tokens and max(1, self.section.batch_tokens // workers),
            packing=self.section.packing,
            parts=self.parts,
            workers=workers,
            seed=self.seed + self.rounds,
            number=self.rounds,
            folder=str(scratch),
            domain=self.domain,
            recipes=self.recipes,
            callbacks=self.curves.callbacks(self.optimizer.steps) if self.curves else (),
        )
        self.model.train()
        with taken(self.turn):
            return self._tried(recipe(name), examples, settings)

    def _tried(self, train: Recipe, examples: list[Example], settings: RoundSettings) -> RoundBooks:
        started, refused = time.monotonic(), list[Refusal]()
        before = self.optimizer.remembered()
        for _ in range(_TRIES):
            if not examples:
                break
            try:
                done = train(self.model, self.tokenizer, self.optimizer, examples, settings)
            except Diverged as problem:
                self.optimizer.go_back(before)
                if not all(bool(parameter.isfinite().all()) for parameter in self.model.parameters()):
                    raise FloatingPointError(f"{problem}; the weights before the round were spoilt already") from None
                blamed = frozenset(problem.sample_ids)
                refused += [Refusal(sample_id=name, reason=f"undid its round: {problem}") for name in sorted(blamed)]
                examples = [example for example in examples if example.sample_id not in blamed]
                continue
            return done.model_copy(update={"refused": (*refused, *done.refused)})
        given_up = f"round {settings.number} was given up after {_TRIES} tries"
        refused += [Refusal(sample_id=example.sample_id, reason=given_up) for example in examples if example.is_new]
        return RoundBooks(
            loss=0.0, tokens=0, examples=0, seconds=time.monotonic() - started, refused=tuple(refused), undone=True
        )

    def draw_to_base(self, share: float) -> None:
        """From now on what leaves as a candidate has gone `share` of the way from the base; 1: all of it.

        What learns on stays as it is (WiSE-FT, Wortsman et al. 2021, arXiv 2109.01903, section 3). Of an adapter the
        second matrix alone is drawn to its base, which is zero: the product then has `share` of its size.
        """
        self.optimizer.share = share
        if share == 1:
            self.optimizer.anchor = ()
        elif not self.optimizer.anchor:
            self.optimizer.anchor = self._of_base()

    def _of_base(self) -> list[torch.Tensor]:
        named = [(name, each) for name, each in self.model.named_parameters() if each.requires_grad]
        if self.section.mode is TrainMode.LORA:
            values = self.optimizer.averages or self.optimizer.masters
            return [
                torch.zeros_like(value) if "lora_B" in name else value
                for (name, _), value in zip(named, values, strict=True)
            ]
        base = dict(AutoModelForCausalLM.from_pretrained(self._folder, dtype=torch.bfloat16).named_parameters())
        return [base[name].detach() for name, _ in named]

    def save_weights(self, folder: Path) -> None:
        """What engines need, averaged: the adapter alone, or all weights in bfloat16, with tokenizer; safetensors."""
        folder.mkdir(parents=True, exist_ok=True)
        with self.optimizer.averaged():
            self._save_model(folder)

    def _save_model(self, folder: Path) -> None:
        if self.section.mode is TrainMode.LORA:
            adapter = {name: value for name, value in self.model.state_dict().items() if "lora_" in name}
            self.model.save_pretrained(folder, state_dict=_leaving(adapter))
            return
        tied = {"lm_head.weight"} if self.model.config.tie_word_embeddings else set()
        weights = {name: tensor for name, tensor in self.model.state_dict().items() if name not in tied}
        self.model.save_pretrained(folder, state_dict=_leaving(weights))
        config = json.loads((folder / "config.json").read_text()) | {"use_cache": True, "dtype": "bfloat16"}
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True))
        self.tokenizer.save_pretrained(folder)

    def load_weights(self, folder: Path) -> None:
        """Take the weights of a checkpoint folder, or of the base's; the optimizer starts afresh."""
        if self.section.mode is TrainMode.LORA:
            self._load_adapter(folder)
        else:
            loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
            self.model.load_state_dict(loaded.state_dict())
        self.optimizer = self._fresh_optimizer()

    def _load_adapter(self, folder: Path) -> None:
        if (folder / "adapter_config.json").is_file():
            self.model.load_adapter(str(folder), "default", is_trainable=True)
            return
        if not (folder / "config.json").is_file():
            raise WeightsError(f"{str(folder)!r} holds neither an adapter nor a base", "give a checkpoint's folder")
        for layer in self.model.modules():
            if isinstance(layer, LoraLayer):
                layer.reset_lora_parameters("default", init_lora_weights=True)

    def save_state(self, folder: Path) -> None:
        """What a resume needs beside the weights: float32 weights, their average and moments, without pickle."""
        folder.mkdir(parents=True, exist_ok=True)
        self.optimizer.take_into_average()
        tensors: dict[str, torch.Tensor] = {}
        for index, master in enumerate(self.optimizer.masters):
            tensors[f"weight.{index}"] = master
            for key, value in self.optimizer.state.get(master, {}).items():
                tensors[f"{key}.{index}"] = value.detach().float().contiguous()
        tensors |= {f"average.{index}": average for index, average in enumerate(self.optimizer.averages)}
        save_file(tensors, folder / _STATE, metadata={"steps": str(self.optimizer.steps)})

    def load_state(self, folder: Path, rounds: int) -> None:
        """Continue from `save_state`. Raises WeightsError where that was of other weights than are learned here."""
        with safe_open(folder / _STATE, "pt") as file:
            steps, tensors = int(file.metadata()["steps"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        masters, averages = self.optimizer.masters, self.optimizer.averages
        wanted = {f"weight.{index}": master.shape for index, master in enumerate(masters)}
        wanted |= {f"average.{index}": average.shape for index, average in enumerate(averages)}
        if wrong := [name for name, shape in wanted.items() if name not in tensors or tensors[name].shape != shape]:
            said = f"the group's saved state lacks {len(wrong)} of {len(wanted)} tensors, {wrong[0]} first"
            fix = "resume with the trainer.mode, rank, frozen_blocks and average that the run had"
            raise WeightsError(said, fix)
        for index, master in enumerate(masters):
            master.copy_(tensors[f"weight.{index}"])
            if f"exp_avg.{index}" in tensors:
                keys = ("step", "exp_avg", "exp_avg_sq")
                self.optimizer.state[master] = {key: tensors[f"{key}.{index}"].to(master.device) for key in keys}
        for index, average in enumerate(averages):
            average.copy_(tensors[f"average.{index}"])
        self.optimizer.resume(steps)
        self.optimizer.write_back(masters)
        self.rounds = rounds

    @torch.no_grad()
    def canary_logprob(self) -> float:
        """Mean log-probability (nats per token) of the canary's completion, by the averaged weights as they leave."""
        prompt, completion = (self.tokenizer.encode(text, add_special_tokens=False) for text in CANARY)
        self.model.eval()
        ids = torch.tensor([prompt + completion], device=self.model.device)
        with self.optimizer.averaged():
            logits = self.model(input_ids=ids).logits
        steps = logits[0, len(prompt) - 1 : -1].float().log_softmax(-1).cpu()
        return float(steps.gather(1, torch.tensor(completion)[:, None]).mean())


def _leaving(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: value.bfloat16() for name, value in weights.items()}
