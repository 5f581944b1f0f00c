"""A student that learns in this process by laps over lessons, and counts its training tokens."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from swarm.sections import TrainerSection
from trainers.learner import Learner
from trainers.recipes import Example


class LearningStudent:
    """The project's own learner on the weights of a folder. `tokens` counts what it was trained on."""

    def __init__(self, folder: Path, section: TrainerSection, seed: int) -> None:
        self.learner = Learner(folder, section, seed)
        self.tokens = 0
        self.loss = 0.0

    def cost(self, example: Example) -> int:
        """Tokens that one pass over the example trains on, its end of text included."""
        task = self._length(example.prompt) + self._length(example.completion) + 1
        if not example.rationale:
            return task
        prefix = self.learner.recipes.step_by_step.rationale_prefix
        return task + self._length(prefix + example.prompt) + self._length(example.rationale) + 1

    def _length(self, text: str) -> int:
        return len(self.learner.tokenizer.encode(text, add_special_tokens=False))

    def learn(self, laps: Sequence[Sequence[Example]]) -> None:
        """Train on each lap once. An example is in a lap at most once: batches of like length would hold twins."""
        with tempfile.TemporaryDirectory(prefix="swarm-bench-") as scratch:
            for lap in laps:
                books = self.learner.learn(list(lap), 1, Path(scratch))
                self.tokens += books.tokens
                self.loss = books.loss

    def save(self, folder: Path) -> None:
        """Write averaged weights, config and tokenizer in Hugging Face layout."""
        self.learner.save_weights(folder)
