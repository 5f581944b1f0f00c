"""The report's pictures as inline SVG."""

import io
from collections.abc import Sequence
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from swarm.report.model import CurvePoint, ExamPoint, Line


class Ranked(Protocol):
    """Whoever sat an exam."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def accuracy(self) -> float:
        """The mean over cells, between the ends of its interval."""

    @property
    def lower(self) -> float:
        """The interval's lower end."""

    @property
    def upper(self) -> float:
        """The interval's upper end."""

    @property
    def student(self) -> bool:
        """Whether this is the trained student."""


STUDENT, OTHER, _GOOD, _BAD = "#1f6feb", "#9aa5b1", "#2a9d5c", "#c05b4d"


def standings(lines: Sequence[Ranked]) -> str:
    """Accuracy of every contestant with its interval, the best on top."""
    figure = Figure(figsize=(9.2, 0.6 + 0.36 * len(lines)), layout="constrained")
    axes = figure.subplots()
    rows = list(reversed(lines))
    values = [line.accuracy for line in rows]
    reach = [
        [max(0.0, line.accuracy - line.lower) for line in rows],
        [max(0.0, line.upper - line.accuracy) for line in rows],
    ]
    colours = [STUDENT if line.student else OTHER for line in rows]
    axes.barh(range(len(rows)), values, color=colours, height=0.66, xerr=reach, ecolor="#3b4552", capsize=3)
    axes.set_yticks(range(len(rows)), [line.name for line in rows])
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("macro accuracy on the frozen exam, 95% interval")
    lighten(axes, "x")
    return drawn(figure, "standings")


def curve(points: Sequence[CurvePoint], during: Sequence[ExamPoint], base: Line | None) -> str:
    """Accuracy against corrections trained: promotion exams, and the frozen exam where it was taken meanwhile."""
    figure = Figure(figsize=(9.2, 3.6), layout="constrained")
    axes = figure.subplots()
    trained = [point.corrections_trained for point in points]
    candidates = [point.candidate_accuracy for point in points]
    axes.plot(trained, [point.champion_accuracy for point in points], "o--", color=OTHER, label="champion", ms=4)
    axes.plot(trained, candidates, "-", color=STUDENT, lw=1, alpha=0.5)
    for promoted, colour, label in ((True, _GOOD, "candidate, promoted"), (False, _BAD, "candidate, not promoted")):
        at = [index for index, point in enumerate(points) if point.promoted is promoted]
        axes.plot([trained[i] for i in at], [candidates[i] for i in at], "o", color=colour, label=label)
    if during:
        low = [max(0.0, point.accuracy - point.lower) for point in during]
        high = [max(0.0, point.upper - point.accuracy) for point in during]
        where, values = [point.corrections_trained for point in during], [point.accuracy for point in during]
        axes.errorbar(where, values, yerr=[low, high], fmt="s-", color="#7a4fbf", label="frozen exam", capsize=3)
    if base is not None:
        axes.axhline(base.accuracy, color="#3b4552", lw=1, ls=":", label=f"{base.name}, frozen exam")
    axes.set_xlabel("corrections trained")
    axes.set_ylabel("accuracy")
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend(frameon=False, fontsize=9)
    lighten(axes, "y")
    return drawn(figure, "curve")


def bound(points: Sequence[tuple[int, float]], limit: float | None) -> str:
    """The bound on a failure rate against the number of probes, and the limit that was asked for."""
    figure = Figure(figsize=(9.2, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([probes for probes, _ in points], [rate for _, rate in points], "o-", color=STUDENT, ms=4)
    if limit is not None:
        axes.axhline(limit, color=_BAD, lw=1, ls=":", label=f"limit {limit:.1%}")
        axes.legend(frameon=False, fontsize=9)
    axes.set_xlabel("probes")
    axes.set_ylabel("failure rate at most")
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    lighten(axes, "y")
    return drawn(figure, "bound")


def lighten(axes: Axes, grid: str) -> None:
    """No frame, and lines across the axis `grid` only."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="x" if grid == "x" else "y", color="#e6eaef")
    axes.set_axisbelow(True)


def drawn(figure: Figure, name: str) -> str:
    """The figure without the XML prolog; `name` keeps the ids of two pictures on one page apart."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.id": name, "font.size": 10}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    return text[text.index("<svg") :]
