"""What a run of the bench is to do: arms, seeds, cells, and the allowances that are the same for every arm."""

from enum import StrEnum

from pydantic import Field, field_validator, model_validator

from bench.recipes.trial import CELLS
from swarm.domains.calendar.cells import GENERATORS
from swarm.records import Record


class Arm(StrEnum):
    """How the next probes are chosen."""

    SWARM = "swarm"
    """All families and steering, by what the student failed."""
    UNIFORM = "uniform"
    """The domain's generators, every cell as likely as any other."""
    OPERATORS = "operators"
    """The families of the swarm, and cells, drawn evenly: nothing is chosen by what failed."""
    STEERED = "steered"
    """The domain's generators, cells by the service's steering."""


class CalendarPlan(Record):
    """A run. All allowances are the same for every arm."""

    arms: tuple[Arm, ...] = tuple(Arm)
    seeds: tuple[int, ...] = (1, 2, 3)
    cells: tuple[str, ...] = CELLS
    """What probes and the exam are of; the domain's other cells are the neighbours, which no lesson is of."""
    rounds: int = Field(6, ge=1)
    calls: int = Field(192, ge=1)
    """Questions that an arm asks the student in each round."""
    batch: int = Field(32, ge=1)
    """Of them, those that are asked between two looks at what failed."""
    tokens: int = Field(16_000, ge=1)
    """Training tokens of each round."""
    exam: int = Field(40, ge=1)
    """Items of each cell in the exam."""
    neighbours: int = Field(10, ge=1)
    """Items of each cell beside those."""
    general: int = Field(300, ge=1, le=300)
    """Items of the general exam."""
    learning_rate: float = Field(2e-4, gt=0)
    frozen_blocks: int = Field(10, ge=0)
    examples: int = Field(8, ge=1)
    """Of one optimizer step."""
    threads: int = Field(2, ge=1)
    weights: str = "smollm2-135m"

    @field_validator("cells")
    @classmethod
    def _are_some_of_the_domain(cls, cells: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [key for key in cells if key not in GENERATORS]:
            raise ValueError(f"{unknown[0]!r} is no cell of the calendar domain; docs/domains/calendar.md has them")
        if not cells or len(set(cells)) < len(cells) or len(cells) == len(GENERATORS):
            raise ValueError(f"{len(cells)} cells hold one twice, or are none, or all: leave some out as neighbours")
        return cells

    @model_validator(mode="after")
    def _is_a_comparison(self) -> "CalendarPlan":
        if not self.arms or len(set(self.arms)) < len(self.arms):
            raise ValueError(f"arms {[*map(str, self.arms)]} hold one twice, or none")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds {self.seeds} hold one twice, or none")
        return self

    def growths(self) -> list[tuple[int, Arm]]:
        """Every student, as (seed, arm): one seed of all arms first, so that there is something to compare soon."""
        return [(seed, arm) for seed in self.seeds for arm in self.arms]

    def beside(self) -> tuple[str, ...]:
        """The neighbours: the domain's cells that are left out of training."""
        return tuple(key for key in GENERATORS if key not in self.cells)


QUICK = CalendarPlan(
    arms=(Arm.SWARM, Arm.UNIFORM, Arm.OPERATORS),
    seeds=(1,),
    rounds=4,
    calls=96,
    tokens=10_000,
    exam=20,
    neighbours=5,
    general=300,
)
"""About 12 minutes of two idle cores."""

TRAINED_PER_SECOND, WRITTEN_PER_SECOND = 600, 600
"""Tokens on two idle cores, trained and written in batches of 64."""
ANSWER_TOKENS, BASE_TOKENS = 32, 64
"""Length of an answer of a student, and of the base, which does not end."""
START_SECONDS, ROUND_SECONDS = 15, 6
"""To start the process of a student, and in each round to read and write weights."""


def estimated_minutes(plan: CalendarPlan) -> float:
    """About how long a run takes on two idle cores."""
    measured = plan.neighbours * len(plan.beside()) + plan.exam * len(plan.cells)
    written = BASE_TOKENS * measured
    seconds = float(START_SECONDS)
    for _ in plan.growths():
        later = plan.calls * (plan.rounds - 1) + plan.exam * len(plan.cells) * (plan.rounds - 1) + measured
        written += BASE_TOKENS * plan.calls + ANSWER_TOKENS * later
        seconds += START_SECONDS + plan.rounds * (ROUND_SECONDS + plan.tokens / TRAINED_PER_SECOND)
    return (seconds + written / WRITTEN_PER_SECOND) / 60
