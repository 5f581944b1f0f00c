"""What was measured as a table: tokens a second, the share of the machine, and how many times plain TRL that is."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from rich.table import Table

from bench.train.arms import PLAIN
from bench.train.measuring import Measured
from swarm.precision import settled

TARGET = 0.95
"""Of plain TRL's tokens a second, for each worker."""


class Row(NamedTuple):
    """One arm of one setting. `low` and `high` are the least and most of the passes' ratios to plain TRL."""

    base: str
    mode: str
    workers: int
    arm: str
    tokens_a_second: float
    share: float
    ratio: float
    low: float
    high: float


def rows(found: Sequence[Measured], ceiling: float) -> list[Row]:
    """`ceiling` is what the whole machine can do, in floating-point operations a second; a pass is compared with plain
    TRL's of the same turn."""
    beside = {each.setting: each for each in found if each.arm == PLAIN}
    return [_row(each, beside[each.setting], ceiling) for each in found]


def _row(found: Measured, plain: Measured, ceiling: float) -> Row:
    ratios = [theirs / ours for ours, theirs in zip(found.seconds, plain.seconds, strict=True)]
    seconds = statistics.median(found.seconds)
    return Row(
        base=found.setting.base.rpartition("/")[2],
        mode=str(found.setting.mode),
        workers=found.setting.workers,
        arm=found.arm,
        tokens_a_second=found.tokens / seconds,
        share=found.operations / seconds / ceiling,
        ratio=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
    )


def late(shown: Sequence[Row]) -> list[Row]:
    """The rows of ours that don't come up to the target."""
    return [row for row in shown if not row.arm.startswith(PLAIN) and row.ratio < TARGET]


def table(shown: Sequence[Row], ceiling: float) -> Table:
    """For a terminal."""
    drawn = Table(title=f"learning; the machine multiplies {ceiling / 1e9:,.0f} GFLOP/s in {settled('auto')}", box=None)
    for head in ("base", "learns", "workers", "how", "tokens/s", "share of the machine", "of plain TRL"):
        drawn.add_column(head, justify="left" if head in ("base", "learns", "how") else "right")
    for row in shown:
        spread = f"{row.ratio:.2f} [{row.low:.2f}, {row.high:.2f}]"
        numbers = (f"{row.tokens_a_second:,.0f}", f"{row.share:.1%}", spread)
        drawn.add_row(row.base, row.mode, str(row.workers), row.arm, *numbers)
    return drawn
