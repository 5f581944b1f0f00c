"""Pages of docs/ that a bench fills in, and how its figures are written there."""

import re

from bench.paired import Difference
from swarm.statistics import Interval


def filled(document: str, name: str, made: str) -> str:
    """The page with what stands between its two marks made anew. Raises ValueError where it lacks them."""
    place = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if not place.search(document):
        said = f"the page has no '<!-- begin {name} -->' and '<!-- end {name} -->'; give both lines"
        raise ValueError(said)
    return place.sub(lambda found: f"{found[1]}{made}\n{found[2]}", document)


def percent(value: float) -> str:
    """A share as a number of per cent."""
    return f"{100 * value:.1f}"


def between(interval: Interval) -> str:
    """A share with its interval, in per cent."""
    return f"{percent(interval.estimate)} ({percent(interval.lower)} to {percent(interval.upper)})"


def in_points(found: Difference) -> str:
    """A difference with its interval, in points of per cent."""
    return f"{100 * found.difference:+.1f} ({100 * found.lower:+.1f} to {100 * found.upper:+.1f})"
