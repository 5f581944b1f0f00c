"""The siege bound against probers who watch, drift, retry, exclude and hurry.

A run errs where the bound lies under the true mean failure rate of what was asked, at any of its probes: as if
somebody who knows the truth looked after every probe and stopped right there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

from bench.simulate.rows import Bools, Floats, Ints, Row, Table, ever, running
from swarm.calibration import REQUIRED_Q0
from swarm.statistics import rate_lower_bound, siege_bound, siege_probes_needed, spent_alpha

PROBES = 600
EPSILON = 0.02
ALPHA = 0.05
BREACH = 4
"""Failures at which a siege is given up, as in swarm/phases.py."""

GATE = "validity gate before the answer (agents/prober.py, Gate); nothing is taken out of the count afterwards"
ORDER = "probes count in the order asked, up to the first without a verdict (swarm/tally.py)"
VERIFIER = "the domain's verifier judges before any model; calibration per rubric version; gold checks of judges"

Rates = Callable[[int, "Seen"], Floats]
"""The failure chance of the next probe, from its number and what was seen."""


@dataclass
class Seen:
    """What a prober sees of all runs at once, before it asks the next probe."""

    failures: Ints
    streak: Ints
    """Clean probes since the last failure."""


def steady(rate: float) -> Rates:
    """The same for every probe."""
    return lambda _number, seen: np.full(seen.failures.shape, rate)


def easing(_number: int, seen: Seen) -> Floats:
    """Hard probes after a failure, easy ones after five clean ones: the count is made to look good."""
    return np.where(seen.streak < 5, 0.06, 0.021)


def pressing(number: int, seen: Seen) -> Floats:
    """Harder the better it stands: whoever leads is asked what fails one time in twelve."""
    return np.where(seen.failures < 0.02 * number, 0.08, 0.004)


def drifting(number: int, seen: Seen) -> Floats:
    """From 0.2% to 8% and back, over 300 probes."""
    return np.full(seen.failures.shape, 0.002 + 0.078 * np.sin(np.pi * number / 300) ** 2)


@dataclass
class Path:
    """What was asked and what failed, in the order asked: arrays of runs x probes."""

    rates: Floats
    failed: Bools

    @property
    def mean(self) -> Floats:
        """The true mean failure rate of the first n probes, for each n."""
        return np.cumsum(self.rates, axis=1) / np.arange(1, self.rates.shape[1] + 1)


def walk(rng: np.random.Generator, runs: int, probes: int, rates: Rates) -> Path:
    """Ask that many probes in each run."""
    seen = Seen(np.zeros(runs, np.int64), np.zeros(runs, np.int64))
    asked, failed = np.empty((runs, probes)), np.empty((runs, probes), np.bool_)
    for number in range(probes):
        asked[:, number] = rates(number, seen)
        now = failed[:, number] = rng.random(runs) < asked[:, number]
        seen.failures += now
        seen.streak = np.where(now, 0, seen.streak + 1)
    return Path(asked, failed)


@cache
def siege_table(probes: int, most: int) -> Floats:
    """`siege_bound` for every count of probes and failures: probes x failures; 1 where there are more failures."""
    table = np.ones((probes + 1, most + 1))
    for number in range(1, probes + 1):
        for failures in range(min(number, most) + 1):
            table[number, failures] = siege_bound(number, failures, ALPHA)
    return table


@cache
def exact_table(probes: int, most: int) -> Floats:
    """Clopper and Pearson's upper bound, which is made for one look at a fixed number of probes."""
    number, failures = np.ogrid[: probes + 1, : most + 1]
    upper = stats.beta.ppf(1 - ALPHA, failures + 1.0, np.maximum(number - failures, 1e-9))
    return np.where(failures >= number, 1.0, upper)


def wrong(table: Floats, failed: Bools, mean: Floats) -> Bools:
    """Whether the bound ever lay under the truth, where failures are counted after every probe."""
    counts = np.minimum(running(failed), table.shape[1] - 1)
    return ever(table[np.arange(1, failed.shape[1] + 1), counts] < mean)


