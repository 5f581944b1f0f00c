"""The student of the bench: the project's own learner in this process, and labels chosen by their likelihood."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence

from bench.thesis.data import completion
from bench.thesis.plan import Arm, ThesisPlan
from swarm.sections import TrainerSection, TrainMode
from trainers.learner import Learner
from trainers.recipes import Example

SCORED_AT_ONCE = 64


class ThesisStudent:
    """Weights that learn and are asked. `calls` and `tokens` count what it was asked, and what it was trained on."""

    def __init__(self, folder: Path, plan: ThesisPlan, rate: float, seed: int, arm: Arm, labels: Sequence[str]) -> None:
        section = TrainerSection(
            recipe="step_by_step" if arm is Arm.RATIONALES else "cot",
            mode=TrainMode.FULL,
            learning_rate=rate,
            batch=plan.batch,
            frozen_blocks=plan.frozen_blocks,
            threads=plan.threads,
        )
        self._learner = Learner(folder, section, seed)
        self._labels = [self._learner.tokenizer.encode(completion(one), add_special_tokens=False) for one in labels]
        if len({ids[0] for ids in self._labels}) < len(labels):
            raise ValueError(f"two of the labels {list(labels)} begin with the same token, which can't tell them apart")
        self.calls = 0
        self.tokens = 0
        self.loss = 0.0

    def cost(self, example: Example) -> int:
        """Tokens that one pass over the example trains on, its end of text included."""
        task = self._length(example.prompt) + self._length(example.completion) + 1
        if not example.rationale:
            return task
        prefix = self._learner.recipes.step_by_step.rationale_prefix
        return task + self._length(prefix + example.prompt) + self._length(example.rationale) + 1

    def _length(self, text: str) -> int:
        return len(self._learner.tokenizer.encode(text, add_special_tokens=False))

    def learn(self, laps: Sequence[Sequence[Example]]) -> None:
        """Train on each lap once. An example is in a lap at most once: batches of like length would hold twins."""
        with tempfile.TemporaryDirectory(prefix="swarm-thesis-") as scratch:
            for lap in laps:
                books = self._learner.learn(list(lap), 1, Path(scratch))
                self.tokens += books.tokens
                self.loss = books.loss

    def scores(self, prompts: Sequence[str]) -> list[list[float]]:
        """For each prompt the log-probability (nats) of each label's first token, in one forward pass a prompt."""
        self.calls += len(prompts)
        first = [ids[0] for ids in self._labels]
        self._learner.model.eval()
        with self._learner.optimizer.averaged():
            return first_token_scores(self._learner.model, self._learner.tokenizer, prompts, first)

    def save(self, folder: Path) -> None:
        """Write averaged weights, config and tokenizer in Hugging Face layout."""
        self._learner.save_weights(folder)


@torch.inference_mode()
def first_token_scores(model: Any, tokenizer: Any, prompts: Sequence[str], first: Sequence[int]) -> list[list[float]]:
    """Log-probabilities of the tokens `first` right after each prompt; prompts of like length share a batch."""
    rows = [torch.tensor(tokenizer.encode(prompt, add_special_tokens=False)) for prompt in prompts]
    found: list[list[float]] = [[]] * len(rows)
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    for start in range(0, len(order), SCORED_AT_ONCE):
        chosen = order[start : start + SCORED_AT_ONCE]
        batch = [rows[place] for place in chosen]
        ids = pad_sequence(batch, True, tokenizer.eos_token_id, padding_side="left")
        mask = pad_sequence([torch.ones_like(row) for row in batch], True, 0, padding_side="left")
        inputs = {"input_ids": ids, "attention_mask": mask, "position_ids": (mask.cumsum(-1) - 1).clamp(min=0)}
        inputs = {name: tensor.to(model.device) for name, tensor in inputs.items()}
        logits = model(**inputs, use_cache=False, logits_to_keep=1).logits[:, -1]
        picked = logits.float().log_softmax(-1)[:, list(first)].cpu().tolist()
        for place, scores in zip(chosen, picked, strict=True):
            found[place] = scores
    return found
