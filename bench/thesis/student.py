"""The student of the bench: the project's own learner in this process, and labels chosen by their likelihood."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from agents.engines.choosing import choice_scores, encoded_choices
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
        self._labels = encoded_choices(self._learner.tokenizer, [completion(one) for one in labels])
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
        """For each prompt the log-probability (nats) of each label, in one forward pass a prompt.

        Prompts of like length share a batch.
        """
        self.calls += len(prompts)
        model, tokenizer = self._learner.model, self._learner.tokenizer
        rows = [tokenizer.encode(prompt, add_special_tokens=False) for prompt in prompts]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        found: dict[int, list[float]] = {}
        model.eval()
        with self._learner.optimizer.averaged():
            for start in range(0, len(order), SCORED_AT_ONCE):
                places = order[start : start + SCORED_AT_ONCE]
                scored = choice_scores(model, [rows[place] for place in places], self._labels, tokenizer.pad_token_id)
                found |= zip(places, scored.tolist(), strict=True)
        return [found[place] for place in range(len(rows))]

    def save(self, folder: Path) -> None:
        """Write averaged weights, config and tokenizer in Hugging Face layout."""
        self._learner.save_weights(folder)
