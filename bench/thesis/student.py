"""The student of the bench: the project's own learner in this process, and labels chosen by their likelihood."""

from collections.abc import Sequence
from pathlib import Path

from agents.engines.choosing import encoded_choices, scores_by_length
from bench.student import LearningStudent
from bench.thesis.data import completion
from bench.thesis.plan import Arm, ThesisPlan
from swarm.sections import TrainerSection, TrainMode

SCORED_AT_ONCE = 64


class ThesisStudent(LearningStudent):
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
        super().__init__(folder, section, seed)
        self._labels = encoded_choices(self.learner.tokenizer, [completion(one) for one in labels])
        self.calls = 0

    def scores(self, prompts: Sequence[str]) -> list[list[float]]:
        """For each prompt the log-probability (nats) of each label, in one forward pass a prompt."""
        self.calls += len(prompts)
        model, tokenizer = self.learner.model, self.learner.tokenizer
        rows = [tokenizer.encode(prompt, add_special_tokens=False) for prompt in prompts]
        model.eval()
        with self.learner.optimizer.averaged():
            scored: list[list[float]] = scores_by_length(
                model, rows, self._labels, tokenizer.pad_token_id, SCORED_AT_ONCE
            ).tolist()
        return scored
