"""The learning curves as one picture: mean accuracy over cells by student calls, with base and constants."""

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from bench.calendar.plan import Arm
from bench.calendar.results import BASE, CONSTANT, Results

_COLOURS = {Arm.SWARM: "#1f6feb", Arm.UNIFORM: "#7d8894", Arm.OPERATORS: "#c05b4d", Arm.STEERED: "#2a9d5c"}


def write_png(results: Results, path: Path) -> None:
    """Draw and save."""
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.subplots()
    for place, arm in enumerate(results.plan.arms):
        mine = [one for one in results.scores if one.who == arm]
        values = [one.interval.estimate for one in mine]
        reach = [
            [one.interval.estimate - one.interval.lower for one in mine],
            [one.interval.upper - one.interval.estimate for one in mine],
        ]
        at = [one.round * results.plan.calls * (1 + 0.012 * (place - 1)) for one in mine]
        axes.errorbar(at, values, yerr=reach, fmt="o-", color=_COLOURS[arm], ms=4, capsize=2, label=arm)
    for one in results.scores:
        if one.who in (BASE, CONSTANT):
            axes.axhline(one.interval.estimate, color="black", lw=1, ls=":" if one.who == BASE else "-.", label=one.who)
    axes.set_xlabel("student calls")
    axes.set_ylabel("mean accuracy over cells, 95% interval")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(color="#e6eaef")
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=130, metadata={"Software": None})
