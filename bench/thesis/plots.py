"""The learning curves as one picture: in distribution and against adversaries, arms with intervals, and baselines."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, ScalarFormatter

from bench.thesis.plan import Arm
from bench.thesis.results import ADVERSARIES, DEV, BaselineScore, PointScore, Results

_COLOURS = {
    Arm.RANDOM: "#7d8894",
    Arm.RATIONALES: "#b0763a",
    Arm.UNCERTAINTY: "#2a9d5c",
    Arm.SWARM: "#1f6feb",
    Arm.RANDOM_OPERATORS: "#c05b4d",
    Arm.UNCERTAIN_OPERATORS: "#7a4fbf",
}
_TITLES = {DEV: "in distribution (dev)", ADVERSARIES: "dev adversaries"}


def drawn(results: Results) -> Figure:
    """The figure."""
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    names = [name for name in (DEV, ADVERSARIES) if name in results.asked]
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        _panel(axes, name, results)
    return figure


def write_png(results: Results, path: Path) -> None:
    """The figure as a PNG file."""
    drawn(results).savefig(path, dpi=130, metadata={"Software": None})


def _panel(axes: Axes, name: str, results: Results) -> None:
    for place, arm in enumerate(results.plan.arms):
        _arm(axes, arm, [one for one in results.scores if one.set == name and one.arm is arm], place)
    for line in dict.fromkeys(one.name for one in results.baselines):
        _baseline(axes, [one for one in results.baselines if one.set == name and one.name == line])
    if name == DEV:
        axes.axhline(results.palm.estimate, color="black", lw=1, ls="-.", label="PaLM-540B, recorded")
    axes.set_title(_TITLES[name], fontsize=11)
    axes.set_xscale("log")
    marks = sorted({one.point for one in results.scores})
    axes.set_xticks(marks, [f"{mark:,}" for mark in marks])
    axes.xaxis.set_minor_formatter(ScalarFormatter())
    axes.minorticks_off()
    axes.set_xlabel("labels bought")
    axes.set_ylabel("balanced accuracy, 95% interval")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(color="#e6eaef")
    axes.legend(frameon=False, fontsize=7.5)


def _arm(axes: Axes, arm: Arm, scores: Sequence[PointScore], place: int) -> None:
    if not scores:
        return
    at = [one.point * (1 + 0.012 * (place - 2)) for one in scores]
    values = [one.interval.estimate for one in scores]
    reach = [
        [one.interval.estimate - one.interval.lower for one in scores],
        [one.interval.upper - one.interval.estimate for one in scores],
    ]
    width = 2.2 if arm is Arm.SWARM else 1.2
    label = f"({arm.letter}) {arm}"
    axes.errorbar(at, values, yerr=reach, fmt="o-", color=_COLOURS[arm], lw=width, ms=4, capsize=2, label=label)


def _baseline(axes: Axes, scores: Sequence[BaselineScore]) -> None:
    if scores:
        name = scores[0].name
        axes.plot([one.point for one in scores], [one.balanced for one in scores], ":", lw=1.2, label=name)
