"""One row of the simulation: what was promised, what was expected, and what came out."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from swarm.records import Record
from swarm.statistics import Interval, proportion

CONFIDENCE = 0.998
"""Of each row's two-sided exact interval: its lower end is a one-sided 99.9% bound."""

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def running(flags: Bools) -> Ints:
    """How many were true so far, along each row."""
    return np.asarray(np.cumsum(flags, axis=1), np.int64)


def ever(hits: Bools) -> Bools:
    """Whether it was so anywhere in each row."""
    return np.asarray(hits.any(axis=1))


class Expected(StrEnum):
    """What a row should show. It is written down with the row, before anything runs."""

    HOLDS = "holds"
    BREAKS = "breaks"


class Row(Record):
    """A method under a condition: `errors` of `runs` simulated runs went wrong, where `promise` is the most allowed."""

    method: str
    condition: str
    variant: str
    promise: float
    expected: Expected
    runs: int
    errors: int
    guard: str = ""
    """Where the condition lies outside what the method assumes: the part of the system that keeps it out."""

    @property
    def interval(self) -> Interval:
        """The error rate with its exact interval."""
        return proportion(self.errors, self.runs, CONFIDENCE, "exact")

    @property
    def verdict(self) -> Expected:
        """Broken where even the lower end of the interval lies above the promise; else it holds."""
        return Expected.BREAKS if self.interval.lower > self.promise else Expected.HOLDS

    @property
    def as_expected(self) -> bool:
        """The pass rule."""
        return self.verdict is self.expected

    def __add__(self, other: "Row") -> "Row":
        """The same row over the runs of both."""
        return self.model_copy(update={"runs": self.runs + other.runs, "errors": self.errors + other.errors})


Experiment = Callable[[np.random.Generator, int], list[Row]]
"""Simulates a condition with a source of randomness and a number of runs, and says what each variant made of it."""


class Table:
    """Collects the rows of one method."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.rows: list[Row] = []

    def add(
        self, condition: str, variant: str, errors: Bools, promise: float, expected: Expected, guard: str = ""
    ) -> None:
        """One row from the runs' errors."""
        self.rows.append(
            Row(
                method=self.method,
                condition=condition,
                variant=variant,
                promise=promise,
                expected=expected,
                runs=int(errors.size),
                errors=int(errors.sum()),
                guard=guard,
            )
        )

    def holds(self, condition: str, variant: str, errors: Bools, promise: float = 0.05) -> None:
        """A row that should keep its promise."""
        self.add(condition, variant, errors, promise, Expected.HOLDS)

    def breaks(self, condition: str, variant: str, errors: Bools, promise: float = 0.05, guard: str = "") -> None:
        """A row that should not."""
        self.add(condition, variant, errors, promise, Expected.BREAKS, guard)
