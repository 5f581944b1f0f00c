"""General skill: how much of what the base could do is left."""

from swarm.statistics.rates import Interval, check_count, rate_lower_bound


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
    check_count("candidate", candidate, items)
    check_count("base", base, items)
    skill = above_chance(base / items, choices) if items else 0.0
    if skill <= 0:
        raise ValueError(f"the base has {base} of {items} with {choices} choices, not above chance; use easier items")
    low, high = rate_lower_bound(candidate, items, alpha), 1 - rate_lower_bound(items - candidate, items, alpha)
    estimate, lower, upper = (above_chance(rate, choices) / skill for rate in (candidate / items, low, high))
    return Interval(estimate, lower, upper)
