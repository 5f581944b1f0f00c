"""The judge's calibration: does the corrected interval hold the truth, and who is let through."""

import numpy as np

from bench.simulate.rows import Bools, Ints, Row, Table, ever, running
from swarm.calibration import REQUIRED_Q0
from swarm.statistics import calibrated_rate, proportion, rate_lower_bound

ALPHA = 0.05
APPROXIMATE = 0.01
"""What an asymptotic interval may err beyond its level."""

KNOWN = "attempts and calibration items are drawn from the same cells and judged by the same rubric version"
FIXED = "240 items, fixed beforehand, one calibration for a rubric version (swarm/calibration.py)"

JUDGES: tuple[tuple[float, float, float, int], ...] = (
    (0.70, 0.90, 0.95, 30),
    (0.70, 0.90, 0.95, 120),
    (0.70, 0.99, 0.99, 30),
    (0.95, 0.95, 0.95, 60),
    (0.98, 0.95, 0.99, 120),
    (0.10, 0.80, 0.80, 60),
)
"""True rate of right attempts, q0 = P(fail | wrong), q1 = P(pass | right), and calibration items of either kind."""
ATTEMPTS = 400


def covered(rng: np.random.Generator, runs: int) -> list[Row]:
    """Judges of known error, calibrated on few items and on many; 400 attempts."""
    table = Table("judge calibration")
    for truth, q0, q1, items in JUDGES:
        condition = f"{truth:.0%} right, q0 {q0}, q1 {q1}, {items} + {items} items"
        passed, wrong, right = judged(rng, runs, truth, (q0, q1), (q0, q1), items)
        errors = outside(passed, wrong, right, items, truth)
        table.holds(condition, "interval with the calibration's error", errors, ALPHA + APPROXIMATE)
        if (truth, items) == (0.70, 30) and q0 == 0.90:
            exact = outside(passed, wrong * 1000, right * 1000, items * 1000, truth)
            table.breaks(condition, "calibration taken as exact", exact, ALPHA + APPROXIMATE)
        if truth == 0.95:
            misses = np.array([_out(proportion(count, ATTEMPTS), truth) for count in range(ATTEMPTS + 1)])
            raw = misses[passed]
            table.breaks(condition, "the judge taken at its word", raw, ALPHA + APPROXIMATE)
    passed, wrong, right = judged(rng, runs, 0.70, (0.60, 0.95), (0.95, 0.95), 120)
    other = "70% right; q0 is .60 on attempts, .95 on calibration items"
    errors = outside(passed, wrong, right, 120, 0.70)
    table.breaks(other, "interval with the calibration's error", errors, ALPHA + APPROXIMATE, KNOWN)
    return table.rows


def judged(
    rng: np.random.Generator,
    runs: int,
    truth: float,
    judge: tuple[float, float],
    calibrated: tuple[float, float],
    items: int,
) -> tuple[Ints, Ints, Ints]:
    """Passed attempts, wrong items failed and right items passed; (q0, q1) on attempts and on calibration items."""
    right = rng.binomial(ATTEMPTS, truth, runs)
    passed = rng.binomial(right, judge[1]) + rng.binomial(ATTEMPTS - right, 1 - judge[0])
    return passed, rng.binomial(items, calibrated[0], runs), rng.binomial(items, calibrated[1], runs)


def outside(passed: Ints, wrong: Ints, right: Ints, items: int, truth: float) -> Bools:
    """Which runs' intervals leave the truth out."""
    return np.array(
        [
            _out(calibrated_rate((int(p), ATTEMPTS), (int(w), items), (int(r), items)), truth)
            for p, w, r in zip(passed, wrong, right, strict=True)
        ]
    )


def _out(interval: tuple[float, float, float], truth: float) -> bool:
    return not interval[1] <= truth <= interval[2]


def admitted(rng: np.random.Generator, runs: int) -> list[Row]:
    """A judge that catches 89.9% of wrong attempts must not be let through."""
    table, condition, items = Table("judge calibration"), "q0 .899, may it judge?", 120
    caught = running(rng.random((runs, items)) < 0.899)
    fixed = caught[:, -1] >= least_caught(items)
    table.holds(condition, f"exact bound, {items} wrong items fixed beforehand", fixed)
    looks = np.arange(29, items + 1)
    needed = np.array([least_caught(int(number)) for number in looks])
    watched = ever(caught[:, looks - 1] >= needed)
    table.breaks(condition, "exact bound, items added until it is reached", watched, guard=FIXED)
    again = rng.binomial(items, 0.899, (runs, 5)).max(axis=1) >= least_caught(items)
    table.breaks(condition, "exact bound, best of five calibrations", again, guard=FIXED)
    return table.rows


def least_caught(items: int, share: float = REQUIRED_Q0) -> int:
    """The fewest of so many that leave a lower bound of `share`; more than there are where none does."""
    return next((n for n in range(items + 1) if rate_lower_bound(n, items, ALPHA) >= share), items + 1)


EXPERIMENTS = (covered, admitted)
