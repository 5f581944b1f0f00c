"""The statistics of the service: tests that stay valid while they are watched, intervals, and diagnostics.

Sources: METHODS.md, sections Judge, Evolver, Promotion and Convergence. Rates lie in [0, 1], bounds are one-sided at
1 - alpha unless a function says otherwise, and nothing here draws random numbers.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy import optimize, special, stats

SPENDING_NORMALISER = 3.3877
"""The sum of 1/(j ln^2(j+1)) over j = 1, 2, ...: dividing by it makes the spent levels sum to alpha."""

SIEGE_LAMBDA = math.log(4)


class Interval(NamedTuple):
    """An estimate with the ends of its interval."""

    estimate: float
    lower: float
    upper: float


class Paired(NamedTuple):
    """A paired difference with its lower bound, and whether that stays above minus the margin."""

    difference: float
    lower: float
    passed: bool


def _count(name: str, part: float, whole: float) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{name} is {part} of {whole}; give a count between 0 and the total")


def spent_alpha(attempt: int, alpha: float = 0.05) -> float:
    """The level of the attempt-th test of a run (from 1): alpha / (3.3877 j ln^2(j+1)).

    The levels sum to alpha, so by the union bound all tests of a run together err with probability at most alpha,
    whatever made them be repeated.
    """
    if attempt < 1:
        raise ValueError(f"attempt {attempt} has no level; attempts count from 1")
    return alpha / (SPENDING_NORMALISER * attempt * math.log(attempt + 1) ** 2)


def siege_bound(probes: int, failures: int, alpha: float = 0.05, lam: float = SIEGE_LAMBDA) -> float:
    """Upper bound on the mean failure rate of adaptively chosen probes: (ln(1/alpha) + lam F)/(n(1-e^-lam)).

    Holds at all n at once with probability 1 - alpha, since exp((1-e^-lam) sum p_t - lam sum X_t) is a supermartingale
    that starts at 1 (Ville). Assumes a frozen student, lam fixed beforehand, and that each probe is chosen before
    its outcome is known; how it is chosen is free.
    """
    _count("failures", failures, probes)
    if probes == 0:
        return 1.0
    return min(1.0, (math.log(1 / alpha) + lam * failures) / (probes * -math.expm1(-lam)))


def siege_probes_needed(failures: int, epsilon: float = 0.02, alpha: float = 0.05, lam: float = SIEGE_LAMBDA) -> int:
    """The fewest probes at which `siege_bound` is at most epsilon: 200, 293, 385, 477 for 0 to 3 failures."""
    return math.ceil((math.log(1 / alpha) + lam * failures) / (epsilon * -math.expm1(-lam)))


def census_log_ratio(probes: int, failures: int, epsilon: float = 0.02) -> float:
    """Log likelihood ratio of the failure rate epsilon/4 against epsilon (Wald's SPRT), for i.i.d. probes."""
    _count("failures", failures, probes)
    good = epsilon / 4
    return failures * math.log(good / epsilon) + (probes - failures) * (math.log1p(-good) - math.log1p(-epsilon))


def census_decision(probes: int, failures: int, epsilon: float = 0.02, alpha: float = 0.05, beta: float = 0.05) -> str:
    """`accept` at log ratio ln(1/alpha), `reject` at ln(beta), else `continue`.

    By Ville a student at rate >= epsilon is ever accepted with probability <= alpha, and one at <= epsilon/4 ever
    rejected with probability <= beta. At the defaults: 198 clean probes, 91 more passes for each failure.
    """
    ratio = census_log_ratio(probes, failures, epsilon)
    if ratio >= math.log(1 / alpha):
        return "accept"
    return "reject" if ratio <= math.log(beta) else "continue"


def mixture_e_value(wins: int, losses: int) -> float:
    """E = 2 * 2^(W+L) * integral over [1/2, 1] of t^W (1-t)^L dt: evidence that wins outnumber losses.

    A mixture of likelihood ratios against a fair coin, so P(E ever reaches 1/alpha) <= alpha at any stopping time when
    each discordant pair is won with probability at most 1/2 given the past. inf where a float can't hold it.
    """
    _count("wins", wins, math.inf)
    _count("losses", losses, math.inf)
    if losses >= wins:
        return float(special.hyp2f1(wins + losses + 2, 1, losses + 2, 0.5)) / (2 * (losses + 1))
    tail = float(special.betainc(losses + 1, wins + 1, 0.5))
    log_value = math.log(2) * (1 + wins + losses) + float(special.betaln(wins + 1, losses + 1)) + math.log(tail)
    return math.exp(log_value) if log_value < 709 else math.inf


def _tango(wins: int, losses: int, pairs: int, delta: float) -> float:
    linear = -wins - losses + (2 * pairs - wins + losses) * delta
    constant = -losses * delta * (1 - delta)
    loss_rate = (math.sqrt(max(0.0, linear**2 - 8 * pairs * constant)) - linear) / (4 * pairs)
    spread = pairs * (2 * loss_rate + delta * (1 - delta))
    return (wins - losses - pairs * delta) / math.sqrt(max(spread, 1e-12))


def paired_noninferiority(wins: int, losses: int, pairs: int, margin: float, alpha: float = 0.05) -> Paired:
    """Whether the candidate's rate is at most `margin` under the champion's, on the same items.

    Tango's score test for a paired difference (Statistics in Medicine 17, 1998), with its lower bound. Assumes a fixed
    number of independent pairs. Without any discordant pair a margin of .05 needs 52 of them.
    """
    _count("wins and losses", wins + losses, pairs)
    if pairs == 0:
        return Paired(0.0, -1.0, False)
    critical = float(stats.norm.ppf(1 - alpha))
    difference = (wins - losses) / pairs

    def excess(delta: float) -> float:
        return _tango(wins, losses, pairs, delta) - critical

    lowest = -1 + 1e-9
    lower = -1.0 if excess(lowest) <= 0 else float(optimize.brentq(excess, lowest, difference))
    return Paired(difference, lower, lower >= -margin)


def proportion(successes: int, trials: int, confidence: float = 0.95, method: str = "wilson") -> Interval:
    """A two-sided interval for a rate, `wilson` or `exact` (Clopper and Pearson); [0, 1] where there are no trials."""
    _count("successes", successes, trials)
    if trials == 0:
        return Interval(0.0, 0.0, 1.0)
    ends = stats.binomtest(successes, trials).proportion_ci(confidence_level=confidence, method=method)
    return Interval(successes / trials, float(ends.low), float(ends.high))


def rate_lower_bound(successes: int, trials: int, alpha: float = 0.05) -> float:
    """Clopper and Pearson's exact one-sided lower bound: .951, .923, .899 for 60, 59, 58 of 60; 0 without trials."""
    _count("successes", successes, trials)
    return float(stats.beta.ppf(alpha, successes, trials - successes + 1)) if successes else 0.0


def calibrated_rate(
    passed: tuple[int, int], wrong_failed: tuple[int, int], right_passed: tuple[int, int], confidence: float = 0.95
) -> Interval:
    """The true rate of right attempts behind a judge's pass rate: (p + q0 - 1)/(q0 + q1 - 1), each pair (count, total).

    q0 = P(fail | wrong), q1 = P(pass | right), from items of known truth. The delta-method interval has the
    calibration's own error in it (2511.21140); counts get one success and one failure more, so that no variance is 0.
    Assumes that attempts err like the calibration items. Raises ValueError where q0 + q1 <= 1: no information.
    """
    rates = []
    for name, (part, whole) in (("passed", passed), ("wrong_failed", wrong_failed), ("right_passed", right_passed)):
        _count(name, part, whole)
        smooth = (part + 1) / (whole + 2)
        rates.append((part / whole if whole else smooth, smooth * (1 - smooth) / (whole + 2)))
    (p, var_p), (q0, var_0), (q1, var_1) = rates
    skill = q0 + q1 - 1
    if skill <= 0:
        raise ValueError(f"q0 = {q0:.3f} and q1 = {q1:.3f} sum to at most 1: this judge tells nothing; mend its rubric")
    truth = (p + q0 - 1) / skill
    inside = min(1.0, max(0.0, truth))
    error = math.sqrt(var_p + (1 - inside) ** 2 * var_0 + inside**2 * var_1) / skill
    reach = error * float(stats.norm.ppf((1 + confidence) / 2))
    return Interval(inside, max(0.0, truth - reach), min(1.0, truth + reach))


def macro_accuracy(cells: Sequence[tuple[int, int]], confidence: float = 0.95) -> Interval:
    """The mean over cells of their accuracies, each cell (passed, total) weighing the same; empty cells are left out.

    Delta method: the variances of independent cells add up; each is taken at (k+1)/(n+2), which keeps a cell of one or
    two items from claiming certainty.
    """
    seen = [(passed, total) for passed, total in cells if total]
    if not seen:
        return Interval(0.0, 0.0, 1.0)
    variance = 0.0
    for passed, total in seen:
        _count("passed", passed, total)
        smooth = (passed + 1) / (total + 2)
        variance += smooth * (1 - smooth) / total
    mean = sum(passed / total for passed, total in seen) / len(seen)
    reach = math.sqrt(variance) / len(seen) * float(stats.norm.ppf((1 + confidence) / 2))
    return Interval(mean, max(0.0, mean - reach), min(1.0, mean + reach))


def above_chance(rate: float, choices: int) -> float:
    """A multiple-choice score with 0 at guessing and 1 at perfect: (rate - 1/k)/(1 - 1/k)."""
    if choices < 2:
        raise ValueError(f"{choices} choices leave nothing to guess; give at least 2")
    return (rate - 1 / choices) / (1 - 1 / choices)


def retention(candidate: int, base: int, items: int, choices: int, alpha: float = 0.05) -> Interval:
    """How much of the base's skill above chance is left on the same items, with exact one-sided bounds at 1 - alpha.

    The base's score on these items is a constant of the run, so only the candidate's rate carries error. Raises
    ValueError where the base is not above chance: nothing can be retained then.
    """
    _count("candidate", candidate, items)
    _count("base", base, items)
    skill = above_chance(base / items, choices) if items else 0.0
    if skill <= 0:
        raise ValueError(f"the base has {base} of {items} with {choices} choices, not above chance; use easier items")
    low, high = rate_lower_bound(candidate, items, alpha), 1 - rate_lower_bound(items - candidate, items, alpha)
    estimate, lower, upper = (above_chance(rate, choices) / skill for rate in (candidate / items, low, high))
    return Interval(estimate, lower, upper)


def good_turing(singletons: int, observations: int) -> float:
    """Good and Turing's estimate of the chance that the next observation is of an unseen species.

    A diagnostic only: it assumes i.i.d. sampling, and underestimates under adaptive search (Boehme 2021).
    """
    _count("singletons", singletons, observations)
    return singletons / observations if observations else 1.0


def chao1(species: int, singletons: int, doubletons: int) -> float:
    """Chao's bias-corrected lower estimate of the number of species: S + f1(f1 - 1)/(2(f2 + 1)); a diagnostic only."""
    _count("singletons and doubletons", singletons + doubletons, species)
    return species + singletons * (singletons - 1) / (2 * (doubletons + 1))
