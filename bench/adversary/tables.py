"""What the arms found, over seeds: means with intervals, ratios by seed, and whether the targets were reached."""

from collections.abc import Sequence
from math import exp, log, nan
from statistics import fmean, stdev

from scipy.stats import t

from bench.adversary.arms import Trail
from swarm.records import Origin, Record
from swarm.statistics import rate_lower_bound

BASELINE, WHOLE = "uniform sampling", "whole swarm"
TARGET_RATIO, TARGET_HOLES = 2.0, 0.9


class Line(Record):
    """One arm on one kind of student. Intervals are Student's, 95%, over seeds; a ratio is to uniform sampling."""

    student: str
    arm: str
    seeds: int
    species: float
    species_lower: float
    species_upper: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    failures: float
    holes: str
    """Of the planted holes, how many were found within the calls."""


class Brought(Record):
    """What the probes of one origin brought in one arm on one kind of student, in the mean over seeds."""

    student: str
    arm: str
    origin: Origin
    judged: float
    failed: float
    first: float
    """Species that they were the first to show."""


class Target(Record):
    """What is wanted of the whole swarm on one kind of student, and what was measured."""

    student: str
    wanted: str
    measured: str
    met: bool


def lines(student: str, trails: Sequence[Trail], planted: int, calls: int) -> list[Line]:
    """A line for each arm; `planted` holes in each student, 0 where they aren't known."""
    arms = list(dict.fromkeys(one.arm for one in trails))
    return [_line(student, arm, trails, planted, calls) for arm in arms]


def _line(student: str, arm: str, trails: Sequence[Trail], planted: int, calls: int) -> Line:
    mine = _by_seed(trails, arm)
    base = _by_seed(trails, BASELINE)
    logs = [log(mine[seed].species / base[seed].species) for seed in mine if seed in base]
    species, ratio = interval([one.species for one in mine.values()]), interval(logs)
    found = sum(one.holes(calls) for one in mine.values())
    return Line(
        student=student,
        arm=arm,
        seeds=len(mine),
        species=species[0],
        species_lower=species[1],
        species_upper=species[2],
        ratio=exp(ratio[0]),
        ratio_lower=exp(ratio[1]),
        ratio_upper=exp(ratio[2]),
        failures=fmean(one.failures for one in mine.values()),
        holes=f"{found} of {planted * len(mine)}" if planted else "",
    )


def _by_seed(trails: Sequence[Trail], arm: str) -> dict[int, Trail]:
    return {one.seed: one for one in trails if one.arm == arm}


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and Student's 95% interval; without a second value no interval is known."""
    middle = fmean(values)
    if len(values) < 2:
        return middle, nan, nan
    reach = float(t.ppf(0.975, len(values) - 1)) * stdev(values) / len(values) ** 0.5
    return middle, middle - reach, middle + reach


def brought(student: str, trails: Sequence[Trail]) -> list[Brought]:
    """Each origin in each arm; an arm that asked nothing of an origin has no line for it."""
    found = []
    for arm in dict.fromkeys(one.arm for one in trails):
        mine = _by_seed(trails, arm).values()
        for origin in sorted({each.origin for one in mine for each in one.yields}):
            parts = [each for one in mine for each in one.yields if each.origin is origin]
            sums = (sum(part) / len(mine) for part in zip(*((p.judged, p.failed, p.first) for p in parts), strict=True))
            judged, failed, first = sums
            line = Brought(student=student, arm=arm, origin=origin, judged=judged, failed=failed, first=first)
            found.append(line)
    return found


def targets(student: str, trails: Sequence[Trail], planted: int, calls: int, budget: int) -> list[Target]:
    """The three things wanted: twice uniform sampling, more than any family alone, and nine of ten holes."""
    said = {line.arm: line for line in lines(student, trails, planted, calls)}
    whole = said[WHOLE]
    alone = [line for name, line in said.items() if name.endswith(" alone")]
    best = max(alone, key=lambda line: line.species)
    found = [
        Target(
            student=student,
            wanted=f"{TARGET_RATIO:g} times the species of uniform sampling, at {calls} calls",
            measured=f"{whole.ratio:.2f} times ({whole.ratio_lower:.2f} to {whole.ratio_upper:.2f})",
            met=whole.ratio >= TARGET_RATIO,
        ),
        Target(
            student=student,
            wanted=f"more than the best family alone, at {calls} calls",
            measured=f"{whole.species:.1f}, and {best.species:.1f} by {best.arm}",
            met=whole.species > best.species,
        ),
    ]
    if planted:
        holes = sum(one.holes(budget) for one in trails if one.arm == WHOLE)
        total = planted * len(_by_seed(trails, WHOLE))
        found.append(
            Target(
                student=student,
                wanted=f"{TARGET_HOLES:.0%} of the planted holes, at {budget} calls",
                measured=f"{holes} of {total}, at least {rate_lower_bound(holes, total):.3f} with 95%",
                met=holes >= TARGET_HOLES * total,
            )
        )
    return found
