"""The order in which recipes follow one another: `cot until 60 %, then spin, then grpo`, read and stepped through."""

import re
from collections.abc import Sequence

from pydantic import Field

from swarm.records import Record

RECIPES = ("cot", "step_by_step", "spin", "on_policy", "self_distill", "grpo")
"""Every recipe, a file of trainers/recipes and a table `[recipes.NAME]` of the config."""

_STAGE = re.compile(r"(?:then\s+)?(?P<recipe>\w+)(?:\s+until\s+(?P<percent>\d+(?:\.\d+)?)\s*%)?")


class Stage(Record):
    """One recipe of a schedule. `until` is the share of an exam that a candidate must get right to end it; None: only
    a plateau ends it."""

    recipe: str
    until: float | None = Field(None, ge=0, le=1)


def parse(text: str) -> tuple[Stage, ...]:
    """The stages of a schedule; a recipe's bare name is a schedule of one. Raises ValueError for what is none."""
    stages = tuple(_stage(part.strip()) for part in text.split(","))
    if stages[-1].until is not None:
        raise ValueError(f"nothing follows {stages[-1].recipe!r}, the last recipe: leave its `until` out")
    return stages


def _stage(part: str) -> Stage:
    found = _STAGE.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is no stage: write `RECIPE`, or `RECIPE until 60 %`, with `, then` between two")
    if found["recipe"] not in RECIPES:
        raise ValueError(f"there is no recipe {found['recipe']!r}: recipes are {', '.join(RECIPES)}")
    percent = found["percent"]
    if percent is not None and float(percent) > 100:
        raise ValueError(f"{part!r}: an exam has no more than 100 %")
    return Stage(recipe=found["recipe"], until=None if percent is None else float(percent) / 100)


def stage_at(stages: Sequence[Stage], accuracies: Sequence[float], patience: int) -> int:
    """The stage that a run is in, after candidates whose exams ended with these accuracies, in order.

    A stage ends where a candidate reaches its `until`, or with `patience` exams one after the other none of which is
    better than the best before (over the whole run). It is told from the exams alone, so a restart changes nothing.
    """
    place, best, since = 0, 0.0, 0
    for accuracy in accuracies:
        since = 0 if accuracy > best else since + 1
        best = max(best, accuracy)
        until = stages[place].until
        if place + 1 < len(stages) and (since >= patience or (until is not None and accuracy >= until)):
            place, since = place + 1, 0
    return place
