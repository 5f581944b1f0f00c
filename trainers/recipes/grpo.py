"""GRPO: reinforcement from the verifier and from a rubric, on groups of the student's own answers.

Sources: GRPO (Shao et al. 2024, arXiv 2402.03300) with the asymmetric clip of DAPO (arXiv 2503.14476), whose groups
without a signal are dropped, too; criteria are dropped against learning the rubric instead of the task (2608.11669).
Loss: -min(r A, clip(r, .8, 1.28) A) + k KL(student || base), A the reward less its group's mean, by its deviation.
"""

import random
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from swarm.criteria import Criterion
from swarm.domains import load_domain
from swarm.domains.base import Domain
from swarm.recipes import GrpoSection
from swarm.records import Probe
from swarm.rubric import SEEDS, load_rubric
from swarm.rubric_cases import Case
from swarm.rubric_checks import CHECKS
from trainers.recipes.base import Example, RoundBooks, RoundSettings
from trainers.recipes.rounds import arguments, constant, screened_round
from trainers.recipes.sampled import Counted, answered, filled, writing
from trainers.recipes.screening import Usable, readable


class SignalTrainer(Counted, GRPOTrainer):
    """TRL's trainer, whose groups without a signal carry no loss at all, neither of reward nor of KL."""

    def _generate_and_score_completions(self, inputs: Any) -> dict[str, Any]:
        scored: dict[str, Any] = super()._generate_and_score_completions(inputs)
        written = scored["completion_mask"]
        mask = with_signal(written, scored["advantages"], self.num_generations)
        items = self.accelerator.gather(mask.sum()).sum()
        return {**scored, "completion_mask": mask, "num_items_in_batch": items, "written": written}


def with_signal(mask: torch.Tensor, advantages: torch.Tensor, group: int) -> torch.Tensor:
    """The mask, (answers, tokens), without groups in which all `group` answers earned the same."""
    signal = advantages.view(-1, group).abs().amax(1) > 0
    return mask * signal.repeat_interleave(group)[:, None].to(mask)


def train(
    model: Any, tokenizer: Any, optimizer: torch.optim.Optimizer, examples: list[Example], settings: RoundSettings
) -> RoundBooks:
    """A group of answers to each question, and a step for each batch of them.

    Raises ValueError on no examples, ConfigError for a rubric that is none, and Diverged where a step would spoil the
    weights.
    """
    told = settings.recipes.grpo

    def learn(usable: list[Example]) -> RoundBooks:
        asked = list({example.prompt: example for example in usable if not example.general}.values())
        if not asked:
            return RoundBooks(loss=0.0, tokens=0, examples=0)
        questions = max(1, settings.batch // told.group)
        asked = filled(asked, questions * settings.workers)
        file = Path(told.rubric) if told.rubric.endswith(".yaml") else SEEDS / f"{told.rubric}.yaml"
        domain, criteria = load_domain(settings.domain), load_rubric(file).criteria
        trainer = SignalTrainer(
            model=model,
            reward_funcs=[verifier(domain), rubric(domain, criteria, told.criteria_dropout, settings.seed)],
            args=GRPOConfig(
                **arguments(settings, questions * told.group),
                **writing(told),
                num_generations=told.group,
                beta=kl_weight(told, settings.number),
                epsilon=told.clip_low,
                epsilon_high=told.clip_high,
                reward_weights=[1.0, told.rubric_weight],
                disable_dropout=True,
            ),
            train_dataset=Dataset.from_list([_row(example) for example in asked]),
            processing_class=tokenizer,
            optimizers=constant(optimizer),
        )
        return answered(trainer, model, settings, asked, questions)

    return screened_round(examples, answerable(readable(tokenizer, settings.max_length)), learn)


def _row(example: Example) -> dict[str, str]:
    assert example.probe is not None
    return {"prompt": example.prompt, "probe": example.probe.model_dump_json()}


def answerable(readable: Usable) -> Usable:
    """What the verifier needs beside what every recipe asks for."""

    def usable(example: Example) -> str:
        if example.probe is None or example.probe.reference is None:
            return "has no probe with a reference, by which an answer could be verified"
        return readable(example)

    return usable


def kl_weight(told: GrpoSection, number: int) -> float:
    """The weight of the KL to the base in a round: it grows from stage to stage."""
    return told.kl * told.kl_growth ** ((number - 1) // told.kl_rounds)


def verifier(domain: Domain) -> Any:
    """Rewards 1 where the one answer given is right, else 0."""

    def right_answer(completions: list[str], probe: list[str], **_: Any) -> list[float]:
        cases = (Case(domain, Probe.model_validate_json(p), text) for text, p in zip(completions, probe, strict=True))
        return [float(CHECKS["verifier"].run(case, {"accept": "only"}).passed) for case in cases]

    return right_answer


def rubric(domain: Domain, criteria: tuple[Criterion, ...], dropout: float, seed: int) -> Any:
    """Rewards the share of criteria that hold, of those that this group sees; none where one with a veto fails."""

    def criteria_met(completions: list[str], probe: list[str], trainer_state: Any, **_: Any) -> list[float]:
        cases = (Case(domain, Probe.model_validate_json(p), text) for text, p in zip(completions, probe, strict=True))
        return [
            share_met(case, kept(criteria, dropout, f"{seed}/{trainer_state.global_step}/{case.probe.question}"))
            for case in cases
        ]

    return criteria_met


def kept(criteria: tuple[Criterion, ...], dropout: float, key: str) -> list[Criterion]:
    """The criteria that one group sees, at least one; the same for the same key."""
    return random.Random(key).sample(criteria, max(1, round(len(criteria) * (1 - dropout))))


def share_met(case: Case, criteria: list[Criterion]) -> float:
    """The share of these that an answer meets; 0 where one that has a veto fails."""
    met = [CHECKS[criterion.check].run(case, criterion.params).passed for criterion in criteria]
    if any(criterion.veto and not passed for criterion, passed in zip(criteria, met, strict=True)):
        return 0.0
    return sum(met) / len(met)
