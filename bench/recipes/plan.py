"""Which trials there are: every recipe alone, after a start by `cot`, and two of them on an adapter."""

from typing import NamedTuple

from bench.recipes.trial import Trial
from swarm.sections import TrainMode

ALONE = ("spin", "on_policy", "self_distill", "grpo")
ADAPTED = ("cot", "step_by_step")
"""Recipes that are tried on full weights and, beside them, on an adapter."""
TEACHER_TOKENS = 60_000


class Size(NamedTuple):
    """What every trial of a comparison has alike: training tokens, questions to learn from, items of the exam."""

    tokens: int
    pool: int
    items: int


FULL = Size(tokens=20_000, pool=320, items=200)
QUICK = Size(tokens=7_000, pool=160, items=60)


def grown_teacher(folder: str, size: Size) -> Trial:
    """The teacher of `on_policy`: a student of the same base that `cot` taught with three times the tokens."""
    tokens = TEACHER_TOKENS * size.tokens // FULL.tokens
    return Trial(
        name="teacher: cot", stages=(("cot", 1.0),), seed=100, tokens=tokens, pool=960, items=size.items, keep=folder
    )


def plan(size: Size, teacher: str) -> list[Trial]:
    """The trials with the first seed, in the order in which they are run: what is compared first comes first."""
    shared = size._asdict()
    trials = [Trial(name="plain SFT", stages=(("step_by_step", 1.0),), label_weight=1.0, **shared)]
    for name in ADAPTED:
        trials.append(Trial(name=name, stages=((name, 1.0),), **shared))
        trials.append(Trial(name=f"{name}, LoRA", stages=((name, 1.0),), mode=TrainMode.LORA, **shared))
    for name in ALONE:
        more = {"teacher": teacher} if name == "on_policy" else {}
        trials.append(Trial(name=name, stages=((name, 1.0),), **more, **shared))
        trials.append(Trial(name=f"cot, then {name}", stages=(("cot", 0.5), (name, 0.5)), **more, **shared))
    return trials


def seeded(trial: Trial, seed: int) -> Trial:
    """The same with other corrections and another order."""
    return trial.model_copy(update={"seed": seed})
