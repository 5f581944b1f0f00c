"""Which trials there are: every recipe alone, after a start by `cot`, and two of them on an adapter."""

from bench.recipes.trial import Trial
from swarm.sections import TrainMode

ALONE = ("cot", "step_by_step", "spin", "on_policy", "self_distill", "grpo")
AFTER_COT = ("spin", "on_policy", "self_distill", "grpo")
TEACHER_TOKENS = 60_000


def grown_teacher(folder: str, tokens: int) -> Trial:
    """The teacher of `on_policy`: a student of the same base that `cot` taught with three times the tokens."""
    return Trial(name="teacher: cot", stages=(("cot", 1.0),), seed=100, tokens=tokens, pool=960, keep=folder)


def plan(tokens: int, items: int, teacher: str) -> list[Trial]:
    """The trials with the first seed, in the order in which they are run."""
    shared = {"tokens": tokens, "items": items}
    trials = [Trial(name="plain SFT", stages=(("step_by_step", 1.0),), label_weight=1.0, **shared)]
    trials += [Trial(name=name, stages=((name, 1.0),), **_taught(name, teacher), **shared) for name in ALONE]
    trials += [
        Trial(name=f"cot, then {name}", stages=(("cot", 0.5), (name, 0.5)), **_taught(name, teacher), **shared)
        for name in AFTER_COT
    ]
    return trials + [
        Trial(name=f"{name}, LoRA", stages=((name, 1.0),), mode=TrainMode.LORA, **shared)
        for name in ("cot", "step_by_step")
    ]


def _taught(name: str, teacher: str) -> dict[str, str]:
    return {"teacher": teacher} if name == "on_policy" else {}


def seeded(trial: Trial, seed: int) -> Trial:
    """The same with other corrections and another order."""
    return trial.model_copy(update={"seed": seed})
