"""What the tests cost and whom they let through: exact tables of power, from the distribution of counts."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from bench.simulate.calibration import least_caught
from bench.simulate.census import MOST, PROBES, accepts_from, rejects_until
from bench.simulate.promotion import PAIRS, e_table
from bench.simulate.rows import Floats
from bench.simulate.siege import BREACH
from swarm.promotion import PromotionPolicy
from swarm.statistics import planted_needed, siege_probes_needed, spent_alpha

EPSILON = 0.02
POLICY = PromotionPolicy()
ATTEMPTS = (1, 3, 10)
Cells = list[list[str]]


def percent(share: float) -> str:
    """A chance as it is printed."""
    return f"{share:.1%}" if share < 0.0995 or share > 0.9905 else f"{share:.0%}"


def siege_probes() -> Cells:
    """Probes that a siege needs, by target rate, failures and attempt."""
    head = ["ε", *(f"{failures} failures" for failures in range(BREACH)), "attempt 3, clean", "attempt 10, clean"]
    rows = [head]
    for epsilon in (0.01, 0.02, 0.05, 0.10, 0.25):
        first = [siege_probes_needed(failures, epsilon, spent_alpha(1)) for failures in range(BREACH)]
        later = [siege_probes_needed(0, epsilon, spent_alpha(attempt)) for attempt in ATTEMPTS[1:]]
        rows.append([f"{epsilon:.0%}", *(f"{count:,}" for count in (*first, *later))])
    return rows


def siege_chance() -> Cells:
    """The chance that a siege at 2% reaches its bound before the fourth failure, by true rate and attempt."""
    rows = [["true rate of the probes asked", *(f"attempt {attempt}" for attempt in ATTEMPTS)]]
    for rate in (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02):
        rows.append([f"{rate:.2%}", *(percent(passes_siege(rate, spent_alpha(attempt))) for attempt in ATTEMPTS)])
    return rows


def passes_siege(rate: float, alpha: float) -> float:
    """Exact, for probes that all fail with that rate."""
    needed = [siege_probes_needed(failures, EPSILON, alpha) for failures in range(BREACH)]
    waiting, passed = np.eye(1, BREACH)[0], 0.0
    for number in range(1, needed[-1] + 1):
        waiting = waiting * (1 - rate) + np.concatenate([[0.0], waiting[:-1] * rate])
        for failures in range(BREACH):
            if number >= needed[failures]:
                passed += float(waiting[failures])
                waiting[failures] = 0.0
    return passed


def census_chance() -> Cells:
    """The chance that a census at 2% accepts, and the probes that it takes on average, by true rate and attempt."""
    rows = [["true rate", *(f"attempt {attempt}" for attempt in ATTEMPTS), "probes at attempt 1"]]
    for rate in (0.0, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02):
        outcomes = [passes_census(rate, spent_alpha(attempt)) for attempt in ATTEMPTS]
        rows.append([f"{rate:.2%}", *(percent(accepted) for accepted, _ in outcomes), f"{outcomes[0][1]:,.0f}"])
    return rows


def passes_census(rate: float, alpha: float) -> tuple[float, float]:
    """The exact chance to be accepted within 3,000 probes, and the mean number of probes."""
    accepts, rejects = accepts_from(alpha, EPSILON), rejects_until(alpha, EPSILON)
    waiting, accepted, probes = np.eye(1, MOST + 1)[0], 0.0, 0.0
    for number in range(1, PROBES + 1):
        probes += float(waiting.sum())
        waiting = waiting * (1 - rate) + np.concatenate([[0.0], waiting[:-1] * rate])
        accepted += float(waiting[number >= accepts].sum())
        waiting[(number >= accepts) | (number <= rejects)] = 0.0
    return accepted, probes


def promotion_chance() -> Cells:
    """The chance that a better candidate shows it, by true difference and discordant share."""
    shares = (0.10, 0.25, 0.40)
    head = (f"{share:.0%} discordant" for share in shares)
    rows = [["true difference", *head, "25%, 200 pairs at most", "25%, 200, fifth of a spent sequence"]]
    for better in (0.0, 0.02, 0.05, 0.075, 0.10, 0.15, 0.20):
        chances = [shows(better, share, 0.05) if better <= share else None for share in shares]
        chances += [shows(better, 0.25, 0.05, most=PAIRS), shows(better, 0.25, spent_alpha(5), most=PAIRS)]
        rows.append([f"{100 * better:g} points", *("" if c is None else percent(c) for c in chances)])
    return rows


def shows(better: float, discordant: float, alpha: float, most: int = POLICY.max_items) -> float:
    """Exact, looked at after every pair; beyond the usual pairs as long as the candidate is promising."""
    won, lost = (discordant + better) / 2, (discordant - better) / 2
    reached, promising = e_table(most) >= 1 / alpha, e_table(most) >= POLICY.promising
    waiting = np.zeros((most + 1, most + 1))
    waiting[0, 0], shown = 1.0, 0.0
    for pair in range(most):
        so_far = (slice(pair + 2), slice(pair + 2))
        if pair >= POLICY.usual_items:
            waiting[so_far] *= promising[so_far]
        before: Floats = waiting[so_far].copy()
        waiting[so_far] *= 1 - won - lost
        waiting[1 : pair + 2, : pair + 2] += before[:-1] * won
        waiting[: pair + 2, 1 : pair + 2] += before[:, :-1] * lost
        shown += float((waiting[so_far] * reached[so_far]).sum())
        waiting[so_far] *= ~reached[so_far]
    return shown


def judge_chance() -> Cells:
    """The chance that a judge may judge, by the true share of wrong attempts it catches and by calibration items."""
    sizes = (30, 60, 120, 240)
    rows = [["true sensitivity", *(f"{items} wrong items" for items in sizes)]]
    for caught in (0.90, 0.93, 0.95, 0.97, 0.99, 1.0):
        chances = [float(stats.binom.sf(least_caught(items) - 1, items, caught)) for items in sizes]
        rows.append([f"{caught:.2f}", *map(percent, chances)])
    return rows


def audit_size() -> Cells:
    """Planted holes that a lower bound of .90 takes, by holes missed."""
    rows = [["holes missed", "size fixed beforehand", "watched as it grows"]]
    for missed in range(6):
        rows.append([str(missed), str(planted_needed(missed)), str(planted_needed(missed, watched=True))])
    return rows


TABLES = {
    "siege-probes": siege_probes,
    "siege-chance": siege_chance,
    "census": census_chance,
    "promotion": promotion_chance,
    "judge": judge_chance,
    "audit": audit_size,
}
"""By the name of their place in docs/statistics.md."""


def markdown(cells: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|---" * len(cells[0]) + "|", *lines[1:]])
