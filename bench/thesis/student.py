"""The student of the bench: the project's own learner in this process, and labels chosen by their likelihood."""

from collections.abc import Sequence
from pathlib import Path

from agents.engines.choosing import choice_scores, encoded_choices
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
        """For each prompt the log-probability (nats) of each label, in one forward pass a prompt.

        Prompts of like length share a batch.
        """
        self.calls += len(prompts)
        model, tokenizer = self.learner.model, self.learner.tokenizer
        rows = [tokenizer.encode(prompt, add_special_tokens=False) for prompt in prompts]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        found: dict[int, list[float]] = {}
        model.eval()
        with self.learner.optimizer.averaged():
            for start in range(0, len(order), SCORED_AT_ONCE):
                places = order[start : start + SCORED_AT_ONCE]
                scored = choice_scores(model, [rows[place] for place in places], self._labels, tokenizer.pad_token_id)
                found |= zip(places, scored.tolist(), strict=True)
        return [found[place] for place in range(len(rows))]