def watched(rng: np.random.Generator, runs: int) -> list[Row]:
    """Every way of choosing probes, looked at after each of 600."""
    table = Table("siege bound")
    ours, exact = siege_table(PROBES, PROBES // 4), exact_table(PROBES, PROBES // 4)
    conditions: tuple[tuple[str, Rates], ...] = (
        ("2% for ever, a look after every probe", steady(EPSILON)),
        ("eases off when ahead, stops when it likes", easing),
        ("presses when ahead, stops when it likes", pressing),
        ("drifts between 0.2% and 8%, a look after every probe", drifting),
    )
    for condition, rates in conditions:
        path = walk(rng, runs, PROBES, rates)
        table.holds(condition, "siege bound", wrong(ours, path.failed, path.mean))
        table.breaks(condition, "Clopper-Pearson, looked at after every probe", wrong(exact, path.failed, path.mean))
        if rates is conditions[0][1]:
            once = exact[PROBES, path.failed.sum(axis=1)] < EPSILON
            table.holds("2% for ever, one look at 600", "Clopper-Pearson, once", once)
    return table.rows


def retried(rng: np.random.Generator, runs: int) -> list[Row]:
    """A student at 2.1% is besieged until it passes, at most 20 times; a fourth failure is a breach."""
    table = Table("siege bound")
    attempts, rate = 20, 0.021
    gaps = rng.geometric(rate, (runs, attempts, BREACH))
    clean = np.cumsum(gaps, axis=2) - 1
    """Probes before the first, second, ... failure, that one not counted."""
    passed = {}
    for spends in (True, False):
        levels = [spent_alpha(j + 1, ALPHA) if spends else ALPHA for j in range(attempts)]
        needed = np.array([[siege_probes_needed(f, EPSILON, level) for f in range(BREACH)] for level in levels])
        passed[spends] = ever((clean >= needed).reshape(runs, -1))
    condition = "2.1%, besieged up to 20 times"
    table.holds(condition, "level spent over attempts", passed[True])
    table.breaks(condition, "level .05 each time", passed[False])
    return table.rows


def excluded(rng: np.random.Generator, runs: int) -> list[Row]:
    """Half of the failures are declared invalid once they are seen."""
    table = Table("siege bound")
    path = walk(rng, runs, PROBES, steady(EPSILON))
    ours, condition = siege_table(PROBES, PROBES // 4), "prober declares half of its failures invalid afterwards"
    kept = path.failed & (rng.random(path.failed.shape) < 0.5)
    table.holds(condition, "an exclusion counts as a failure", wrong(ours, path.failed, path.mean))
    # Taking a probe out lowers n, too; leaving it in as neither is the milder of the two mistakes.
    table.breaks(condition, "exclusions believed", wrong(ours, kept, path.mean), guard=GATE)
    return table.rows


def delayed(rng: np.random.Generator, runs: int) -> list[Row]:
    """Failures take 60 probes longer to be judged than passes do, as long answers would."""
    table = Table("siege bound")
    path, late = walk(rng, runs, PROBES, steady(EPSILON)), 60
    ours, condition = siege_table(PROBES, PROBES // 4), "verdicts on failures come 60 probes late"
    table.holds(condition, "counted in the order asked", prefix_wrong(ours, path, settled(path.failed, late)))
    came = np.zeros_like(path.failed)
    came[:, late:] = path.failed[:, :-late]
    failures = running(came)
    bound = ours[running(~path.failed) + failures, failures]
    table.breaks(condition, "counted as they come", ever(bound < path.mean), guard=ORDER)
    return table.rows


def settled(failed: Bools, late: int) -> Ints:
    """At each moment, how many of the first probes all have a verdict where failures come that much later."""
    runs, probes = failed.shape
    number = np.arange(probes)
    waiting = np.where(failed, number, probes)
    first = np.full((runs, probes), probes, np.int64)
    for back in range(late):
        first[:, back:] = np.minimum(first[:, back:], waiting[:, : probes - back])
    return np.minimum(first, number + 1)


def prefix_wrong(table: Floats, path: Path, held: Ints) -> Bools:
    """Whether the bound over those first probes ever lay under their mean rate."""
    counts = np.concatenate([np.zeros((len(held), 1), np.int64), running(path.failed)], axis=1)
    mean = np.concatenate([np.zeros((len(held), 1)), path.mean], axis=1)
    failures = np.minimum(np.take_along_axis(counts, held, axis=1), table.shape[1] - 1)
    return ever(table[held, failures] < np.take_along_axis(mean, held, axis=1))


def judged(rng: np.random.Generator, runs: int) -> list[Row]:
    """The judge misses failures; the bound is held against epsilon x its sensitivity. Errs where it is reached."""
    table = Table("siege bound")
    variant, promise = "against epsilon x lower bound of sensitivity", 2 * ALPHA
    errors = reached(rng, runs, rate=0.021, sensitivity=0.96, calibrated=0.96)
    table.holds("2.1%, judge misses 4% of failures, as in its calibration", variant, errors, promise)
    errors = reached(rng, runs, rate=0.06, sensitivity=0.1, calibrated=0.97)
    table.breaks("6%, all of kinds of which the judge misses 90%", variant, errors, promise, VERIFIER)
    return table.rows


def reached(rng: np.random.Generator, runs: int, *, rate: float, sensitivity: float, calibrated: float) -> Bools:
    """Whether a siege passes a student under a judge of that sensitivity, calibrated where it has another."""
    sensed = lower_bounds(rng, runs, calibrated)
    fails = rng.random((runs, PROBES)) < rate * sensitivity
    counts = np.minimum(running(fails), BREACH)
    bound = siege_table(PROBES, BREACH)[np.arange(1, PROBES + 1), counts]
    return ever((bound <= EPSILON * sensed[:, None]) & (counts < BREACH))


def lower_bounds(rng: np.random.Generator, runs: int, sensitivity: float, items: int = 120) -> Floats:
    """The lower bound of sensitivity that a calibration finds; 0 where that suspends the rubric."""
    bounds = np.array([rate_lower_bound(caught, items) for caught in range(items + 1)])
    drawn = bounds[rng.binomial(items, sensitivity, runs)]
    return np.where(drawn >= REQUIRED_Q0, drawn, 0.0)


EXPERIMENTS = (watched, retried, excluded, delayed, judged)
