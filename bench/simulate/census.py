"""The census's sequential test: how often it accepts whom it should not, and rejects whom it should not."""

from bisect import bisect_left
from functools import cache

import numpy as np
from scipy import stats

from bench.simulate.rows import Bools, Floats, Ints, Row, Table, ever, running
from bench.simulate.siege import GATE, ORDER, VERIFIER, lower_bounds, settled
from swarm.phases import PhasePolicy
from swarm.statistics import census_decision, spent_alpha

PROBES = 3000
EPSILON = 0.02
ALPHA = 0.05
POLICY = PhasePolicy(epsilon=EPSILON, alpha=ALPHA, siege_below=0.03)
MOST = 60
"""Failures that the tables go to; by then every census has rejected."""

MIXTURE = "each census probe's cell is drawn at random by its weight (agents/prober.py, Prober)"
EASY_FIRST = np.array([0.002] * 8 + [0.10] * 2)
"""Failure rates of ten cells of equal weight, 2.16% on the whole."""


@cache
def accepts_from(alpha: float = ALPHA, epsilon: float = EPSILON) -> Ints:
    """By failures, the first count of probes at which the census accepts."""
    ways = range(PROBES + 1)
    return np.array(
        [
            failures + bisect_left(ways[failures:], True, key=lambda n, f=failures: _is("accept", n, f, alpha, epsilon))  # type: ignore[misc]
            for failures in range(MOST + 1)
        ]
    )


@cache
def rejects_until(alpha: float = ALPHA, epsilon: float = EPSILON) -> Ints:
    """By failures, the last count of probes at which the census rejects; below the failures where it never does."""
    ways = range(PROBES + 1)
    return np.array(
        [
            failures
            + bisect_left(ways[failures:], True, key=lambda n, f=failures: not _is("reject", n, f, alpha, epsilon))  # type: ignore[misc]
            - 1
            for failures in range(MOST + 1)
        ]
    )


def _is(decision: str, probes: int, failures: int, alpha: float, epsilon: float) -> bool:
    return census_decision(probes, failures, epsilon, alpha, POLICY.census_beta) == decision


def first_true(hits: Bools) -> Ints:
    """The first column that is true in each row; the number of columns where none is."""
    return np.where(hits.any(axis=1), hits.argmax(axis=1), hits.shape[1])


def decided(failures: Ints, probes: Ints, alpha: float = ALPHA, epsilon: float = EPSILON) -> tuple[Bools, Bools]:
    """Which runs accept and which reject, where counts are looked at column after column."""
    capped = np.minimum(failures, MOST)
    accept = first_true(probes >= accepts_from(alpha, epsilon)[capped])
    reject = first_true(probes <= rejects_until(alpha, epsilon)[capped])
    return accept < reject, reject < accept


def counted(failed: Bools) -> tuple[Ints, Ints]:
    """Failures and probes after each probe."""
    return running(failed), np.broadcast_to(np.arange(1, failed.shape[1] + 1), failed.shape)


def drawn(rng: np.random.Generator, runs: int, rate: float | Floats) -> Bools:
    """Which of each run's probes fail; a rate for all, or one for each probe."""
    return rng.random((runs, PROBES)) < rate


def watched(rng: np.random.Generator, runs: int) -> list[Row]:
    """At the boundary rates, and under a drift above epsilon."""
    table = Table("census SPRT")
    failed = drawn(rng, runs, EPSILON)
    condition = "2% for ever, a look after every probe"
    table.holds(condition, "SPRT accepts", decided(*counted(failed))[0])
    number, failures = np.arange(1, PROBES + 1), np.arange(MOST + 1)
    upper = stats.beta.ppf(1 - ALPHA, failures + 1.0, np.maximum(number[:, None] - failures, 1e-9))
    below = np.where(number[:, None] > failures, upper, 1.0)[np.arange(PROBES), np.minimum(running(failed), MOST)]
    table.breaks(condition, "Clopper-Pearson, looked at after every probe", ever(below <= EPSILON))
    rejected = decided(*counted(drawn(rng, runs, EPSILON / 4)))[1]
    table.holds("0.5% for ever, a look after every probe", "SPRT rejects", rejected, POLICY.census_beta)
    drift = EPSILON + 0.02 * np.sin(np.pi * number / 400) ** 2
    table.holds("drifts between 2% and 4%", "SPRT accepts", decided(*counted(drawn(rng, runs, drift)))[0])
    return table.rows


