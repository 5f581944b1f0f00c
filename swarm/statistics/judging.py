"""What a judge's pass rate says about the truth, once the judge itself was measured."""

import math
from typing import NamedTuple

from scipy import special

from swarm.statistics.rates import Interval, check_count


def calibrated_rate(
    passed: tuple[int, int], wrong_failed: tuple[int, int], right_passed: tuple[int, int], confidence: float = 0.95
) -> Interval:
    """The true rate of right attempts behind a judge's pass rate: (p + q0 - 1)/(q0 + q1 - 1), each pair (count, total).

    Statement: with q0 = P(fail | wrong) and q1 = P(pass | right) from items of known truth, the interval holds the true
    rate with about the given confidence; the calibration's own error is in it.
    Assumes: attempts err like the calibration items do; both sets drawn independently, their sizes fixed beforehand.
    Source: 2511.21140; the interval is Lang and Reiczigel's (Preventive Veterinary Medicine 113, 2014): all three rates
    shrunk towards 1/2, the delta method, and a shift for the skew that small calibrations bring.
    Raises ValueError where q0 + q1 <= 1: such a judge gives no information.
    """
    z = float(special.ndtri((1 + confidence) / 2))
    p, q0, q1 = (
        _Shrunk.of(name, counts, added)
        for name, counts, added in (
            ("passed", passed, z * z),
            ("wrong_failed", wrong_failed, 2.0),
            ("right_passed", right_passed, 2.0),
        )
    )
    skill = q0.raw + q1.raw - 1
    if skill <= 0 or q0.rate + q1.rate <= 1:
        said = f"q0 = {q0.raw:.3f} and q1 = {q1.raw:.3f} sum to at most 1"
        raise ValueError(f"{said}: this judge tells nothing; mend its rubric")
    estimate = min(1.0, max(0.0, (p.raw + q0.raw - 1) / skill))
    skill = q0.rate + q1.rate - 1
    truth = min(1.0, max(0.0, (p.rate + q0.rate - 1) / skill))
    shift = 2 * z * z * (truth * q1.variance - (1 - truth) * q0.variance)
    spread = math.sqrt(p.variance + truth**2 * q1.variance + (1 - truth) ** 2 * q0.variance) / skill
    lower, upper = truth + shift - z * spread, truth + shift + z * spread
    return Interval(estimate, max(0.0, min(lower, estimate)), min(1.0, max(upper, estimate)))


class _Shrunk(NamedTuple):
    """A rate as counted, the same shrunk towards 1/2 by added trials, and the variance of the latter."""

    raw: float
    rate: float
    variance: float

    @classmethod
    def of(cls, name: str, counts: tuple[int, int], added: float) -> "_Shrunk":
        part, whole = counts
        check_count(name, part, whole)
        rate = (part + added / 2) / (whole + added)
        return cls(part / whole if whole else rate, rate, rate * (1 - rate) / (whole + added))
