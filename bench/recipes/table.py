"""The outcomes as a table: what each recipe fails of the exam, and which items it wins and loses beside `cot`."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.table import Table

from bench.recipes.trial import Outcome
from swarm.statistics import mixture_e_value, proportion

BESIDE = "cot"
WIDTH = 96
"""Columns of the table, whatever the terminal has: one that is narrower wraps lines, not words."""


class Row(NamedTuple):
    """One recipe over all its seeds."""

    name: str
    seeds: int
    failing: float
    low: float
    high: float
    won: int
    lost: int
    e_value: float
    tokens: int
    written: int
    seconds: float


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """In the order of the first outcomes. Items are paired with those of `cot` of the same seed."""
    beside = {found.trial.seed: found for found in outcomes if found.trial.name == BESIDE}
    names = dict.fromkeys(found.trial.name for found in outcomes)
    return [_row(name, [found for found in outcomes if found.trial.name == name], beside) for name in names]


def _row(name: str, found: Sequence[Outcome], beside: dict[int, Outcome]) -> Row:
    right = [item for each in found for item in each.right]
    rate, low, high = proportion(sum(right), len(right))
    pairs = [
        pair
        for each in found
        if each.trial.seed in beside and name != BESIDE
        for pair in zip(each.right, beside[each.trial.seed].right, strict=True)
    ]
    won, lost = pairs.count((True, False)), pairs.count((False, True))
    return Row(
        name=name,
        seeds=len(found),
        failing=1 - rate,
        low=1 - high,
        high=1 - low,
        won=won,
        lost=lost,
        e_value=mixture_e_value(won, lost),
        tokens=sum(each.tokens for each in found) // len(found),
        written=sum(each.written for each in found) // len(found),
        seconds=sum(each.seconds for each in found) / len(found),
    )


def table(outcomes: Sequence[Outcome]) -> Table:
    """For a terminal."""
    title = f"recipes: held-out failure after the same corrections and tokens; won and lost are beside {BESIDE}"
    shown = Table(title=title, title_justify="left", box=None, width=WIDTH)
    for head in ("recipe", "seeds", "failing, 95% interval", "won/lost", "e", "tokens", "written", "s"):
        shown.add_column(head, justify="left" if head == "recipe" else "right", no_wrap=True)
    for row in rows(outcomes):
        shown.add_row(
            row.name,
            str(row.seeds),
            f"{row.failing:.1%} ({100 * row.low:.1f} to {100 * row.high:.1f})",
            "" if row.name == BESIDE else f"{row.won}/{row.lost}",
            "" if row.name == BESIDE else f"{row.e_value:.3g}",
            f"{row.tokens:,}",
            f"{row.written:,}",
            f"{row.seconds:.0f}",
        )
    return shown
