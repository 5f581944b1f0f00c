"""What a run of the bench is to do: arms, seeds, points and the allowances that are the same for every arm."""

import math
from enum import StrEnum
from itertools import pairwise

from pydantic import Field, model_validator

from swarm.records import Record


class Arm(StrEnum):
    """How labels are chosen, and what is made of them."""

    RANDOM = "random"
    RATIONALES = "rationales"
    UNCERTAINTY = "uncertainty"
    SWARM = "swarm"
    RANDOM_OPERATORS = "random+operators"
    UNCERTAIN_OPERATORS = "uncertainty+operators"

    @property
    def letter(self) -> str:
        """The arm's letter in docs/results.md."""
        return "abcdef"[list(Arm).index(self)]

    @property
    def composes(self) -> bool:
        """Whether it also learns from what operators make of its labels."""
        return self in (Arm.SWARM, Arm.RANDOM_OPERATORS, Arm.UNCERTAIN_OPERATORS)

    @property
    def asks(self) -> bool:
        """Whether it asks the student which labels to buy."""
        return self in (Arm.UNCERTAINTY, Arm.SWARM, Arm.UNCERTAIN_OPERATORS)


class ThesisPlan(Record):
    """A run. All allowances are per label bought, and the same for every arm; an arm may leave some of them unused."""

    arms: tuple[Arm, ...] = tuple(Arm)
    seeds: tuple[int, ...] = (1, 2, 3)
    points: tuple[int, ...] = (250, 500, 1000, 2000)
    long_point: int = 4000
    """Labels that the first arm reaches once, with the first seed; 0: it doesn't."""
    round_labels: int = Field(125, ge=1)
    """Most labels that are bought at a time up to 500; beyond, a quarter of those there are."""
    tokens_per_label: int = Field(150, ge=1)
    calls_per_label: int = Field(4, ge=1)
    """Questions that a student may be asked for each label that is bought."""
    composed_per_label: float = Field(0.7, ge=0)
    """Composed items that an arm with operators takes in for each label that it buys, at most."""
    rates: tuple[float, ...] = (1e-4, 2e-4, 4e-4)
    """Learning rates that each arm tries at the first point with seed 0, chosen by dev accuracy; one rate: no try."""
    batch: int = Field(16, ge=1)
    frozen_blocks: int = Field(10, ge=0)
    threads: int = Field(2, ge=1)
    dev_items: int = Field(0, ge=0)
    """Items of the dev split that every point is measured on; 0: all of them."""
    adversaries: int = Field(200, ge=0)
    """Dev adversaries of each kind."""
    weights: str = "smollm2-135m"

    @model_validator(mode="after")
    def _runs_forward(self) -> "ThesisPlan":
        steps = (0, *self.points, *([self.long_point] if self.long_point else []))
        if not self.points or any(low >= high for low, high in pairwise(steps)):
            raise ValueError(f"points {self.points} and long_point {self.long_point} do not grow; give them in order")
        if not self.seeds or 0 in self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds {self.seeds} hold 0, which is for tuning, or one twice, or none")
        if not self.arms or len(set(self.arms)) < len(self.arms):
            raise ValueError(f"arms {[*map(str, self.arms)]} hold one twice, or none")
        return self

    def curves(self) -> list[tuple[int, Arm]]:
        """Every curve, as (seed, arm): one seed of all arms first, so that there is something to compare soon."""
        return [(seed, arm) for seed in self.seeds for arm in self.arms]

    def points_of(self, seed: int, arm: Arm) -> tuple[int, ...]:
        """The points of one curve."""
        longest = self.long_point and arm is Arm.RANDOM and seed == self.seeds[0]
        return (*self.points, self.long_point) if longest else self.points

    def rounds(self, start: int, end: int) -> list[tuple[int, int]]:
        """From one point to the next in rounds of like size, each as (labels before, labels after)."""
        count = math.ceil((end - start) / max(self.round_labels, start // 4))
        marks = [start + (end - start) * number // count for number in range(count + 1)]
        return [*pairwise(marks)]


QUICK = ThesisPlan(
    arms=(Arm.RANDOM, Arm.UNCERTAINTY, Arm.SWARM, Arm.RANDOM_OPERATORS, Arm.UNCERTAIN_OPERATORS),
    seeds=(1,),
    points=(250, 500),
    long_point=0,
    tokens_per_label=110,
    calls_per_label=3,
    rates=(2e-4,),
    dev_items=300,
    adversaries=50,
)
"""20 minutes of two idle cores. Left out: arm (b), tuning, seeds 2 and 3, the points from 1,000, most dev items."""

TOKENS_PER_ITEM = 34
"""Mean length of a question with its label."""
TRAINED_PER_SECOND = 310
ASKED_PER_SECOND = 1800
"""Tokens per second on two idle cores: trained (docs/lab-notes.md, Six arms), and read to choose a label."""


def estimated_hours(plan: ThesisPlan, dev_items: int, kinds: int = 6) -> float:
    """About how long a run takes on two idle cores; `dev_items` where the plan says all, `kinds` of adversaries."""
    measured = (plan.dev_items or dev_items) + kinds * plan.adversaries
    seconds = 0.0
    for seed, arm in plan.curves():
        points = plan.points_of(seed, arm)
        asked = plan.calls_per_label * points[-1] * arm.asks + measured * len(points)
        seconds += plan.tokens_per_label * points[-1] / TRAINED_PER_SECOND
        seconds += asked * TOKENS_PER_ITEM / ASKED_PER_SECOND
    if len(plan.rates) > 1:
        one = plan.tokens_per_label * plan.points[0] / TRAINED_PER_SECOND
        one += (plan.dev_items or dev_items) * TOKENS_PER_ITEM / ASKED_PER_SECOND
        seconds += one * len(plan.rates) * len(plan.arms)
    return seconds / 3600
