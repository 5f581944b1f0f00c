"""Planted-defect audits: is the share found ever said to be .90 where it is not?"""

from collections.abc import Callable
from functools import cache

import numpy as np

from bench.simulate.rows import Ints, Row, Table, ever, running
from swarm.statistics import rate_lower_bound, spent_alpha, students_lower_bound, watched_lower_bound

SHARE = 0.90
TRUE = 0.899
PLANTED = 150
FIXED = 61
STUDENTS = 36
HOLES = 5

PLAN = "plan the number of holes beforehand, or bound them by watched_lower_bound"
APART = "count students, not holes: students_lower_bound"


@cache
def needed(bound: Callable[[int, int, float], float], most: int, alpha: float = 0.05) -> Ints:
    """By planted holes, the fewest found that leave a bound of .90; more than planted where none do."""
    found: list[int] = [1]
    for planted in range(1, most + 1):
        least = found[-1]
        while least <= planted and bound(least, planted, alpha) < SHARE:
            least += 1
        found.append(least)
    return np.array(found)


def watched(rng: np.random.Generator, runs: int) -> list[Row]:
    """89.9% of holes are found; planted as planned, or until the bound looks good, or anew until it does."""
    table, condition = Table("planted-defect audit"), f"{TRUE:.1%} of holes found, is it 90%?"
    found = running(rng.random((runs, PLANTED)) < TRUE)
    sizes = np.arange(1, PLANTED + 1)
    exact, anytime = needed(rate_lower_bound, PLANTED), needed(watched_lower_bound, PLANTED)
    table.holds(condition, f"exact bound, {FIXED} holes as planned", found[:, FIXED - 1] >= exact[FIXED])
    grown = ever(found >= exact[sizes])
    table.breaks(condition, "exact bound, holes planted until it is reached", grown, guard=PLAN)
    grown = ever(found >= anytime[sizes])
    table.holds(condition, "watched bound, holes planted until it is reached", grown)
    audits = rng.binomial(FIXED, TRUE, (runs, 10))
    table.breaks(condition, "exact bound, ten audits, one may pass", ever(audits >= exact[FIXED]), guard=PLAN)
    levels = [spent_alpha(number) for number in range(1, 11)]
    least = np.array([needed(rate_lower_bound, FIXED, level)[FIXED] for level in levels])
    table.holds(condition, "exact bound, ten audits, level spent over them", ever(audits >= least))
    return table.rows


def together(rng: np.random.Generator, runs: int) -> list[Row]:
    """A student's five holes are found all or none, and 89.9% of students' are."""
    table, condition = Table("planted-defect audit"), f"holes of a student found together, {TRUE:.1%}, is it 90%?"
    students = rng.binomial(STUDENTS, TRUE, runs)
    planted = STUDENTS * HOLES
    as_holes = students * HOLES >= needed(rate_lower_bound, planted)[planted]
    table.breaks(condition, f"exact bound over {planted} holes", as_holes, guard=APART)
    bounds = [students_lower_bound([(HOLES, HOLES)] * n + [(0, HOLES)] * (STUDENTS - n)) for n in range(STUDENTS + 1)]
    by_student = np.array(bounds)[students] >= SHARE
    table.holds(condition, f"exact bound over {STUDENTS} students", by_student)
    return table.rows


EXPERIMENTS = (watched, together)