def ordered(rng: np.random.Generator, runs: int) -> list[Row]:
    """Ten cells, 2.16% on the whole: in the order of the cells, easy ones first, and drawn at random."""
    table = Table("census SPRT")
    condition, cells = "ten cells, eight easy, 2.16% on the whole", len(EASY_FIRST)
    random = EASY_FIRST[rng.integers(0, cells, (runs, PROBES))]
    table.holds(condition, "cells drawn at random", decided(*counted(drawn(rng, runs, random)))[0])
    by_cell = np.repeat(EASY_FIRST, PROBES // cells)
    table.breaks(condition, "cell by cell", decided(*counted(drawn(rng, runs, by_cell)))[0], guard=MIXTURE)
    return table.rows


def retried(rng: np.random.Generator, runs: int) -> list[Row]:
    """A student at 2% goes through up to 10 censuses until one accepts."""
    table = Table("census SPRT")
    spent, fixed = np.zeros(runs, np.bool_), np.zeros(runs, np.bool_)
    for attempt in range(1, 11):
        failed = drawn(rng, runs, EPSILON)
        spent |= decided(*counted(failed), spent_alpha(attempt, ALPHA))[0]
        fixed |= decided(*counted(failed))[0]
    condition = "2%, up to 10 censuses"
    table.holds(condition, "level spent over attempts", spent)
    table.breaks(condition, "level .05 each time", fixed)
    return table.rows


def excluded(rng: np.random.Generator, runs: int) -> list[Row]:
    """Half of the failures are declared invalid once they are seen."""
    table = Table("census SPRT")
    condition, failed = "prober declares half of its failures invalid afterwards", drawn(rng, runs, EPSILON)
    table.holds(condition, "an exclusion counts as a failure", decided(*counted(failed))[0])
    out = failed & (rng.random(failed.shape) < 0.5)
    probes = running(~out)
    table.breaks(condition, "exclusions believed", decided(running(failed & ~out), probes)[0], guard=GATE)
    return table.rows


def delayed(rng: np.random.Generator, runs: int) -> list[Row]:
    """Failures take 60 probes longer to be judged than passes do."""
    table = Table("census SPRT")
    condition, failed, late = "verdicts on failures come 60 probes late", drawn(rng, runs, EPSILON), 60
    held = settled(failed, late)
    counts = np.concatenate([np.zeros((runs, 1), np.int64), running(failed)], axis=1)
    in_order = decided(np.take_along_axis(counts, held, axis=1), held)[0]
    table.holds(condition, "counted in the order asked", in_order)
    came = np.zeros_like(failed)
    came[:, late:] = failed[:, :-late]
    failures = running(came)
    as_they_come = decided(failures, running(~failed) + failures)[0]
    table.breaks(condition, "counted as they come", as_they_come, guard=ORDER)
    return table.rows


def judged(rng: np.random.Generator, runs: int) -> list[Row]:
    """Judges that miss failures, measured on 120 wrong items; one is taken at its word, and one has a blind spot."""
    table, variant, promise = Table("census SPRT"), "against epsilon x lower bound of sensitivity", 2 * ALPHA
    conditions = (
        ("2%, judge misses 6% of failures, as in its calibration", EPSILON * 0.94, 0.94),
        ("2%, judge misses 30% of failures, as in its calibration", EPSILON * 0.7, 0.7),
        ("6%, all of kinds of which the judge misses 90%", 0.06 * 0.1, 0.97),
    )
    for condition, seen, calibrated in conditions:
        failed = drawn(rng, runs, seen)
        errors = accepted_against(failed, np.round(lower_bounds(rng, runs, calibrated), 6))
        if calibrated == 0.97:
            table.breaks(condition, variant, errors, promise, VERIFIER)
        else:
            table.holds(condition, variant, errors, promise)
        if calibrated == 0.7:
            table.breaks(condition, "the judge taken at its word", decided(*counted(failed))[0], ALPHA)
    return table.rows


def accepted_against(failed: Bools, sensed: Floats) -> Bools:
    """Which runs accept, each held against epsilon times what its calibration found; none where that suspended it."""
    accepted = np.zeros(len(failed), np.bool_)
    for bound in np.unique(sensed[sensed > 0]):
        chosen = sensed == bound
        accepted[chosen] = decided(*counted(failed[chosen]), ALPHA, EPSILON * float(bound))[0]
    return accepted


EXPERIMENTS = (watched, ordered, retried, excluded, delayed, judged)
